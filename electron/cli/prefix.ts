/** People may write the beginning of a session's name. Only here: to the hub a name is a name, and `a` never means `ab`. */
import { Fault } from '../../shared/fault.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The one session that is meant; null when none begins so, or when it is named in full. Fault `ambiguous` with candidates. */
export function completed<S extends Named>(all: readonly S[], wanted: string): S | null {
  if (all.some((s) => s.name === wanted || s.id === wanted)) return null;
  const begun = all.filter((s) => s.name.startsWith(wanted) || (wanted.startsWith('s_') && s.id.startsWith(wanted)));
  if (begun.length > 1) {
    const names = begun.map((s) => s.name);
    throw new Fault('ambiguous', `"${wanted}" may be ${names.slice(0, 10).join(', ')}; write more of the name`, {
      candidates: names,
    });
  }
  return begun[0] ?? null;
}
