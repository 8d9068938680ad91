import { expect, it } from 'vitest';
import { createScreen } from '../../platform/screen.ts';
import { createAuthority, unfinished } from './authority.ts';

it('settled waits for what stood in line behind a batch under way', async () => {
  const screen = createScreen({ cols: 40, rows: 5 });
  const authority = createAuthority(screen, () => undefined);
  authority.write(Buffer.from('first\r\n'));
  authority.write(Buffer.from('second\r\n'.repeat(1000)));
  authority.write(Buffer.from('last'));
  await authority.settled();
  expect(screen.view().lines[4]).toBe('last');
});

it('a screen and what follows it agree, wherever a sequence or character was cut in two', async () => {
  const whole = Buffer.from('a\x1b[38;5;196mred\x1b[0m \u6f22\u{1f600}\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\.');
  const shown = async (cut: number) => {
    const screen = createScreen({ cols: 40, rows: 3 });
    const authority = createAuthority(screen, () => undefined);
    authority.write(whole.subarray(0, cut));
    await authority.settled();
    const { escapes, rest } = await authority.quiet((waits) => ({ escapes: screen.serialize(0), rest: waits }));
    const late = createScreen({ cols: 40, rows: 3 });
    late.write(escapes);
    for (const bytes of [...rest, whole.subarray(cut)]) late.write(bytes);
    await late.settled();
    return late.view().lines[0];
  };
  const right = await shown(whole.length);
  expect(right).toBe('ared \u6f22\u{1f600}link.');
  for (let cut = 0; cut < whole.length; cut += 1) expect([cut, await shown(cut)]).toEqual([cut, right]);
});

it('what is whole is not unfinished', () => {
  for (const text of [
    '',
    'a',
    '\x1b[0m',
    '\u00e9',
    '\u{1f600}',
    '\x1b]0;t\x07',
    '\x1b]0;t\x1b\\',
    '\x1bM',
    '\x80\x80\x80\x80',
  ])
    expect(Buffer.from(unfinished(Buffer.from(text))).toString()).toBe('');
  expect(unfinished(Buffer.from([0x61, 0xf0, 0x9f, 0x98]))).toHaveLength(3);
  expect(unfinished(Buffer.from([0xff, 0xbf, 0xbf]))).toHaveLength(0);
});
