/** People may write the beginning of a session's name. Only here: to the hub a name is a name, and `a` never means `ab`. */
import { Fault } from '../../shared/fault.ts';

interface Named {
  readonly id: string;
  readonly name: string;
  /** Of a session of another hub: `qd attach node:name`. */
  readonly attach?: readonly string[];
}

/** As it is written where several machines may have the same name: `node:name` for one of another hub. */
export const fullName = ({ name, attach }: Named): string =>
  attach?.[0] === 'qd' && attach[1] === 'attach' ? (attach[2] ?? name) : name;

/** The one session that is meant; null when none begins so, or when it is named in full. Fault `ambiguous` with candidates. */
export function completed<S extends Named>(all: readonly S[], wanted: string): S | null {
  if (all.some((s) => s.name === wanted || s.id === wanted || fullName(s) === wanted)) return null;
  const begins = (s: S) => s.name.startsWith(wanted) || (wanted.includes(':') && fullName(s).startsWith(wanted));
  const begun = all.filter((s) => begins(s) || (wanted.startsWith('s_') && s.id.startsWith(wanted)));
  if (begun.length > 1) {
    const names = begun.map(fullName);
    throw new Fault('ambiguous', `"${wanted}" may be ${names.slice(0, 10).join(', ')}; write more of the name`, {
      candidates: names,
    });
  }
  return begun[0] ?? null;
}
