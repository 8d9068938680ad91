/** Everything that waits for a person, answered here with the mouse, by touch or by single keys; and what was answered lately. */
import { CircleCheckBig, ListChecks } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Approval } from '../../../shared/contract/approvals.ts';
import { type Command, useCommands } from '../../app/commands.ts';
import { useCan } from '../../app/connect.ts';
import { addressNow, inboxOf, useApprovals, useSessions } from '../../app/feeds.ts';
import { Keys } from '../../app/Keys.tsx';
import { parseBinding } from '../../app/keys.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { addressOf, routes, sessionPath } from '../../app/routes.ts';
import { ago, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { Answered } from './Answered.tsx';
import { answer, answeredHere, choiceThat } from './answers.ts';
import { Card } from './Card.tsx';
import s from './Inbox.module.css';
import { NeedCard } from './NeedCard.tsx';
import { PolicyDialog } from './PolicyDialog.tsx';
import { settle, step } from './triage.ts';

const HINTS: readonly { readonly keys: readonly string[]; readonly word: string }[] = [
  { keys: ['j', 'k'], word: 'move' },
  { keys: ['a'], word: 'allow' },
  { keys: ['d'], word: 'deny' },
  { keys: ['Enter'], word: 'open' },
];

const endOf = (approval: Approval): number => approval.answer?.at ?? approval.createdAt;

export default function Inbox() {
  const approvals = useApprovals();
  const sessions = useSessions();
  const now = useNow();
  const canApprove = useCan('approve');
  const admin = useCan('admin');
  const [, navigate] = useLocation();
  const [at, setAt] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [policyOf, setPolicyOf] = useState<Approval | null>(null);
  const before = useRef<readonly string[]>([]);

  const [node, setNode] = useNodeInAddress();
  const { open, others, hidden } = useMemo(() => {
    const all = inboxOf(approvals, sessions);
    if (node === null) return { ...all, hidden: 0 };
    const open = all.open.filter(({ sessionId }) => sessions.byKey.get(sessionId)?.node === node);
    const others = all.others.filter((each) => each.node === node);
    return { open, others, hidden: all.open.length + all.others.length - open.length - others.length };
  }, [approvals, sessions, node]);
  const ended = useMemo(
    () =>
      [...approvals.byKey.values()]
        .filter((each) => each.status === 'answered' || each.status === 'gone')
        .filter(({ sessionId }) => node === null || sessions.byKey.get(sessionId)?.node === node)
        .sort((a, b) => endOf(b) - endOf(a)),
    [approvals, sessions, node],
  );
  const ids = useMemo(
    () => [...open.map((each) => `a:${each.id}`), ...others.map((each) => `s:${each.id}`)],
    [open, others],
  );
  const ready = approvals.ready && sessions.ready;

  const show = (id: string | null) => {
    setAt(id);
    if (id === null) return;
    const card = document.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: 'nearest' });
  };
  // Before it is drawn: a card that shows without the choice, or the choice without its card, would take a key wrongly.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at when the list changes, not when the choice does
  useLayoutEffect(() => {
    const next = settle(before.current, ids, at, (id) => answeredHere(id.slice(2)));
    before.current = ids;
    // The focus goes along only when nothing else has it: it may be in the palette by now.
    if (next !== at) document.activeElement === document.body ? show(next) : setAt(next);
  }, [ids]);
  // Who comes to cards begins at the first; a card that comes later is never chosen by itself.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the rows are there
  useLayoutEffect(() => {
    if (ready && at === null) setAt(ids[0] ?? null);
  }, [ready]);

  const approval = open.find((each) => `a:${each.id}` === at);
  const session = others.find((each) => `s:${each.id}` === at);
  const name = approval ? addressNow(approval) : session && addressOf(session);
  const move = (by: 1 | -1) => show(step(ids, at, by));

  useCommands(() => {
    const can = canApprove && approval?.status === 'open';
    const decide = (means: 'allow' | 'deny') => {
      if (!approval) return;
      const choice = choiceThat(approval, means);
      if (!choice)
        return toast('bad', `${approval.session} offers no choice that surely means ${means}: choose by number.`);
      void answer(approval, choice);
    };
    const list: Command[] = [
      { id: 'inbox.next', title: 'Next card', section: 'Inbox', keys: 'j, ArrowDown', run: () => move(1) },
      { id: 'inbox.previous', title: 'Card before', section: 'Inbox', keys: 'k, ArrowUp', run: () => move(-1) },
      {
        id: 'inbox.allow',
        title: 'Allow once',
        section: 'Inbox',
        keys: 'a',
        once: true,
        enabled: can,
        run: () => decide('allow'),
      },
      {
        id: 'inbox.deny',
        title: 'Deny',
        section: 'Inbox',
        keys: 'd',
        once: true,
        enabled: can,
        run: () => decide('deny'),
      },
      {
        id: 'inbox.reason',
        title: 'Deny with a reason',
        section: 'Inbox',
        keys: 'Shift+D',
        enabled: can && choiceThat(approval, 'deny') !== undefined,
        run: () => setWhy(at),
      },
      {
        id: 'inbox.policy',
        title: 'Always allow like this…',
        section: 'Inbox',
        keys: 'p',
        enabled: admin && approval?.kind === 'approval',
        run: () => setPolicyOf(approval ?? null),
      },
      {
        id: 'inbox.open',
        title: 'Open its session',
        section: 'Inbox',
        keys: 'Enter',
        enabled: name !== undefined,
        run: () => name !== undefined && navigate(sessionPath(name)),
      },
      {
        id: 'policies.open',
        title: 'Policies that answer by themselves',
        section: 'Inbox',
        icon: ListChecks,
        run: () => navigate(routes.policies),
      },
      ...Array.from({ length: 9 }, (_, i): Command => {
        const choice = approval?.multiple ? undefined : approval?.choices.find((each) => each.n === i + 1);
        return {
          id: `inbox.choice.${i + 1}`,
          title: `Choice ${i + 1}`,
          section: 'Inbox',
          keys: String(i + 1),
          hidden: true,
          once: true,
          enabled: can && choice !== undefined,
          run: () => {
            if (approval && choice) void answer(approval, choice);
          },
        };
      }),
    ];
    return list;
  }, [ids, at, approval, name, canApprove, admin, navigate]);

  if (!ready) return <div className={s['page']} aria-busy />;
  const nothing = ids.length === 0;
  return (
    <div className={s['page']}>
      <div className={s['column']}>
        <header className={s['top']}>
          {!nothing && canApprove && (
            <p className={s['hints']} aria-hidden>
              {HINTS.map((hint) => (
                <span key={hint.word}>
                  {hint.keys.map((key) => (
                    <Keys key={key} binding={parseBinding(key) ?? []} />
                  ))}
                  {hint.word}
                </span>
              ))}
            </p>
          )}
          <span className={s['gap']} />
          <NodeFilter value={node} onChange={setNode} />
          <Link href={routes.policies} className={s['policies']}>
            <ListChecks size={15} aria-hidden />
            Policies
          </Link>
        </header>
        {nothing && (
          <div className={s['calm']}>
            <CircleCheckBig size={22} strokeWidth={1.75} aria-hidden />
            <h2>{hidden > 0 ? 'Nothing there needs you' : 'Nothing needs you'}</h2>
            {hidden > 0 && <Button onClick={() => setNode(null)}>Show the {hidden} of other machines</Button>}
            <p>
              {sessions.byKey.size === 0
                ? 'When an agent asks for permission, signs out, hits a limit or fails, it shows here.'
                : `${working(sessions.byKey.values())} An agent that asks, signs out, hits a limit or fails shows here.`}
            </p>
          </div>
        )}
        {open.length > 0 && (
          <section aria-label="Approvals">
            <h2 className={s['title']}>
              Waiting for your answer <span>{open.length}</span>
            </h2>
            <ul className={s['cards']}>
              {open.map((each) => (
                <Card
                  key={each.id}
                  approval={each}
                  when={ago(each.createdAt, now)}
                  at={at === `a:${each.id}`}
                  why={why === `a:${each.id}`}
                  onWhy={(asks) => setWhy(asks ? `a:${each.id}` : null)}
                  onFocus={() => setAt(`a:${each.id}`)}
                  onPolicy={admin && each.kind === 'approval' ? () => setPolicyOf(each) : undefined}
                />
              ))}
            </ul>
          </section>
        )}
        {others.length > 0 && (
          <section aria-label="Sessions that need you">
            <h2 className={s['title']}>
              Sessions that need you <span>{others.length}</span>
            </h2>
            <ul className={s['cards']}>
              {others.map((each) => (
                <NeedCard
                  key={each.id}
                  session={each}
                  when={ago(each.since, now)}
                  at={at === `s:${each.id}`}
                  onFocus={() => setAt(`s:${each.id}`)}
                />
              ))}
            </ul>
          </section>
        )}
        {ended.length > 0 && <Answered list={ended} now={now} />}
      </div>
      {policyOf && (
        <PolicyDialog
          from={policyOf}
          onClose={() => setPolicyOf(null)}
          onSaved={(policy) => {
            // The policy is for the next ones: this one was asked before it was made.
            const still = useApprovals.getState().byKey.get(policyOf.id);
            const choice = still?.status === 'open' && policy.decision !== 'ask' && choiceThat(still, policy.decision);
            if (still && choice) void answer(still, choice);
          }}
        />
      )}
    </div>
  );
}

function working(sessions: Iterable<{ readonly state: string; readonly archived: boolean }>): string {
  const count = [...sessions].filter((each) => each.state === 'working' && !each.archived).length;
  if (count === 0) return 'No agent is working just now.';
  return count === 1 ? 'One agent is working.' : `${count} agents are working.`;
}
