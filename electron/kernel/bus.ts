/** News between rooms: calls go down the ladder, news goes up on the bus. Listeners run in order, synchronously. */
import type { Approval } from '../../shared/contract/approvals.ts';
import type { Receipt } from '../../shared/contract/prompts.ts';
import type { Session } from '../../shared/contract/sessions.ts';
import type { State } from '../../shared/contract/states.ts';

/** Every kind of news. A room publishes only its own. */
export interface News {
  'session.started': { readonly session: Session; readonly fresh: boolean };
  /** The state, or a flag beside it, changed. */
  'session.state': { readonly session: Session; readonly before: State };
  /** Anything else of the session changed (name, size, title, queue). */
  'session.changed': { readonly session: Session };
  /** Ended and forgotten. */
  'session.removed': { readonly id: string; readonly name: string };
  /** Something new on the session's screen, at most about 20 times a second a session. */
  'session.screen': { readonly id: string };
  /** An event of the agent's own (hook) came in; `prompt` means that the agent took a prompt. */
  'session.event': { readonly id: string; readonly kind: string; readonly text: string | null; readonly at: number };
  /** A person typed into the session. */
  'session.typed': { readonly id: string; readonly at: number };
  /** A session of another hub, called `node:name`, came or changed; while its node is away nothing is told of it. */
  'elsewhere.session': { readonly session: Session };
  /** It is there no more, or its node was taken off the list. */
  'elsewhere.gone': { readonly id: string };
  'elsewhere.approval': { readonly approval: Approval };
  'prompt.state': { readonly receipt: Receipt };
  /** A file in the session's folder was written through the hub. */
  'files.written': { readonly id: string; readonly path: string };
  'approval.changed': { readonly approval: Approval };
  /** A token was revoked or its user changed: cut its sockets. */
  'auth.revoked': { readonly tokenIds: readonly string[] };
  'settings.changed': { readonly keys: readonly string[] };
}

export interface Bus {
  emit<K extends keyof News>(kind: K, news: News[K]): void;
  on<K extends keyof News>(kind: K, listener: (news: News[K]) => void): () => void;
}

/** A listener that throws harms no other: `onError` hears of it. */
export function createBus(onError: (error: unknown, kind: string) => void): Bus {
  const listeners = new Map<string, Set<(news: never) => void>>();
  return {
    emit(kind, news) {
      for (const listener of [...(listeners.get(kind) ?? [])]) {
        try {
          (listener as (n: typeof news) => void)(news);
        } catch (error) {
          onError(error, kind);
        }
      }
    },
    on(kind, listener) {
      const set = listeners.get(kind) ?? new Set();
      listeners.set(kind, set);
      set.add(listener as (news: never) => void);
      return () => set.delete(listener as (news: never) => void);
    },
  };
}
