/** What is worth jumping to in a recording, from the news of the rooms below. */
import type { Mark } from '../../../shared/contract/recordings.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { markText } from './rules.ts';

/** Receipts and requests that were marked; a later change of the same is no second mark. */
const REMEMBERED = 2000;
/** A receipt that changes long after its delivery was marked by the hub before this one. */
const LATE_MS = 60_000;

export function listenForMarks(bus: Bus, clock: Clock, mark: (session: string, mark: Mark) => void): () => void {
  const known = new Set<string>();
  const once = (key: string): boolean => {
    if (known.has(key)) return false;
    known.add(key);
    if (known.size > REMEMBERED)
      for (const oldest of known) {
        known.delete(oldest);
        break;
      }
    return true;
  };
  const put = (session: string, kind: Mark['kind'], text: string, at = clock.now()) =>
    mark(session, { at, kind, text: markText(text) });

  const ends = [
    bus.on('session.started', ({ session }) => put(session.id, 'start', session.command)),
    bus.on('session.state', ({ session, before }) => {
      if (session.state === before) return;
      if (session.state !== 'exited') return put(session.id, 'state', session.state);
      const status = session.exit?.status;
      put(session.id, 'exit', status === null || status === undefined ? 'ended' : `status ${status}`);
    }),
    bus.on('prompt.state', ({ receipt }) => {
      const { deliveredAt } = receipt;
      if (deliveredAt === null || clock.now() - deliveredAt > LATE_MS || !once(receipt.id)) return;
      put(receipt.sessionId, 'prompt', receipt.text, deliveredAt);
    }),
    bus.on('approval.changed', ({ approval }) => {
      if (approval.status === 'open' && once(approval.id))
        put(approval.sessionId, 'approval', approval.subject === '' ? approval.title : approval.subject);
      if (approval.status === 'answered' && approval.answer && once(`${approval.id} answered`))
        put(approval.sessionId, 'approval', `${approval.answer.label} (${approval.answer.by})`);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
