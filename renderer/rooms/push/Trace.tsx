/** What became of a message, step by step: only what the device itself said counts as arrived. */
import { Check, CircleDashed, TriangleAlert } from 'lucide-react';
import type { PushKind, PushMessage } from '../../../shared/contract/push.ts';
import { ago, clock, useNow } from '../../app/time.ts';
import s from './Push.module.css';

const KINDS: Readonly<Record<PushKind, string>> = {
  approval: 'asked for permission',
  question: 'had a question',
  trust: 'asked to trust its folder',
  login: 'had to sign in',
  ratelimit: 'reached a limit',
  error: 'stopped with an error',
  stalled: 'seemed stuck',
  done: 'was done',
  test: 'Test',
};
export const subjectOf = ({ kind, session }: PushMessage): string =>
  session === null ? KINDS[kind] : `${session} ${KINDS[kind]}`;

/** A device that is on and silent for longer did most likely not get it. */
const DOUBT_MS = 30_000;

interface Step {
  readonly word: string;
  readonly at: number | null;
  readonly state: 'done' | 'waiting' | 'bad';
}
function steps(m: PushMessage, now: number): readonly Step[] {
  const failed = m.status === 'failed';
  const silent = m.sentAt !== null && m.shownAt === null && now - m.sentAt > DOUBT_MS;
  const sending =
    m.status === 'retrying'
      ? 'Trying again'
      : m.status === 'held'
        ? 'Waiting: shown on the page'
        : m.status === 'unneeded'
          ? 'Not needed'
          : 'Sending';
  return [
    {
      word: failed ? 'Not sent' : m.sentAt === null ? sending : 'Sent',
      at: m.sentAt,
      state: failed ? 'bad' : m.sentAt === null ? 'waiting' : 'done',
    },
    {
      word: silent ? 'Not confirmed' : 'Shown',
      at: m.shownAt,
      state: m.shownAt !== null ? 'done' : silent ? 'bad' : 'waiting',
    },
    { word: 'Opened', at: m.openedAt, state: m.openedAt !== null ? 'done' : 'waiting' },
  ];
}
const ICONS = { done: Check, waiting: CircleDashed, bad: TriangleAlert } as const;

export function Trace({ message }: { readonly message: PushMessage }) {
  const now = useNow();
  return (
    <div className={s['trace']} aria-live="polite">
      <p className={s['subject']}>
        <span dir="auto">{subjectOf(message)}</span>
        <time>{ago(message.at, now)}</time>
      </p>
      <ol className={s['steps']} aria-label="What became of it">
        {steps(message, now).map(({ word, at, state }) => {
          const Icon = ICONS[state];
          return (
            <li key={word} data-state={state}>
              <Icon size={13} aria-hidden />
              <span>{word}</span>
              {at !== null && <time>{clock(at)}</time>}
              {state === 'waiting' && <span className="visually-hidden">not yet</span>}
            </li>
          );
        })}
      </ol>
      {message.problem !== '' && <p className={s['problem']}>{message.problem}</p>}
    </div>
  );
}

const STANDS: Readonly<Record<PushMessage['status'], string>> = {
  held: 'waits, shown on the page',
  sending: 'being sent',
  retrying: 'tried again',
  sent: 'sent',
  failed: 'not sent',
  unneeded: 'not needed any more',
};

/** `shown now`, `shown 5m ago`, `shown 2026-02-01`. */
function when(word: string, at: number, now: number): string {
  const passed = ago(at, now);
  return /^\d+[smhd]$/.test(passed) ? `${word} ${passed} ago` : `${word} ${passed}`;
}

/** The same in a few words, for a row. */
export function wordsOf(device: { readonly last: PushMessage | null }, now: number): string {
  const { last } = device;
  if (last === null) return 'nothing sent yet';
  if (last.openedAt !== null) return when('opened', last.openedAt, now);
  if (last.shownAt !== null) return when('shown', last.shownAt, now);
  if (last.sentAt !== null) return `${when('sent', last.sentAt, now)}, not confirmed`;
  return STANDS[last.status];
}
