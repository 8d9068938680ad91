/** What is kept of terminals, over a real folder. */
import { appendFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { ask, createRoom, play, type Room, shown } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
});
afterEach(() => room.end());

const handlers = () => room.recordings.handlers;
const names = async (id: string, kind: string) =>
  (await readdir(join(room.dir, id))).filter((name) => name.endsWith(kind)).sort();
const codeOf = async (work: Promise<unknown> | unknown): Promise<string> => {
  try {
    await work;
    return 'nothing';
  } catch (error) {
    return error instanceof Fault ? error.code : String(error);
  }
};

it('plays what was printed, in order, with sizes, from any moment', async () => {
  const terminal = room.session('s1', 'one');
  terminal.print('first\r\n');
  await room.batch();
  const between = room.clock.now();
  terminal.resize(60, 10);
  terminal.print('\x1b[31msecond\x1b[0m\r\n');
  await room.batch();
  const all = await play(room.recordings, 'one');
  expect(all).toMatchObject({ cols: 80, rows: 24 });
  expect(all.events.map(([, kind]) => kind).filter((kind) => kind !== 'o')).toEqual(['s', 'r']);
  expect((await shown(all)).slice(0, 3)).toEqual(['first', 'second', '']);
  expect(await shown(all)).toEqual(terminal.lines());
  expect(await shown({ ...all, events: all.events.filter(([at]) => at <= between) })).toContain('first');
  expect((await shown({ ...all, events: all.events.filter(([at]) => at < between) })).join()).not.toContain('second');
  room.clock.advance(60_000);
  terminal.print('later');
  await room.batch();
  const { quiet, to } = await handlers()['recordings.get']({ id: 'one' }, ask());
  expect(quiet).toHaveLength(1);
  expect((quiet[0]?.[1] ?? 0) - (quiet[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
  expect(quiet[0]?.[1]).toBe(to);
  const [row] = await handlers()['recordings.list']({}, ask());
  expect(row).toMatchObject({ id: 's1', session: 'one', agent: 'custom', live: true, trimmed: false });
  expect(row?.from).toBeLessThanOrEqual(between);
  expect(row?.to).toBeGreaterThanOrEqual(between);
});

it('joins characters that are cut in two, over batches too, and takes any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => Buffer.from(s)),
          fc.uint8Array({ maxLength: 20 }),
        ),
        {
          maxLength: 8,
        },
      ),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      fc.infiniteStream(fc.boolean()),
      async (parts, steps, pauses) => {
        await room.end();
        room = await createRoom();
        const terminal = room.session('s1');
        terminal.print('start');
        await room.batch();
        const whole = Buffer.concat(parts);
        for (let i = 0; i < whole.length; ) {
          const step = steps.next().value;
          terminal.print(whole.subarray(i, i + step));
          i += step;
          if (pauses.next().value) await room.batch();
        }
        await room.batch();
        const { events } = await play(room.recordings, 's1');
        const first = events.findIndex(([, kind]) => kind === 's');
        const text = events.slice(first + 1).map(([, kind, words]) => (kind === 'o' ? words : ''));
        const wanted = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
          Buffer.concat([Buffer.from('start'), whole]),
          { stream: true },
        );
        // The first bytes may stand in the first screen.
        expect(wanted.endsWith(text.join(''))).toBe(true);
        expect(text.join('').length).toBeGreaterThanOrEqual(wanted.length - 'start'.length);
      },
    ),
    { numRuns: 40 },
  );
});

it('a screen begins each segment, the oldest go, and every segment plays by itself', async () => {
  room.set('recordings.maxMegabytes', 2);
  const terminal = room.session('s1', 'one');
  for (let i = 0; i < 40; i += 1) {
    for (let line = 0; line < 2000; line += 1)
      terminal.print(`\x1b[3${i % 8}m${i} ${line} ${'words '.repeat(7)}\x1b[0m\r\n`);
    await room.batch();
  }
  const segments = await names('s1', '.events');
  expect(segments.length).toBeGreaterThan(1);
  let total = 0;
  for (const name of segments) {
    const text = await readFile(join(room.dir, 's1', name), 'utf8');
    expect(
      text
        .split('\n')
        .slice(0, 2)
        .map((line) => line.slice(0, 6)),
    ).toEqual(['[0,"r"', '[0,"s"']);
    expect(text.length).toBeLessThan(2.5 * 1024 * 1024);
    total += text.length + (await stat(join(room.dir, 's1', name.replace('events', 'text')))).size;
  }
  expect(total).toBeLessThan(4.5 * 1024 * 1024);
  const got = await handlers()['recordings.get']({ id: 's1' }, ask());
  expect(got.trimmed).toBe(true);
  expect(got.bytes).toBe(total);
  // From the middle: the nearest screen before, not the beginning.
  const middle = (got.from + got.to) / 2;
  const rest = await play(room.recordings, 's1', middle);
  expect(rest.events[0]?.[1]).toBe('s');
  expect(rest.events[0]?.[0]).toBeLessThanOrEqual(middle);
  expect(rest.events[0]?.[0]).toBeGreaterThan(got.from);
  expect(await shown(rest)).toEqual(terminal.lines());
  const all = await play(room.recordings, 's1');
  expect(all.pages).toBeGreaterThan(4);
  expect(await shown(all)).toEqual(terminal.lines());
}, 30_000);

it('a hub that is killed loses the last batch at most; torn lines are passed over', async () => {
  const terminal = room.session('s1', 'one');
  terminal.print('kept\r\n');
  await room.batch();
  terminal.print('lost\r\n');
  const [before] = await names('s1', '.events');
  await appendFile(join(room.dir, 's1', before ?? ''), '[99,"o","torn');
  room.bus.emit('session.started', { session: { id: 's1', command: 'sh' } as never, fresh: true });
  await room.batch();
  await appendFile(join(room.dir, 's1', 'marks.lines'), '[1,"sta');
  await mkdir(join(room.dir, 'empty'));
  await mkdir(join(room.dir, 'strange'));
  await writeFile(join(room.dir, 'strange', '000000000000001.events'), 'no events at all\n');
  room.kill();
  terminal.anew();
  terminal.print('after\r\n');
  room.bus.emit('session.state', {
    session: { id: 's1', state: 'exited', exit: { status: 3 } } as never,
    before: 'idle',
  });
  await room.batch();
  const all = await play(room.recordings, 's1');
  expect((await shown(all)).slice(0, 3)).toEqual(['kept', 'lost', 'after']);
  expect((await names('s1', '.events')).length).toBe(2);
  const { marks } = await handlers()['recordings.get']({ id: 's1' }, ask());
  expect(marks.map(({ kind, text }) => [kind, text])).toEqual([
    ['start', 'sh'],
    ['exit', 'status 3'],
  ]);
  expect(await play(room.recordings, 'strange')).toMatchObject({ events: [] });
});

it('of a flood it keeps screens, says what stood at its end, and writes little', async () => {
  const terminal = room.session('s1', 'one');
  terminal.print('before\r\n');
  await room.batch();
  for (let second = 0; second < 10; second += 1) {
    for (let i = 0; i < 50; i += 1) terminal.print(`${second} ${i} ${'x'.repeat(100)}\r\n`.repeat(500));
    await room.batch();
  }
  for (let i = 0; i < 4; i += 1) await room.batch();
  terminal.print('THE END\r\n');
  await room.batch();
  const got = await handlers()['recordings.get']({ id: 's1' }, ask());
  expect(got.bytes).toBeLessThan(3 * 1024 * 1024);
  const all = await play(room.recordings, 's1');
  expect(all.events.filter(([, kind]) => kind === 's').length).toBeGreaterThan(5);
  expect(await shown(all)).toEqual(terminal.lines());
  expect(await shown(all)).toContain('THE END');
}, 30_000);

it('idle sessions cost nothing: no timer runs once everything is written', async () => {
  const terminal = room.session('s1', 'one');
  terminal.print('x');
  for (let i = 0; i < 3; i += 1) await room.batch();
  let asked = 0;
  const after = room.clock.after;
  Object.assign(room.clock, {
    after: (ms: number, run: () => void) => {
      asked += 1;
      return after(ms, run);
    },
  });
  room.clock.advance(60_000);
  expect(asked).toBe(0);
  terminal.print('y');
  expect(asked).toBe(1);
});

it('a disk that takes nothing is said once, harms nobody, and the recording goes on when it works again', async () => {
  await room.end();
  let full = false;
  room = await createRoom((files) => ({
    ...files,
    async append(...args) {
      if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return files.append(...args);
    },
  }));
  const terminal = room.session('s1', 'one');
  terminal.print('kept\r\n');
  await room.batch();
  full = true;
  for (let i = 0; i < 100; i += 1) {
    terminal.print(`nowhere ${i}\r\n`);
    await room.batch();
  }
  expect(room.logged.filter((line) => line.includes('no space left'))).toHaveLength(1);
  full = false;
  room.clock.advance(60_000);
  terminal.print('again\r\n');
  await room.batch();
  await room.batch();
  const all = await play(room.recordings, 's1');
  expect(await shown(all)).toEqual(terminal.lines());
  expect((await shown(all)).join('\n')).toContain('again');
});

it('finds text that was redrawn, wrapped, scrolled away or overwritten, once, newest first', async () => {
  const terminal = room.session('s1', 'one');
  const other = room.session('s2', 'two');
  terminal.print('\x1b[2J\x1b[Hneedle\x1b[1Cin \x1b[1mpie\x1b[0mces');
  await room.batch();
  for (let i = 0; i < 20; i += 1) {
    terminal.print(`\x1b[H\x1b[2K${i % 2 ? 'needle in pieces' : 'something else'}\x1b[5;1Htick ${i}`);
    await room.batch();
  }
  const early = room.clock.now();
  terminal.print(`\x1b[2J\x1b[H${'long '.repeat(30)}WRAPPED${' text'.repeat(10)}\r\n`);
  for (let i = 0; i < 300; i += 1) terminal.print(`row ${i}\r\n`);
  await room.batch();
  other.print('Another NEEDLE (a+b)\r\n');
  await room.batch();
  const find = (q: string, more: { id?: string; limit?: number } = {}, who = ask()) =>
    handlers()['recordings.search']({ q, limit: 50, ...more }, who);
  for (const wipe of ['\x1b[2J\x1b[H', '\x1b[H\x1b[J', '\x1b[?1049h', '\x1bc']) {
    room.clock.advance(200);
    terminal.print(`fleeting ${wipe.length}\r\n`);
    await terminal.settled();
    room.clock.advance(100);
    terminal.print(wipe);
    await terminal.settled();
  }
  await room.batch();
  const fleeting = await find('fleeting');
  expect(fleeting).toHaveLength(4);
  for (const { at, text } of fleeting) {
    const { events, ...size } = await play(room.recordings, 's1', at);
    expect(await shown({ ...size, events: events.filter((event) => event[0] <= at) })).toContain(text);
  }
  const hits = await find('needle');
  expect(hits.map((hit) => hit.text)).toEqual(['Another NEEDLE (a+b)', 'needle in pieces']);
  expect(hits[0]).toMatchObject({ id: 's2', session: 'two', from: 8, to: 14 });
  expect(hits[1]?.at).toBeLessThan(early);
  const [row] = await find('row 3', { limit: 1 });
  expect(row?.text).toBe('row 39');
  const [wrapped] = await find('wrapped');
  expect(wrapped?.text).toContain('long WRAPPED text');
  // There the text is on the screen, or has just scrolled off it.
  const there = await play(room.recordings, 's1', wrapped?.at);
  expect(
    there.events
      .filter(([at]) => at <= (wrapped?.at ?? 0))
      .map(([, , text]) => text)
      .join(''),
  ).toContain('WRAPPED');
  expect(await find('(a+b)')).toHaveLength(1);
  expect(await find('[')).toEqual([]);
  expect(await find('needle', { id: 'one' })).toHaveLength(1);
  expect(await find('needle', {}, ask(['s1']))).toHaveLength(1);
  // Also after a restart, from the files.
  room.kill();
  expect((await find('needle')).map((hit) => hit.id)).toEqual(['s2', 's1']);
});

it('a limited principal sees its own, and others are not there', async () => {
  room.session('s1', 'one').print('a');
  room.session('s2', 'two').print('b');
  await room.batch();
  const who = ask(['s1']);
  expect((await handlers()['recordings.list']({}, who)).map((row) => row.id)).toEqual(['s1']);
  for (const id of ['s2', 'two', '../s2', 'none']) {
    expect(await codeOf(handlers()['recordings.get']({ id }, who))).toBe('not-found');
    expect(await codeOf(handlers()['recordings.read']({ id }, who))).toBe('not-found');
    expect(await codeOf(handlers()['recordings.export']({ id }, who))).toBe('not-found');
    expect(await codeOf(handlers()['recordings.remove']({ id }, who))).toBe('not-found');
    expect(await codeOf(handlers()['recordings.search']({ q: 'b', id, limit: 5 }, who))).toBe('not-found');
  }
  expect(await codeOf(handlers()['recordings.read']({ id: 's1', next: 'x' }, who))).toBe('invalid');
});

it('stays when the session goes, is too old one day, and can be removed', async () => {
  const one = room.session('s1', 'one');
  one.print('one');
  room.session('s2', 'two').print('two');
  await room.batch();
  room.remove('s2');
  await room.batch();
  expect((await handlers()['recordings.get']({ id: 'two' }, ask())).live).toBe(false);
  await handlers()['recordings.remove']({ id: 's1' }, ask());
  one.print(' and more');
  await room.batch();
  const all = await play(room.recordings, 's1');
  expect(await shown(all)).toEqual(one.lines());
  room.clock.advance(15 * 86_400_000);
  await expect.poll(async () => readdir(room.dir)).not.toContain('s2');
  expect(await readdir(room.dir)).toContain('s1');
});

it('records nothing when it is switched off, and begins when it is on', async () => {
  room.set('recordings.maxMegabytes', 0);
  const terminal = room.session('s1', 'one');
  terminal.print('secret');
  await room.batch();
  expect(await readdir(room.dir)).toEqual([]);
  expect(await codeOf(handlers()['recordings.get']({ id: 'one' }, ask()))).toBe('not-found');
  room.set('recordings.maxMegabytes', 1);
  terminal.print(' shown');
  await room.batch();
  expect(await shown(await play(room.recordings, 's1'))).toEqual(terminal.lines());
  room.set('recordings.keepDays', 0);
  await expect.poll(() => readdir(room.dir)).toEqual([]);
});

it('exports asciicast v3 with markers, folders and files for the owner alone', async () => {
  const terminal = room.session('s1', 'one');
  terminal.print('hello\r\n');
  await room.batch();
  room.bus.emit('prompt.state', {
    receipt: { id: 'p', sessionId: 's1', text: 'say hi', deliveredAt: room.clock.now() } as never,
  });
  room.bus.emit('prompt.state', {
    receipt: { id: 'p', sessionId: 's1', text: 'say hi', deliveredAt: room.clock.now() } as never,
  });
  const approval = { id: 'a', sessionId: 's1', title: 'Bash', subject: 'rm x' };
  room.bus.emit('approval.changed', { approval: { ...approval, status: 'open' } as never });
  room.bus.emit('approval.changed', {
    approval: { ...approval, status: 'answered', answer: { label: 'Yes', by: 'me' } } as never,
  });
  terminal.print('bye\r\n');
  await room.batch();
  const { text } = await handlers()['recordings.export']({ id: 's1' }, ask());
  const [header, ...events] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as never);
  expect(header).toMatchObject({ version: 3, term: { cols: 80, rows: 24 }, title: 'one' });
  for (const [interval, code, data] of events as [number, string, string][]) {
    expect(interval).toBeGreaterThanOrEqual(0);
    expect(['o', 'r', 'm']).toContain(code);
    expect(typeof data).toBe('string');
  }
  const marks = (events as [number, string, string][]).filter(([, code]) => code === 'm').map(([, , data]) => data);
  expect(marks).toEqual(['prompt: say hi', 'approval: rm x', 'approval: Yes (me)']);
  expect((await stat(join(room.dir, 's1'))).mode & 0o777).toBe(0o700);
  for (const name of await readdir(join(room.dir, 's1')))
    expect((await stat(join(room.dir, 's1', name))).mode & 0o777).toBe(0o600);
});
