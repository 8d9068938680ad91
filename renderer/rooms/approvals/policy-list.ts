/** What the order of policies means, and patterns to begin with. Pure. */
import type { Approval, Policy } from '../../../shared/contract/approvals.ts';
import { fits } from '../../../shared/policies.ts';

/** Where a new policy is put so that it decides a request like this: before the first that fits already, else at the end. */
export function placeFor(list: readonly Policy[], request: Approval | null): number {
  const fitting = request ? list.findIndex((each) => fits(each, request)) : -1;
  return fitting < 0 ? list.length : fitting;
}

/** The earlier policy that leaves nothing for this one; its index, or null. */
export function shadowOf(list: readonly Policy[], index: number): number | null {
  const policy = list[index];
  const over = list
    .slice(0, index)
    .findIndex(
      (each) =>
        each.tool === '*' && each.subject === '*' && (each.session === undefined || each.session === policy?.session),
    );
  return over < 0 ? null : over;
}

export const allowsAll = (policy: Policy): boolean =>
  policy.decision === 'allow' && policy.tool === '*' && /^\*+$/.test(policy.subject);

/** Patterns for a command, from exactly this one to all of its program. */
export function patternsFor(subject: string): readonly string[] {
  const patterns = [subject];
  const words = /^([\w./-]+)(?: ([a-z][\w:-]*))?(?: |$)/.exec(subject);
  if (!subject.includes('\n') && words) {
    const [, program = '', verb] = words;
    if (verb !== undefined && subject.length > program.length + verb.length + 1) patterns.push(`${program} ${verb} *`);
    if (subject.length > program.length) patterns.push(`${program} *`);
  }
  // A pattern that allows never reaches over what a shell would act on: one that would not fit is not offered.
  const request = { kind: 'approval' as const, session: '', tool: null, subject };
  return [...new Set(patterns)].filter(
    (pattern) => pattern === subject || fits({ tool: '*', subject: pattern, decision: 'allow' }, request),
  );
}
