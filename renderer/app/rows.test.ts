import { describe, expect, it } from 'vitest';
import { changeRows, noRows, type Rows, replaceRows } from './rows.ts';

interface Row {
  readonly id: string;
  readonly tags: readonly string[];
  readonly exit: { readonly status: number | null } | null;
}
const row = (id: string, tags: string[] = [], status: number | null | undefined = undefined): Row => ({
  id,
  tags,
  exit: status === undefined ? null : { status },
});
const keyOf = (r: Row) => r.id;
const empty: Rows<Row> = noRows;

describe('rows of a feed', () => {
  it('is not ready before the first snapshot and ready after an empty one', () => {
    expect(empty.ready).toBe(false);
    expect(replaceRows(empty, [], keyOf).ready).toBe(true);
  });

  it('keeps the identity of rows that a new snapshot repeats', () => {
    const first = replaceRows(empty, [row('a', ['x']), row('b', [], 1)], keyOf);
    const again = replaceRows(first, [row('a', ['x']), row('b', [], 2), row('c')], keyOf);
    expect(again.byKey.get('a')).toBe(first.byKey.get('a'));
    expect(again.byKey.get('b')).not.toBe(first.byKey.get('b'));
    expect([...again.byKey.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('sees a difference in a nested list and in a missing field', () => {
    const first = replaceRows(empty, [row('a', ['x', 'y'])], keyOf);
    expect(replaceRows(first, [row('a', ['x'])], keyOf).byKey.get('a')?.tags).toEqual(['x']);
  });

  it('puts and drops without touching the others or the old collection', () => {
    const first = replaceRows(empty, [row('a'), row('b'), row('c')], keyOf);
    const next = changeRows(first, [row('b', ['new'])], ['a'], keyOf);
    expect([...next.byKey.keys()]).toEqual(['b', 'c']);
    expect(next.byKey.get('c')).toBe(first.byKey.get('c'));
    expect(first.byKey.size).toBe(3);
  });

  it('drops numeric keys and puts after drops', () => {
    const seq = replaceRows({ ready: true, refused: null, byKey: new Map() }, [{ seq: 1 }, { seq: 2 }], (r) =>
      String(r.seq),
    );
    expect([...changeRows(seq, [{ seq: 1 }], [1, 2], (r) => String(r.seq)).byKey.keys()]).toEqual(['1']);
  });

  it('answers the same collection for an empty delta', () => {
    const first = replaceRows(empty, [row('a')], keyOf);
    expect(changeRows(first, [], [], keyOf)).toBe(first);
  });
});
