import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AUTO,
  arranged,
  closePane,
  layoutNameFault,
  readArrangement,
  readLayouts,
  renamedLayout,
  resolve,
  shownPanes,
  withLayout,
  withoutLayout,
  writeLayouts,
} from './arrangement.ts';
import { fromGrid, panesOf } from './layout.ts';

const live = (...ids: string[]) => ids.map((id) => ({ id, name: `name-${id}` }));
const some = arranged(AUTO, fromGrid(['a', 'b', 'c'], 2), live('a', 'b', 'c'));

describe('an arrangement and the sessions that are there', () => {
  it('those that are gone leave; those that are new come in, unless it is a fixed one', () => {
    expect(panesOf(resolve(some, live('a', 'c', 'd'), 1.6))).toEqual(expect.arrayContaining(['a', 'c', 'd']));
    expect(shownPanes({ ...some, follows: false }, live('a', 'c', 'd'), 1.6)).toEqual(['a', 'c']);
    // Who was away for a moment comes back to the place it had.
    expect(shownPanes(some, live('a', 'b', 'c'), 1.6)).toEqual(['a', 'b', 'c']);
  });

  it('a session made anew under its name has the old place', () => {
    const again = [...live('a', 'c'), { id: 'b2', name: 'name-b' }];
    expect(panesOf(resolve({ ...some, follows: false }, again, 1.6))).toEqual(['a', 'b2', 'c']);
    // but not when it stands there already
    const both = arranged(AUTO, fromGrid(['a', 'b', 'b2'], 2), [...live('a', 'b'), { id: 'b2', name: 'name-b' }]);
    expect(panesOf(resolve(both, [...live('a'), { id: 'b2', name: 'name-b' }], 1.6))).toEqual(['a', 'b2']);
  });

  it('closing hides one in both modes, and showing it again ends that', () => {
    const all = live('a', 'b', 'c');
    const less = closePane(AUTO, null, 'b', all);
    expect(shownPanes(less, all, 1.6)).toEqual(['a', 'c']);
    const tree = resolve(some, all, 1.6);
    const hidden = closePane(some, tree, 'a', all);
    expect(shownPanes(hidden, all, 1.6)).toEqual(['b', 'c']);
    expect(arranged(hidden, tree, all).closed).toEqual([]);
  });

  it('shows every live session exactly once when it follows, whatever happened before', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: 1, max: 3 }), (then, now, columns) => {
        const before = arranged(AUTO, fromGrid(then, columns), live(...then));
        expect([...shownPanes(before, live(...now), 1.6)].sort()).toEqual([...now].sort());
      }),
    );
  });
});

describe('what is kept', () => {
  it('comes back as it was', () => {
    expect(readArrangement(JSON.parse(JSON.stringify(some)))).toEqual(some);
    const { mode: _, layout: __, ...rest } = some;
    const list = [{ name: 'work', ...rest }];
    expect(readLayouts(JSON.parse(JSON.stringify(writeLayouts(list))))).toEqual(list);
  });

  it('nonsense is no layout and no crash', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readArrangement(value);
        readLayouts(value);
        readLayouts({ layouts: value });
      }),
    );
    expect(readLayouts({ layouts: [{ name: 'a' }, { name: 'a' }, { name: ' ' }, 7] }).map((each) => each.name)).toEqual(
      ['a'],
    );
  });

  it('layouts are put, renamed and removed by name', () => {
    const one = { ...AUTO, name: 'one' };
    const two = { ...AUTO, name: 'two' };
    expect(withLayout([one], two)).toEqual([one, two]);
    expect(withLayout([one, two], { ...one, follows: false })).toEqual([{ ...one, follows: false }, two]);
    expect(renamedLayout([one, two], 'one', 'two')).toEqual([one, two]);
    expect(renamedLayout([one], 'one', 'three').map((each) => each.name)).toEqual(['three']);
    expect(withoutLayout([one, two], 'one')).toEqual([two]);
  });

  it('names that would confuse are refused', () => {
    expect(layoutNameFault('  ', [])).toContain('name');
    expect(layoutNameFault('AUTO', [])).toContain('Auto');
    expect(layoutNameFault('x'.repeat(61), [])).toContain('60');
    expect(layoutNameFault('a', ['a'])).toContain('already');
    expect(layoutNameFault('a b', ['a'])).toBeNull();
  });
});
