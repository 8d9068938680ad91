/**
 * The three verbs of the contract. An entry states its scope and, where it has one, its HTTP form; REST, OpenAPI, the
 * command line and the wire all derive from these entries.
 */
import type { z } from 'zod';

/** Rises when something is removed or narrowed; `snapshot.json` guards it. */
export const PROTOCOL = 1;

/**
 * In rising order of what they let a token do; apart from them `join`, which lets another hub be a node of this one
 * (introduce itself, tell its log, exchange facts) and nothing else. A token lists each it holds, none implies another but
 * `admin` all.
 */
export const SCOPES = ['read', 'type', 'approve', 'run', 'admin', 'join'] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * What a token limited to some sessions may do with an entry. `session`: allowed when `input.name` resolves to one of
 * them; `filtered`: the room leaves out what the token may not see; `never`: refused.
 */
export type Limited = 'session' | 'filtered' | 'never';

export interface HttpForm {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** `:name` segments, the query (GET, DELETE) and the JSON body (others) together are the input. */
  readonly path: `/${string}`;
  /** Success status; default 200. */
  readonly status?: 200 | 201 | 202;
  /** `text`: the output's `text` field is the whole body when the input's `format` is not `json`. */
  readonly as?: 'json' | 'text';
  /** Content type of that text; where there are several, by the value of an input. Plain text when absent. */
  readonly media?: string | { readonly by: string; readonly types: Readonly<Record<string, string>> };
}

interface Entry {
  /** `public` needs no token. */
  readonly scope: Scope | 'public';
  /** One line for OpenAPI and help. */
  readonly summary: string;
  readonly limited?: Limited;
  /** An agent's own token may use it, whatever scopes it holds: agents share the board, channels and memory with people. */
  readonly agents?: true;
}

export interface CallDef<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> extends Entry {
  readonly verb: 'call';
  readonly input: I;
  readonly output: O;
  readonly http?: HttpForm;
}

/** A keyed collection: a snapshot of rows, then numbered deltas of rows put and keys dropped. */
export interface FeedDef<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> extends Entry {
  readonly verb: 'feed';
  readonly params: P;
  readonly row: R;
  /** The field of a row that is its key. */
  readonly key: string;
}

export interface PipeDef<P extends z.ZodType = z.ZodType> extends Entry {
  readonly verb: 'pipe';
  readonly params: P;
  /** Scope to send bytes into the pipe; `scope` alone only looks. */
  readonly input: Scope;
  /** Small messages from the client beside the bytes. */
  readonly control: z.ZodType;
  /** Small messages from the server beside the bytes. */
  readonly notice: z.ZodType;
}

export const call = <I extends z.ZodType, O extends z.ZodType>(def: Omit<CallDef<I, O>, 'verb'>): CallDef<I, O> => ({
  verb: 'call',
  ...def,
});
export const feed = <P extends z.ZodType, R extends z.ZodType>(def: Omit<FeedDef<P, R>, 'verb'>): FeedDef<P, R> => ({
  verb: 'feed',
  ...def,
});
export const pipe = <P extends z.ZodType>(def: Omit<PipeDef<P>, 'verb'>): PipeDef<P> => ({ verb: 'pipe', ...def });

export type AnyDef = CallDef | FeedDef | PipeDef;
