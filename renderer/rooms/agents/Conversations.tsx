/** Every conversation that the agents kept on a machine, newest first; any of them can be taken up again. */
import { MessagesSquare, Play } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Conversation } from '../../../shared/contract/agents.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { shortPath } from '../../app/filter.ts';
import { score } from '../../app/fuzzy.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { LOCAL, useNode } from '../../app/nodes.ts';
import { sessionPath } from '../../app/routes.ts';
import { useStart } from '../../app/start.ts';
import { ago, short, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { selectClass } from '../../ui/Field.tsx';
import { Find } from '../../ui/Find.tsx';
import { Bar } from '../../ui/Page.tsx';
import s from './Conversations.module.css';

const PAGE = 100;

export default function Conversations() {
  const start = useStart();
  const [all, setAll] = useState<readonly Conversation[] | null>(null);
  const [more, setMore] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [text, setText] = useState('');
  const [agent, setAgent] = useState('');
  const online = useLink((link) => link.state === 'online');

  const [chosen, setNode] = useNodeInAddress();
  const node = chosen ?? LOCAL;
  const where = useNode(node);
  const turn = useRef('');

  const load = useCallback(
    async (after: readonly Conversation[]) => {
      setBusy(true);
      turn.current = node;
      try {
        const before = after.at(-1)?.updatedAt;
        const page = await wire().call('agents.conversations', {
          node,
          limit: PAGE,
          ...(before === undefined ? {} : { before }),
        });
        // Another machine was chosen meanwhile.
        if (turn.current !== node) return;
        const known = new Set(after.map(keyOf));
        setAll([...after, ...page.filter((each) => !known.has(keyOf(each)))]);
        setMore(page.length === PAGE);
        setError(null);
      } catch (failure) {
        if (turn.current === node) setError(messageOf(failure));
      } finally {
        if (turn.current === node) setBusy(false);
      }
    },
    [node],
  );
  useEffect(() => {
    setAll(null);
    if (online) void load([]);
  }, [online, load]);

  const agents = useMemo(() => [...new Set(all?.map((each) => each.agent))].sort(), [all]);
  const shown = useMemo(
    () =>
      (all ?? []).filter(
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
        <NodeFilter all={false} value={node} onChange={(next) => setNode(next === LOCAL ? null : next)} />
      </Bar>
      {error !== null && all === null ? (
        <Empty title="The conversations could not be read" text={error}>
          <Button onClick={() => void load([])}>Try again</Button>
        </Empty>
      ) : all !== null && all.length === 0 ? (
        <Empty
          icon={<MessagesSquare size={20} aria-hidden />}
          title="No conversations yet"
          text={`Agents keep theirs in files on ${node === LOCAL ? 'this machine' : (where?.title ?? 'that machine')}. After the first prompt of a session its conversation stands here.`}
        >
          {start && (
            <Button look="primary" onClick={() => start({ node })}>
              Start a session
            </Button>
          )}
        </Empty>
      ) : (
        <ul className={s['list']} aria-label="Conversations" aria-busy={all === null}>
          {shown.map((each) => (
            <Row key={keyOf(each)} conversation={each} node={node} />
          ))}
          {all !== null && shown.length === 0 && <li className={s['none']}>No conversation fits this filter.</li>}
          {more && (
            <li className={s['more']}>
              <Button busy={busy} onClick={() => void load(all ?? [])}>
                Older ones
              </Button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

const keyOf = (conversation: Conversation): string => `${conversation.agent} ${conversation.path} ${conversation.id}`;

function Row({ conversation, node }: { readonly conversation: Conversation; readonly node: string }) {
  const now = useNow();
  const start = useStart();
  const bound = useSessions((rows) => {
    for (const each of rows.byKey.values()) {
      if (each.conversationId === conversation.id && each.agent === conversation.agent) return each.name;
    }
    return null;
  });
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
          <span>{short(tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite)} tokens</span>
        </span>
      </div>
      <time className={s['when']}>{ago(conversation.updatedAt, now)}</time>
      {bound !== null ? (
        <Link href={sessionPath(bound)} className={s['bound']}>
          {bound}
        </Link>
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
