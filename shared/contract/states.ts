/** The states of a session, from spec and screens alike: one word, one meaning, everywhere. */
import { z } from 'zod';

export const STATES = [
  'starting',
  'login',
  'trust',
  'idle',
  'working',
  'approval',
  'question',
  'menu',
  'done',
  'ratelimit',
  'error',
  'exited',
  'unreachable',
  'unknown',
] as const;

export const State = z.enum(STATES);
export type State = z.infer<typeof State>;

/** States in which only a person can move the session on. `ratelimit` and `error` do not while the agent retries by itself. */
export const NEEDS_YOU: ReadonlySet<State> = new Set<State>([
  'login',
  'trust',
  'approval',
  'question',
  'ratelimit',
  'error',
]);

export const Evidence = z.object({
  /** Where it comes from, in falling order of trust. */
  source: z.enum(['event', 'transcript', 'screen', 'title', 'osc', 'bell', 'process', 'clock']),
  /** What was seen, for a person to read. At most 200 characters. */
  saw: z.string(),
  /** What it led to. */
  means: z.string(),
  /** 0 to 1. */
  confidence: z.number(),
  /** Unix milliseconds. */
  at: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;
