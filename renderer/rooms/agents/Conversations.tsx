/** Every conversation that the agents kept, on all machines or one, newest first; any of them can be taken up again. */
import { MessagesSquare, Play } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { shortPath } from '../../app/filter.ts';
import { score } from '../../app/fuzzy.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { NodeMark } from '../../app/NodeMark.tsx';
import { LOCAL, useNode } from '../../app/nodes.ts';
import { SessionLink, useWhich } from '../../app/SessionLink.tsx';
import { useStart } from '../../app/start.ts';
import { ago, short, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { selectClass } from '../../ui/Field.tsx';
import { Find } from '../../ui/Find.tsx';
import { Bar } from '../../ui/Page.tsx';
import s from './Conversations.module.css';
import { FIRST_LOOK, type Found, keyOf, type Read, together } from './everywhere.ts';
import { Missing, useAsked } from './Missing.tsx';

const PAGE = 100;
const NOTHING: Read = { rows: [], more: false, problem: null };

export default function Conversations() {
  const start = useStart();
  const [read, setRead] = useState<ReadonlyMap<string, Read>>(new Map());
  const [busy, setBusy] = useState(0);
  const [text, setText] = useState('');
  const [agent, setAgent] = useState('');
  const online = useLink((link) => link.state === 'online');

  const [chosen, setNode] = useNodeInAddress();
  const asked = useAsked(chosen, LOCAL);
  const where = useNode(chosen ?? LOCAL);
  const turn = useRef(0);

  /** Each machine answers for itself: one that is slow or away holds nobody up. */
  const load = useCallback((nodes: readonly string[], after: ReadonlyMap<string, Read>) => {
    const mine = turn.current;
    const one = async (node: string): Promise<Read> => {
      const { rows } = after.get(node) ?? NOTHING;
      const before = rows.at(-1)?.updatedAt;
      try {
        const query = { node, limit: PAGE, ...(before === undefined ? {} : { before }) };
        const page = await wire().call('agents.conversations', query, FIRST_LOOK);
        const known = new Set(rows.map((row) => keyOf({ ...row, node })));
        const fresh = page.filter((row) => !known.has(keyOf({ ...row, node })));
        return { rows: [...rows, ...fresh], more: page.length === PAGE, problem: null };
      } catch (failure) {
        return { rows, more: false, problem: messageOf(failure) };
      }
    };
    setBusy((count) => count + nodes.length);
    for (const node of nodes)
      void one(node).then((next) => {
        // Another machine was chosen meanwhile.
        if (turn.current !== mine) return;
        setRead((now) => new Map([...now, [node, next]]));
        setBusy((count) => count - 1);
      });
  }, []);
  useEffect(() => {
    turn.current += 1;
    setRead(new Map());
    setBusy(0);
    if (online) load(asked, new Map());
  }, [online, load, asked]);

  const { rows: all, next } = useMemo(() => together(read), [read]);
  const missing = [...read].flatMap(([node, { problem }]) => (problem === null ? [] : [{ node, problem }]));
  const failed = read.size > 0 && missing.length === asked.length && all.length === 0;
  const again = () =>
    load(
      missing.map(({ node }) => node),
      read,
    );
  const ready = read.size === asked.length;
  const agents = useMemo(() => [...new Set(all.map((each) => each.agent))].sort(), [all]);
  const shown = useMemo(
    () =>
      all.filter(
        (each) =>
          (agent === '' || each.agent === agent) &&
          score(text, `${each.title} ${each.agentTitle ?? ''} ${each.cwd ?? ''} ${each.agent} ${each.model ?? ''}`) !==
            null,
      ),
    [all, agent, text],
  );

  return (
    <div className={s['page']}>
      <Bar>
        <Find
          label="Filter conversations"
          placeholder="Filter by title, folder, model"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <select
          className={selectClass}
          aria-label="Agent"
          value={agent}
          onChange={(event) => setAgent(event.target.value)}
        >
          <option value="">All agents</option>
          {agents.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <NodeFilter value={chosen} onChange={setNode} />
      </Bar>
      {!failed && <Missing asked={asked} of={missing} onAgain={again} />}
      {failed ? (
        <Empty title="The conversations could not be read" text={missing[0]?.problem ?? ''}>
          <Button onClick={again}>Try again</Button>
        </Empty>
      ) : ready && missing.length === 0 && all.length === 0 ? (
        <Empty
          icon={<MessagesSquare size={20} aria-hidden />}
          title="No conversations yet"
          text={`Agents keep theirs in files on ${(chosen ?? LOCAL) === LOCAL ? (asked.length > 1 ? 'the machine that they run on' : 'this machine') : (where?.title ?? 'that machine')}. After the first prompt of a session its conversation stands here.`}
        >
          {start && (
            <Button look="primary" onClick={() => start({ node: chosen ?? LOCAL })}>
              Start a session
            </Button>
          )}
        </Empty>
      ) : (
        <ul className={s['list']} aria-label="Conversations" aria-busy={!ready}>
          {shown.map((each) => (
            <Row key={keyOf(each)} conversation={each} mark={asked.length > 1} />
          ))}
          {all.length > 0 && shown.length === 0 && <li className={s['none']}>No conversation fits this filter.</li>}
          {next.length > 0 && (
            <li className={s['more']}>
              <Button busy={busy > 0} onClick={() => load(next, read)}>
                Older ones
              </Button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function Row({ conversation, mark }: { readonly conversation: Found; readonly mark: boolean }) {
  const now = useNow();
  const start = useStart();
  const { node } = conversation;
  const bound = useWhich({ conversation: conversation.id, agent: conversation.agent, node });
  const { tokens, cwd } = conversation;
  return (
    <li className={s['row']}>
      <div className={s['what']}>
        <span className={s['title']} dir="auto">
          {conversation.title || 'Without a prompt yet'}
        </span>
        <span className={s['facts']}>
          <span>{conversation.agent}</span>
          {conversation.model !== null && <span>{conversation.model}</span>}
          {cwd !== null && <span title={cwd}>{shortPath(cwd)}</span>}
          <span>
            {conversation.turns} {conversation.turns === 1 ? 'turn' : 'turns'}
          </span>
          {mark && (
            <span>
              <NodeMark id={node} />
            </span>
          )}
          <span>{short(tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite)} tokens</span>
        </span>
      </div>
      <time className={s['when']}>{ago(conversation.updatedAt, now)}</time>
      {bound !== null ? (
        <SessionLink of={bound} name={bound.name} className={s['bound']} mark={false} />
      ) : (
        start && (
          <Button
            look="ghost"
            aria-label={`Resume ${conversation.title}`}
            onClick={() =>
              start({ node, agent: conversation.agent, resume: conversation.id, ...(cwd === null ? {} : { cwd }) })
            }
          >
            <Play size={13} aria-hidden />
            Resume
          </Button>
        )
      )}
    </li>
  );
}
