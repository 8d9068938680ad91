import { expect, it } from 'vitest';
import { NOBODY, type Size, type SizeEvent, sizeAfter } from './size.ts';

const big = { cols: 200, rows: 50 };
const small = { cols: 60, rows: 20 };
/** Plays the events; what the session was asked to be, and who drives it at the end. */
const play = (...events: SizeEvent[]) => {
  let policy = NOBODY;
  const wants: Size[] = [];
  for (const event of events) {
    const after = sizeAfter(policy, event);
    policy = after.policy;
    if (after.want) wants.push(after.want);
  }
  return { wants, owner: policy.owner };
};

it('a viewer that only looks never resizes', () => {
  expect(play({ kind: 'room', viewer: 'a', size: big }, { kind: 'room', viewer: 'b', size: small })).toEqual({
    wants: [],
    owner: null,
  });
});

it('who typed last drives; its later resizes count, those of others do not', () => {
  expect(
    play(
      { kind: 'room', viewer: 'a', size: big },
      { kind: 'room', viewer: 'b', size: small },
      { kind: 'drive', viewer: 'a' },
      { kind: 'room', viewer: 'b', size: { cols: 1, rows: 1 } },
      { kind: 'drive', viewer: 'b' },
      { kind: 'room', viewer: 'b', size: small },
    ),
  ).toEqual({ wants: [big, { cols: 1, rows: 1 }, small], owner: 'b' });
});

it('when the owner leaves, the size stays and nobody owns it; others leaving changes nothing', () => {
  const drive: SizeEvent[] = [
    { kind: 'room', viewer: 'a', size: big },
    { kind: 'drive', viewer: 'a' },
  ];
  expect(play(...drive, { kind: 'leave', viewer: 'a' })).toEqual({ wants: [big], owner: null });
  expect(play(...drive, { kind: 'leave', viewer: 'b' })).toEqual({ wants: [big], owner: 'a' });
});

it('driving without a known room asks for nothing', () => {
  expect(play({ kind: 'drive', viewer: 'a' })).toEqual({ wants: [], owner: 'a' });
});
