import { describe, expect, it } from 'vitest';
import { GROUPS, grouped, titleOf } from './titles.ts';

describe('settings in words', () => {
  it('every grouped setting has a title, and is in one group only', () => {
    const keys = GROUPS.flatMap((group) => group.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key !== 'agents' && titleOf(key) === key)).toEqual([]);
  });
  it('loses no setting, known or not', () => {
    const settings = ['hub.port', 'zebra.stripes', 'zebra.legs', 'prices'].map((key) => ({ key }));
    const groups = grouped(settings);
    expect(groups.flatMap((group) => group.settings.map((each) => each.key)).sort()).toEqual(
      settings.map((each) => each.key).sort(),
    );
    expect(groups.at(-1)).toMatchObject({
      title: 'Zebra',
      settings: [{ key: 'zebra.stripes' }, { key: 'zebra.legs' }],
    });
  });
});
