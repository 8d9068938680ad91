/** Decisions of the auth room: what a secret looks like, who may mint what, how often one may try. */
import type { Scope } from '../../../shared/contract/define.ts';

/** `qd_<id>_<secret>`: the id finds the row, the secret (256 random bits) is compared by its hash. */
const TOKEN = /^qd_([a-z0-9]{25})_([A-Za-z0-9_-]{43})$/;

export interface ParsedToken {
  readonly id: string;
  readonly secret: string;
}

export const tokenText = (id: string, secret: string): string => `qd_${id.replace(/^t_/, '')}_${secret}`;

export function parseToken(text: string): ParsedToken | null {
  const match = TOKEN.exec(text);
  return match?.[1] && match[2] ? { id: `t_${match[1]}`, secret: match[2] } : null;
}

const holds = (own: ReadonlySet<Scope>, scope: Scope): boolean => own.has(scope) || own.has('admin');

/** Scopes asked for that the asker does not hold. */
export const beyond = (asked: readonly Scope[], own: ReadonlySet<Scope>): readonly Scope[] =>
  asked.filter((scope) => !holds(own, scope));

/** A token never does more than its user may now; a user whose rights shrank takes their tokens along. */
export const effective = (token: readonly Scope[], user: readonly Scope[] | null): ReadonlySet<Scope> => {
  if (user === null) return new Set(token);
  const own = new Set(user);
  return new Set(token.filter((scope) => holds(own, scope)));
};

/** Times of failed attempts that still count. */
export const recent = (failures: readonly number[], now: number, windowMs: number): readonly number[] =>
  failures.filter((at) => at > now - windowMs);

/** Milliseconds until the next attempt is allowed; 0 when it is now. */
export function waitFor(failures: readonly number[], now: number, limit: number, windowMs: number): number {
  const counted = recent(failures, now, windowMs);
  if (counted.length < limit) return 0;
  return Math.max(1, (counted[counted.length - limit] ?? now) + windowMs - now);
}
