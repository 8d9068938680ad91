/** Brings messages to sessions through the prompt queue, once each, and follows what becomes of them. */
import type { Message } from '../../../shared/contract/channels.ts';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { newPromptId } from '../../../shared/ids.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Prompts } from '../prompts/prompts.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { CAUSE_MS, MINUTE_MS, promptOf, STORED_A_MINUTE, stopped, type Where } from './rules.ts';
import type { ChannelStore, Delivery, Member } from './store.ts';

export interface PostDeps {
  readonly store: ChannelStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: Pick<SessionAccess, 'get'>;
  readonly prompts: Pick<Prompts, 'pass' | 'receipt'>;
  /** How the channel of a message is called to those who answer in it. */
  readonly where: (message: Message) => Where;
  /** A delivery of the message changed. */
  readonly changed: (message: Message) => void;
}

export interface Post {
  /** How deep in a chain of agents this would be, and why it may not be delivered. Fault `rate-limited`. */
  weigh(sessionId: string, channel: string, replyTo: number | null): { depth: number; stop: string | null };
  /** What becomes of a message to this session, before it is stored. */
  address(to: Member, stop: string | null): Delivery;
  /** Sends on what was stored. */
  dispatch(message: Message): void;
  /** After a start: what was stored and not sent on, and what happened meanwhile. */
  resume(): void;
  close(): void;
}

/** Receipts leave out a reason that there is none for. */
const reasonOf = (receipt: Receipt): string => receipt.reason ?? '';

export function createPost({ store, bus, clock, sessions, prompts, where, changed }: PostDeps): Post {
  /** When a person last spoke to a session, by prompt, keys or channel. Lost at a start: then a chain counts on. */
  const heard = new Map<string, number>();
  const person = (sessionId: string) => heard.set(sessionId, clock.now());

  const follow = (prompt: string, state: Delivery['state'], reason: string): void => {
    const message = store.follow(prompt, state, reason);
    if (!message) return;
    const to = message.deliveries.find((d) => d.prompt === prompt);
    if (to && (state === 'delivered' || state === 'confirmed')) {
      store.readNext(message.channel, { kind: 'session', id: to.sessionId }, message.n);
    }
    changed(message);
  };
  const give = (message: Message, { prompt, sessionId }: Delivery): void => {
    if (prompt === null) return;
    try {
      if (!sessions.get(sessionId)) throw new Fault('gone', 'the session is gone');
      const text = promptOf(message, where(message));
      const receipt = prompts.pass({ id: prompt, sessionId, text, by: message.by.name });
      follow(prompt, receipt.state, reasonOf(receipt));
    } catch (error) {
      if (!isFault(error)) throw error;
      follow(prompt, 'failed', error.message);
    }
  };

  const offs = [
    bus.on('prompt.state', ({ receipt }) => {
      if (receipt.origin === 'channel') follow(receipt.id, receipt.state, reasonOf(receipt));
      else if (receipt.origin !== 'init') person(receipt.sessionId);
    }),
    bus.on('session.typed', ({ id }) => person(id)),
    bus.on('session.removed', ({ id }) => heard.delete(id)),
  ];

  return {
    weigh(sessionId, channel, replyTo) {
      const now = clock.now();
      const sent = store.sent(sessionId, now - MINUTE_MS);
      if (sent >= STORED_A_MINUTE) {
        throw new Fault('rate-limited', `this session has sent ${sent} messages within a minute; wait a minute`);
      }
      const spokenTo = heard.get(sessionId) ?? 0;
      const cause = store.heat(sessionId, Math.max(now - CAUSE_MS, spokenTo));
      // However old the message is that it answers, unless a person has spoken to it since.
      const answered = replyTo === null ? 0 : store.depth(channel, replyTo, spokenTo);
      const depth = Math.max(cause, answered) + 1;
      return { depth, stop: stopped(depth, sent) };
    },
    address({ id, name }, stop) {
      const session = sessions.get(id);
      const base = { session: session?.name ?? name, sessionId: id };
      if (stop !== null) return { ...base, prompt: null, state: 'stopped', reason: stop };
      if (session?.agent === 'shell') {
        const reason = 'not delivered: it is a shell, which would run the text as commands';
        return { ...base, prompt: null, state: 'stopped', reason };
      }
      return { ...base, prompt: newPromptId(), state: 'queued', reason: '' };
    },
    dispatch(message) {
      for (const delivery of message.deliveries) {
        if (message.by.kind === 'user') person(delivery.sessionId);
        give(message, delivery);
      }
    },
    resume() {
      for (const open of store.openDeliveries()) {
        if (open.prompt === null) continue;
        const receipt = prompts.receipt(open.prompt);
        const message = store.message(open.messageId);
        if (receipt) follow(open.prompt, receipt.state, reasonOf(receipt));
        else if (message && open.state === 'queued') give(message, open);
      }
    },
    close() {
      for (const off of offs) off();
    },
  };
}
