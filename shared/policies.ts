/**
 * Which policy decides a permission dialog: the hub answers by it, the face shows beforehand what would have been answered.
 * Globs (`*`, `?`) over tool names and commands, linear enough that no pattern can hang anybody.
 */
import type { Approval, Policy } from './contract/approvals.ts';

/**
 * `wild` says which characters a wildcard may stand for. Matching takes at most pattern times text steps: only the last
 * `*` is ever tried again, which finds a match whenever a wildcard may stand for anything. Where it may not, a rare match
 * may be missed; whoever narrows wildcards wants to be asked in doubt.
 */
export function globMatches(pattern: string, text: string, wild: (text: string, at: number) => boolean): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const want = pattern[p];
    if (want === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (want !== undefined && (want === '?' ? wild(text, t) : want === text[t])) {
      p += 1;
      t += 1;
    } else {
      if (star < 0 || !wild(text, resume)) return false;
      resume += 1;
      p = star + 1;
      t = resume;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

export const anything = (): boolean => true;

/**
 * What a wildcard of an allowing rule may not stand for: characters with which a shell begins another command, runs one
 * inside, or sends output elsewhere; line breaks; an ellipsis, which hides the rest; and what nobody sees.
 */
const RISKY = /[;&|`<>\u2026\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u;
/** `$(`, `${` and `$'`: whatever follows the dollar, the dollar itself must be written in the rule. */
const EXPANDS = /[({'"]/;

export function harmless(text: string, at: number): boolean {
  const here = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (RISKY.test(here)) return false;
  if (here === '$') return !EXPANDS.test(text[at + 1] ?? '');
  // The rule wrote the dollar; what it opens must be written as well.
  return !(EXPANDS.test(here) && text[at - 1] === '$');
}

/** What of a request a policy looks at. */
export type Decidable = Pick<Approval, 'kind' | 'session' | 'tool' | 'subject'>;

/**
 * Only permission dialogs are ever decided. A denying or asking policy fits generously, also when the agent broke the command
 * over rows; an allowing one only when its wildcards stand for nothing that a shell would act on. A lone `*` means every
 * subject, which its author asked for.
 */
export function fits(policy: Omit<Policy, 'id'>, a: Decidable): boolean {
  if (a.kind !== 'approval') return false;
  if (policy.session !== undefined && policy.session !== a.session) return false;
  if (!globMatches(policy.tool, a.tool ?? '', anything)) return false;
  if (policy.subject === '*') return true;
  if (policy.decision === 'allow') return globMatches(policy.subject, a.subject, harmless);
  const shapes = [a.subject, a.subject.replace(/\s*\n\s*/g, ' '), a.subject.replace(/\s*\n\s*/g, '')];
  return shapes.some((shape) => globMatches(policy.subject, shape, anything));
}

/** The first policy that fits decides; null when none does. */
export const decide = (policies: readonly Policy[], a: Decidable): Policy | null =>
  policies.find((policy) => fits(policy, a)) ?? null;
