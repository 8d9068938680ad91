import { expect, it } from 'vitest';
import type { LogLine } from '../../../shared/contract/logs.ts';
import { createLive } from '../../kernel/live.ts';
import { createTelling } from './telling.ts';

const line = (seq: number, more: Partial<LogLine> = {}): LogLine => ({
  ...{ seq, at: seq, level: 'info', from: 'sessions', message: `line ${seq}` },
  ...more,
});

it('tells each hub above each line once, in pages, and nothing that another machine said', () => {
  const live = createLive<LogLine>({ key: ({ seq }) => seq });
  for (let seq = 1; seq <= 250; seq++) live.put(line(seq, seq % 50 === 0 ? { node: 'alpha' } : {}));
  const telling = createTelling(live);
  const hear = (who: string) => {
    const next = telling.untold(who);
    if (next) telling.taken(who, next.mark);
    return next?.lines.map(({ at }) => at) ?? [];
  };
  const first = hear('one');
  expect(first).toHaveLength(200);
  expect([first[0], first.includes(50)]).toEqual([1, false]);
  const second = hear('one');
  expect([second[0], second.at(-1), second.length]).toEqual([205, 249, 45]);
  expect(hear('one')).toEqual([]);
  expect(hear('two')).toHaveLength(200);
  live.put(line(251));
  expect(hear('one')).toEqual([251]);
});

it('tells again what nobody said was taken; marks of another start, and none at all, say nothing', () => {
  const live = createLive<LogLine>({ key: ({ seq }) => seq });
  live.put(line(1), line(2));
  const [before, telling] = [createTelling(live), createTelling(live)];
  const old = before.untold('one')?.mark ?? '';
  for (const mark of [old, '', ':', 'x:9', `${old}9`]) telling.taken('one', mark);
  const next = telling.untold('one');
  expect(next?.lines).toHaveLength(2);
  telling.taken('one', next?.mark ?? '');
  live.put(line(3));
  // An answer that was overtaken takes nothing back.
  telling.taken('one', (next?.mark ?? '').replace(/2$/, '1'));
  expect(telling.untold('one')?.lines.map(({ at }) => at)).toEqual([3]);
});
