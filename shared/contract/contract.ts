/** The whole contract on one page: rooms, their entries, and the types that both sides of the wire derive from it. */
import type { z } from 'zod';
import { agents } from './agents.ts';
import { approvals } from './approvals.ts';
import { auth } from './auth.ts';
import { board } from './board.ts';
import { channels } from './channels.ts';
import type { AnyDef, CallDef, FeedDef, PipeDef } from './define.ts';
import { files } from './files.ts';
import { fleet } from './fleet.ts';
import { git } from './git.ts';
import { hub } from './hub.ts';
import { logs } from './logs.ts';
import { memory } from './memory.ts';
import { nodes } from './nodes.ts';
import { preferences } from './preferences.ts';
import { prompts } from './prompts.ts';
import { push } from './push.ts';
import { recordings } from './recordings.ts';
import { sessions } from './sessions.ts';
import { settings } from './settings.ts';

export { PROTOCOL } from './define.ts';

export const contract = {
  hub,
  settings,
  logs,
  preferences,
  auth,
  agents,
  nodes,
  sessions,
  prompts,
  approvals,
  files,
  git,
  recordings,
  board,
  channels,
  memory,
  push,
  fleet,
} as const;

type Rooms = typeof contract;
type Flat = {
  [R in keyof Rooms & string]: { [E in keyof Rooms[R] & string as `${R}.${E}`]: Rooms[R][E] };
}[keyof Rooms & string];
type Union<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never;
type All = Union<Flat>;

type Names<D> = { [N in keyof All]: All[N] extends D ? N : never }[keyof All];
export type CallName = Names<{ verb: 'call' }> & string;
export type FeedName = Names<{ verb: 'feed' }> & string;
export type PipeName = Names<{ verb: 'pipe' }> & string;

type DefOf<N extends string> = N extends keyof All ? All[N] : never;
/** What a client sends (defaults may be left out). */
export type CallInput<N extends CallName> = DefOf<N> extends CallDef<infer I, z.ZodType> ? z.input<I> : never;
/** What the core receives (defaults filled in). */
export type CallParsed<N extends CallName> = DefOf<N> extends CallDef<infer I, z.ZodType> ? z.output<I> : never;
export type CallOutput<N extends CallName> = DefOf<N> extends CallDef<z.ZodType, infer O> ? z.output<O> : never;
export type FeedParams<N extends FeedName> = DefOf<N> extends FeedDef<infer P, z.ZodType> ? z.input<P> : never;
export type FeedRow<N extends FeedName> = DefOf<N> extends FeedDef<z.ZodType, infer R> ? z.output<R> : never;
export type PipeParams<N extends PipeName> = DefOf<N> extends PipeDef<infer P> ? z.input<P> : never;
export type PipeParsed<N extends PipeName> = DefOf<N> extends PipeDef<infer P> ? z.output<P> : never;

/** Every entry by its full name, such as `sessions.start`. */
export const entries: ReadonlyMap<string, AnyDef> = new Map(
  Object.entries(contract).flatMap(([room, defs]) =>
    Object.entries(defs as Record<string, AnyDef>).map(([name, def]) => [`${room}.${name}`, def] as const),
  ),
);
