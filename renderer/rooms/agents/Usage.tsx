/** What the agents used: tokens and cost by day, and by agent, model and conversation. All of it from the agents' own files. */
import { ChartColumn } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Conversation, UsageRow } from '../../../shared/contract/agents.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { LOCAL } from '../../app/nodes.ts';
import { routes, sessionPath } from '../../app/routes.ts';
import { short } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Plot } from './Plot.tsx';
import { amountOf, dayOf, daysBetween, type Measure, money, stacks, tokensOf } from './plot.ts';
import s from './Usage.module.css';

const DAYS = { '7': 'Week', '30': 'Month', '90': 'Quarter' } as const;
type Span = keyof typeof DAYS;
type By = 'agent' | 'model' | 'conversation';
/** Beyond six the colours would repeat; the rest is small. */
const SERIES = 6;

interface Data {
  readonly from: string;
  readonly to: string;
  readonly byAgent: readonly UsageRow[];
  readonly byModel: readonly UsageRow[];
  readonly byConversation: readonly UsageRow[];
  readonly days: readonly { readonly name: string; readonly rows: readonly UsageRow[] }[];
  readonly conversations: ReadonlyMap<string, Conversation>;
}

async function load(span: Span, node: string): Promise<Data> {
  const to = dayOf(Date.now());
  const from = dayOf(Date.now() - (Number(span) - 1) * 86_400_000);
  const ask = (by: By) => wire().call('agents.usage', { node, by, from, to, limit: 200 });
  const [byAgent, byModel, byConversation, conversations] = await Promise.all([
    ask('agent'),
    ask('model'),
    ask('conversation'),
    wire().call('agents.conversations', { node, limit: 500 }),
  ]);
  const names = [...byAgent].sort((a, b) => tokensOf(b) - tokensOf(a)).map((row) => row.key);
  const days = await Promise.all(
    names.slice(0, SERIES).map(async (name) => ({
      name,
      rows: await wire().call('agents.usage', { node, by: 'day', from, to, agent: name, limit: 400 }),
    })),
  );
  return {
    from,
    to,
    byAgent,
    byModel,
    byConversation,
    days,
    conversations: new Map(conversations.map((c) => [c.id, c])),
  };
}

export default function Usage() {
  const [span, setSpan] = useState<Span>('30');
  const [measure, setMeasure] = useState<Measure>('tokens');
  const [by, setBy] = useState<By>('agent');
  const [data, setData] = useState<Data | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [again, setAgain] = useState(0);
  const online = useLink((link) => link.state === 'online');
  const [chosen, setNode] = useNodeInAddress();
  const node = chosen ?? LOCAL;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks once more
  useEffect(() => {
    if (!online) return;
    let stale = false;
    load(span, node).then(
      (next) => {
        if (stale) return;
        setData(next);
        setError(null);
      },
      (failure: unknown) => !stale && setError(messageOf(failure)),
    );
    return () => {
      stale = true;
    };
  }, [span, node, online, again]);
  // What another machine used is not shown as this one's while it is read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another machine
  useEffect(() => setData(null), [node]);

  const plotted = useMemo(
    () => (data ? stacks(daysBetween(data.from, data.to), data.days, measure) : []),
    [data, measure],
  );
  const rows = data && { agent: data.byAgent, model: data.byModel, conversation: data.byConversation }[by];
  const total = (data?.byAgent ?? []).reduce((sum, row) => sum + tokensOf(row), 0);
  const cost = (data?.byAgent ?? []).reduce((sum, row) => sum + (row.cost ?? 0), 0);
  const partial = data?.byAgent.some((row) => row.costPartial || row.cost === null) ?? false;

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
          <NodeFilter all={false} value={node} onChange={(next) => setNode(next === LOCAL ? null : next)} />
        </header>
        {error !== null && (
          <Empty title="The usage could not be read" text={error}>
            <Button onClick={() => setAgain(again + 1)}>Try again</Button>
          </Empty>
        )}
        {error === null && data === null && <div className={s['skeleton']} role="status" aria-label="Reading" />}
        {error === null && data !== null && total === 0 && (
          <Empty
            icon={<ChartColumn size={20} aria-hidden />}
            title="Nothing was used in this time"
            text="Tokens are read from the agents' own conversation files, on the machine that they run on. They appear here after the first turn."
          />
        )}
        {error === null && data !== null && total > 0 && (
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
                  value={by}
                  options={[
                    { value: 'agent', label: 'Agent' },
                    { value: 'model', label: 'Model' },
                    { value: 'conversation', label: 'Session' },
                  ]}
                  onChange={setBy}
                />
              </header>
              <Table rows={rows ?? []} by={by} measure={measure} conversations={data.conversations} />
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

function Table(props: {
  readonly rows: readonly UsageRow[];
  readonly by: By;
  readonly measure: Measure;
  readonly conversations: ReadonlyMap<string, Conversation>;
}) {
  const value = (row: UsageRow) => amountOf(row, props.measure);
  const sorted = [...props.rows].sort((a, b) => value(b) - value(a)).slice(0, 100);
  const most = Math.max(1e-9, ...sorted.map(value));
  return (
    <div className={s['scroll']}>
      <table className={s['table']}>
        <thead>
          <tr>
            <th scope="col">{{ agent: 'Agent', model: 'Model', conversation: 'Session' }[props.by]}</th>
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
          {sorted.map((row) => (
            <tr key={`${row.key} ${row.agent}`}>
              <th scope="row" dir="auto">
                {props.by === 'conversation' ? (
                  <Name id={row.key} agent={row.agent} known={props.conversations.get(row.key)} />
                ) : (
                  row.key || 'not said'
                )}
              </th>
              <td className={s['wide']}>
                <span className={s['share']} style={{ width: `${(100 * value(row)) / most}%` }} />
              </td>
              <td>{short(row.tokens.input)}</td>
              <td>{short(row.tokens.output)}</td>
              <td>{short(row.tokens.cacheRead + row.tokens.cacheWrite)}</td>
              <td>{row.turns}</td>
              <td>{row.cost === null ? 'no price' : `${money(row.cost)}${row.costPartial ? ' +' : ''}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A conversation by the session that is bound to it, else by its title. */
function Name(props: { readonly id: string; readonly agent: string | null; readonly known: Conversation | undefined }) {
  const session = useSessions((rows) => {
    for (const each of rows.byKey.values()) if (each.conversationId === props.id) return each.name;
    return null;
  });
  return (
    <span className={s['name']}>
      {session !== null && <Link href={sessionPath(session)}>{session}</Link>}
      <span className={s['title']}>{props.known?.title ?? (session === null ? props.id : '')}</span>
      <small>{props.agent}</small>
    </span>
  );
}
