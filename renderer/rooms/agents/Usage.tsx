/** What the agents used: tokens and cost by day, and by agent, model and conversation. All of it from the agents' own files. */
import { ChartColumn } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Conversation, UsageRow } from '../../../shared/contract/agents.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { useNodes } from '../../app/feeds.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { NodeMark } from '../../app/NodeMark.tsx';
import { LOCAL } from '../../app/nodes.ts';
import { routes } from '../../app/routes.ts';
import { SessionLink, useWhich } from '../../app/SessionLink.tsx';
import { short } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { added, FIRST_LOOK, whole } from './everywhere.ts';
import { Missing, useAsked } from './Missing.tsx';
import { Plot } from './Plot.tsx';
import { amountOf, dayOf, daysBetween, type Measure, money, stacks, tokensOf } from './plot.ts';
import s from './Usage.module.css';

const DAYS = { '7': 'Week', '30': 'Month', '90': 'Quarter' } as const;
type Span = keyof typeof DAYS;
type By = 'agent' | 'model' | 'conversation' | 'node';
const BY = { agent: 'Agent', model: 'Model', conversation: 'Session', node: 'Machine' } as const;
const BYS: readonly By[] = ['agent', 'model', 'conversation', 'node'];
/** Beyond six the colours would repeat; the rest is small. */
const SERIES = 6;

/** What one machine used in a time. */
interface Used {
  readonly byAgent: readonly UsageRow[];
  readonly byModel: readonly UsageRow[];
  readonly byConversation: readonly UsageRow[];
  readonly days: ReadonlyMap<string, readonly UsageRow[]>;
  readonly conversations: ReadonlyMap<string, Conversation>;
}
type Told = { readonly used: Used } | { readonly problem: string };

interface Days {
  readonly from: string;
  readonly to: string;
}
const spanOf = (span: Span): Days => ({
  from: dayOf(Date.now() - (Number(span) - 1) * 86_400_000),
  to: dayOf(Date.now()),
});

const byTokens = (rows: readonly UsageRow[]): readonly string[] =>
  [...rows].sort((a, b) => tokensOf(b) - tokensOf(a)).map((row) => row.key);

async function load({ from, to }: Days, node: string): Promise<Used> {
  const ask = (by: Exclude<By, 'node'>) => wire().call('agents.usage', { node, by, from, to, limit: 200 }, FIRST_LOOK);
  // Before the sums: a machine that is asked for the first time reads its files for this answer, not for those.
  const conversations = await wire().call('agents.conversations', { node, limit: 500 }, FIRST_LOOK);
  const [byAgent, byModel, byConversation] = await Promise.all([ask('agent'), ask('model'), ask('conversation')]);
  const names = byTokens(byAgent);
  // Those of all machines together are not quite those of this one.
  const days = await Promise.all(
    names
      .slice(0, 2 * SERIES)
      .map(
        async (name) =>
          [
            name,
            await wire().call('agents.usage', { node, by: 'day', from, to, agent: name, limit: 400 }, FIRST_LOOK),
          ] as const,
      ),
  );
  return {
    byAgent,
    byModel,
    byConversation,
    days: new Map(days),
    conversations: new Map(conversations.map((c) => [c.id, c])),
  };
}

interface Sums {
  readonly byAgent: readonly UsageRow[];
  readonly rows: Readonly<Record<By, readonly Line[]>>;
  readonly days: readonly { readonly name: string; readonly rows: readonly UsageRow[] }[];
}
/** A line of the table; of conversations the machine is known. */
interface Line {
  readonly row: UsageRow;
  readonly node: string | null;
  readonly title: string | null;
}

/** What those that answered used, put together. */
function summed(told: ReadonlyMap<string, Told>): Sums {
  const answers = [...told].flatMap(([node, each]) => ('used' in each ? [{ node, ...each.used }] : []));
  const byAgent = added(answers.map((each) => each.byAgent));
  const names = byTokens(byAgent);
  const plain = (rows: readonly UsageRow[]): readonly Line[] => rows.map((row) => ({ row, node: null, title: null }));
  return {
    byAgent,
    rows: {
      agent: plain(byAgent),
      model: plain(added(answers.map((each) => each.byModel))),
      conversation: answers.flatMap(({ node, byConversation, conversations }) =>
        byConversation.map((row) => ({ row, node, title: conversations.get(row.key)?.title ?? null })),
      ),
      node: answers.flatMap(({ node, byAgent: rows }) => {
        const row = whole(node, rows);
        return row ? [{ row, node, title: null }] : [];
      }),
    },
    days: names
      .slice(0, SERIES)
      .map((name) => ({ name, rows: added(answers.map(({ days }) => days.get(name) ?? [])) })),
  };
}

export default function Usage() {
  const [span, setSpan] = useState<Span>('30');
  const [measure, setMeasure] = useState<Measure>('tokens');
  const [by, setBy] = useState<By>('agent');
  const [told, setTold] = useState<ReadonlyMap<string, Told>>(new Map());
  const [again, setAgain] = useState(0);
  const online = useLink((link) => link.state === 'online');
  const [chosen, setNode] = useNodeInAddress();
  const asked = useAsked(chosen, LOCAL);
  const time = useMemo(() => spanOf(span), [span]);

  // Each machine answers for itself: one that is slow or away holds nobody up.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks once more
  useEffect(() => {
    // What is told of others, or of another time, is not shown as these.
    setTold(new Map());
    if (!online) return;
    let stale = false;
    for (const node of asked) {
      const put = (next: Told) => !stale && setTold((now) => new Map([...now, [node, next]]));
      load(time, node).then(
        (used) => put({ used }),
        (failure: unknown) => put({ problem: messageOf(failure) }),
      );
    }
    return () => {
      stale = true;
    };
  }, [time, asked, online, again]);

  const data = useMemo(() => summed(told), [told]);
  const missing = [...told].flatMap(([node, each]) => ('problem' in each ? [{ node, problem: each.problem }] : []));
  const failed = told.size > 0 && missing.length === asked.length;
  const ready = told.size === asked.length && !failed;
  const plotted = useMemo(() => stacks(daysBetween(time.from, time.to), data.days, measure), [data, time, measure]);
  const total = data.byAgent.reduce((sum, row) => sum + tokensOf(row), 0);
  const cost = data.byAgent.reduce((sum, row) => sum + (row.cost ?? 0), 0);
  const partial = data.byAgent.some((row) => row.costPartial || row.cost === null);
  const shown = asked.length > 1 || by !== 'node' ? by : 'agent';

  return (
    <div className={s['page']}>
      <div className={s['column']}>
        <header className={s['bar']}>
          <Segments
            label="Time"
            value={span}
            options={(Object.keys(DAYS) as Span[]).map((value) => ({ value, label: DAYS[value] }))}
            onChange={setSpan}
          />
          <Segments
            label="Measure"
            value={measure}
            options={[
              { value: 'tokens', label: 'Tokens' },
              { value: 'cost', label: 'Cost' },
            ]}
            onChange={setMeasure}
          />
          <NodeFilter value={chosen} onChange={setNode} />
        </header>
        {!failed && <Missing asked={asked} of={missing} onAgain={() => setAgain(again + 1)} />}
        {failed && (
          <Empty title="The usage could not be read" text={missing[0]?.problem ?? ''}>
            <Button onClick={() => setAgain(again + 1)}>Try again</Button>
          </Empty>
        )}
        {!failed && !ready && total === 0 && <div className={s['skeleton']} role="status" aria-label="Reading" />}
        {ready && missing.length === 0 && total === 0 && (
          <Empty
            icon={<ChartColumn size={20} aria-hidden />}
            title="Nothing was used in this time"
            text="Tokens are read from the agents' own conversation files, on the machine that they run on. They appear here after the first turn."
          />
        )}
        {total > 0 && (
          <>
            <dl className={s['sums']}>
              <div>
                <dt>Tokens</dt>
                <dd>{short(total)}</dd>
              </div>
              <div>
                <dt>Cost{partial && ', part of it'}</dt>
                <dd>{money(cost)}</dd>
              </div>
              <div>
                <dt>Turns</dt>
                <dd>{short(data.byAgent.reduce((sum, row) => sum + row.turns, 0))}</dd>
              </div>
            </dl>
            <section className={s['card']} aria-label="By day">
              <Plot stacks={plotted} series={data.days.map((each) => each.name)} measure={measure} />
            </section>
            <section className={s['card']}>
              <header className={s['by']}>
                <h2>Where it went</h2>
                <Segments
                  label="By"
                  value={shown}
                  options={(asked.length > 1 ? BYS : BYS.slice(0, 3)).map((value) => ({ value, label: BY[value] }))}
                  onChange={setBy}
                />
              </header>
              <Table lines={data.rows[shown]} by={shown} measure={measure} />
            </section>
            {partial && (
              <p className={s['note']}>
                Some models have no price, so the cost is only a part. Give them one under <code>prices</code> in the{' '}
                <Link href={routes.settings}>settings</Link>.
              </p>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function Table(props: { readonly lines: readonly Line[]; readonly by: By; readonly measure: Measure }) {
  const value = ({ row }: Line) => amountOf(row, props.measure);
  const sorted = [...props.lines].sort((a, b) => value(b) - value(a)).slice(0, 100);
  const most = Math.max(1e-9, ...sorted.map(value));
  return (
    <div className={s['scroll']}>
      <table className={s['table']}>
        <thead>
          <tr>
            <th scope="col">{BY[props.by]}</th>
            <th scope="col" className={s['wide']}>
              <span className="visually-hidden">Share</span>
            </th>
            <th scope="col">Input</th>
            <th scope="col">Output</th>
            <th scope="col">Cached</th>
            <th scope="col">Turns</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((line) => {
            const { row } = line;
            return (
              <tr key={`${row.key} ${row.agent} ${line.node}`}>
                <th scope="row" dir="auto">
                  {props.by === 'conversation' ? (
                    <Name line={line} />
                  ) : props.by === 'node' ? (
                    <Machine id={row.key} />
                  ) : (
                    row.key || 'not said'
                  )}
                </th>
                <td className={s['wide']}>
                  <span className={s['share']} style={{ width: `${(100 * value(line)) / most}%` }} />
                </td>
                <td>{short(row.tokens.input)}</td>
                <td>{short(row.tokens.output)}</td>
                <td>{short(row.tokens.cacheRead + row.tokens.cacheWrite)}</td>
                <td>{row.turns}</td>
                <td>{row.cost === null ? 'no price' : `${money(row.cost)}${row.costPartial ? ' +' : ''}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A conversation by the session that is bound to it, else by its title; and where it is. */
function Name({ line }: { readonly line: Line }) {
  const { row, node, title } = line;
  const session = useWhich({ conversation: row.key, agent: row.agent, node });
  return (
    <span className={s['name']}>
      {session !== null && <SessionLink of={session} name={session.name} mark={false} />}
      <span className={s['title']}>{title ?? (session === null ? row.key : '')}</span>
      <small>{row.agent}</small>
      {node !== null && <NodeMark id={node} />}
    </span>
  );
}

function Machine({ id }: { readonly id: string }) {
  return useNodes((rows) => rows.byKey.get(id)?.title ?? id);
}
