/** Out and in again: JSON, CSV, iCalendar, GitHub's issues, the secret feed. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cell, escapeText, fold } from './export.ts';
import { agent, createRoom, person, type Room } from './fixtures/room.ts';

let room: Room;
beforeEach(async () => {
  room = await createRoom();
  room.session('s_a');
});
afterEach(async () => {
  expect(room.errors).toEqual([]);
  await room.close();
});

const add = (title: string, more: object = {}) => room.call('board.add', { title, ...more });
const text = async (as: 'json' | 'csv' | 'ical', of: Room = room) => (await of.call('board.export', { as })).text;
const bring = (given: unknown, format: 'quarterdeck' | 'github' = 'quarterdeck', into: Room = room) =>
  into.call('board.import', { format, text: typeof given === 'string' ? given : JSON.stringify(given) });

describe('this board’s JSON', () => {
  test('brings every card into another board, twice the same, and dependencies follow their cards', async () => {
    await add('One', { column: 'done', tags: ['x'], due: '2030-01-31', description: 'über\n', cost: 1.5 });
    await add('Two', { dependencies: ['QD-1'], checklist: [{ id: '1', text: 'do', done: true }], review: 'other' });
    await room.call('board.remove', { key: (await add('gone')).key });
    const file = await text('json');
    expect(await bring(file)).toEqual({ added: 0, skipped: 2, keys: [] });

    const other = await createRoom();
    try {
      expect(await bring(file, 'quarterdeck', other)).toEqual({ added: 2, skipped: 0, keys: ['QD-2', 'QD-1'] });
      const strip = (all: string) => (JSON.parse(all) as { cards: object[] }).cards.map((c) => ({ ...c, rank: 0 }));
      expect(strip(await text('json', other))).toEqual(strip(file));
      expect(await bring(file, 'quarterdeck', other)).toMatchObject({ added: 0, skipped: 2 });
      await other.call('board.remove', { key: 'QD-1' });
      expect(await bring(file, 'quarterdeck', other)).toMatchObject({ added: 0, skipped: 2 });
    } finally {
      await other.close();
    }

    const third = await createRoom();
    try {
      third.clock.advance(1000);
      await third.call('board.add', { title: 'Own', column: 'todo' });
      expect(await bring(file, 'quarterdeck', third)).toMatchObject({ added: 2, keys: ['QD-2', 'QD-3'] });
      expect(await third.call('board.get', { key: 'QD-2' })).toMatchObject({ title: 'Two', dependencies: ['QD-3'] });
      expect((await third.call('board.add', { title: 'Next' })).key).toBe('QD-4');
      expect(third.audited.at(-1)).toMatchObject({ action: 'board.import', detail: { added: 2, skipped: 0 } });
    } finally {
      await third.close();
    }
  });

  test('of hand is taken; what is wrong is named and changes nothing', async () => {
    expect(await bring([{ key: 'AB-7', title: 'By hand', column: 'nowhere' }])).toMatchObject({ keys: ['AB-7'] });
    expect(await room.call('board.get', { key: 'AB-7' })).toMatchObject({ column: 'backlog', creator: { id: 'ann' } });
    for (const [wrong, why] of [
      ['{"cards"', /no JSON/],
      ['null', /no export of a board/],
      ['[{"key":"AB-8","title":"x","due":"2030-02-30"}]', /0\.due/],
      ['[{"key":"ab-8","title":"x"}]', /0\.key: a key looks like/],
      ['[{"key":"AB-8","title":"x","links":{"pr":"javascript:alert(1)"}}]', /links/],
      ['[{"key":"AB-8","title":"x"},{"key":"AB-9","title":" "}]', /1\.title/],
      [
        '[{"key":"AB-8","title":"x","dependencies":["AB-9"]},{"key":"AB-9","title":"x","dependencies":["AB-8"]}]',
        /themselves/,
      ],
    ] as const) {
      await expect(bring(wrong), wrong).rejects.toThrow(why);
    }
    expect(await room.call('board.list', {})).toHaveLength(1);
    // A number far away does not use up the others.
    expect(await bring([{ key: 'AB-999999999', title: 'Far' }])).toMatchObject({ added: 1 });
    expect((await add('Near', { prefix: 'AB' })).key).toMatch(/^AB-\d{1,2}$/);
  });

  test('of thousands lets others work in between', async () => {
    const cards = Array.from({ length: 3000 }, (_, i) => ({
      key: `BIG-${i + 1}`,
      title: `${i}`,
      dependencies: i > 0 ? [`BIG-${i}`] : [],
    }));
    const done = bring(cards);
    await expect(bring([{ key: 'AB-1', title: 'x' }])).rejects.toMatchObject({ code: 'locked' });
    await add('meanwhile');
    expect(await done).toMatchObject({ added: 3000 });
    const all = await room.call('board.list', { column: 'backlog', limit: 10_000 });
    expect(all).toHaveLength(3001);
    expect(new Set(all.map(({ rank }) => rank)).size).toBeGreaterThan(2990);
  });
});

describe('GitHub’s issues', () => {
  const issue = (number: number, more: object = {}) => ({
    number,
    title: `Issue ${number}`,
    state: 'open',
    html_url: `https://github.com/o/r/issues/${number}`,
    ...more,
  });

  test('become cards once, by their address', async () => {
    const issues = [
      issue(1, {
        body: 'text',
        labels: [{ name: 'bug' }, 'p1', { name: null }],
        milestone: { due_on: '2030-05-06T07:00:00Z' },
      }),
      issue(2, { state: 'closed', closed_at: '2024-01-01T00:00:00Z', body: null }),
      issue(3, { state: 'closed', state_reason: 'not_planned' }),
      issue(4, { pull_request: { url: 'x' } }),
      issue(5, { title: ' ', milestone: null, html_url: 'ftp://x/5' }),
      issue(1),
    ];
    expect(await bring(issues, 'github')).toMatchObject({ added: 4, skipped: 2 });
    expect(await room.call('board.list', {})).toMatchObject([
      {
        title: 'Issue 1',
        column: 'backlog',
        tags: ['bug', 'p1'],
        due: '2030-05-06',
        described: true,
        links: { pr: issue(1).html_url },
      },
      { title: 'Issue 5', links: { pr: null } },
      { column: 'done', finishedAt: Date.UTC(2024, 0, 1) },
      { column: 'discarded' },
    ]);
    expect(await bring([...issues, issue(9)], 'github')).toMatchObject({ added: 1, skipped: 6 });
    // As `gh issue list --json` and the search write it.
    const cli = [
      {
        number: 7,
        title: 'x',
        state: 'CLOSED',
        stateReason: 'COMPLETED',
        url: 'https://github.com/o/r/issues/7',
        labels: [],
      },
    ];
    expect(await bring(cli, 'github')).toMatchObject({ added: 1 });
    expect(await bring({ total_count: 1, items: cli }, 'github')).toMatchObject({ added: 0, skipped: 1 });
    expect(await bring([cli, [issue(8)]], 'github')).toMatchObject({ added: 1, skipped: 1 });
    await expect(bring([{ number: 1, title: 'x' }], 'github')).rejects.toThrow(/issue 1 has no html_url/);
    await expect(bring([{ title: 'x' }], 'github')).rejects.toThrow(/0\.number/);
  });
});

describe('CSV', () => {
  test('has a line a card, and no cell that a spreadsheet would run', async () => {
    await add('=HYPERLINK("http://x","y")', { tags: ['+1', 'b'], description: 'a,"b"\nc' });
    const [head = '', line = ''] = (await text('csv')).split('\r\n');
    expect(head.split(',').slice(0, 3)).toEqual(['key', 'title', 'column']);
    expect(line).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
    expect(line).toContain(",'+1; b,");
    expect(await text('csv')).toContain('"a,""b""\nc"\r\n');
    for (const bad of ['=1', '+1', '-1', '@x', '\t=1', ' =1', '\r=1', '＝1', '\u0000=1'])
      expect(cell(bad).replace(/^"/, '')).toMatch(/^'/);
    expect(cell('a-b=c')).toBe('a-b=c');
  });

  test('any text comes back out of a cell', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const made = cell(value);
        const read = made.startsWith('"') ? made.slice(1, -1).replaceAll('""', '"') : made;
        expect([value, `'${value}`]).toContain(read);
        if (!made.startsWith('"')) expect(made).not.toMatch(/[",\r\n]/);
      }),
    );
  });
});

describe('the calendar', () => {
  test('has an event for each due date that is open, folded and escaped', async () => {
    await add(`Ünï; code, \\ ${'界'.repeat(60)}`, { due: '2030-01-31', description: 'a\r\nb;c\u0007', tags: ['x,y'] });
    await add('done', { due: '2030-01-31', column: 'done' });
    await add('without');
    const calendar = await text('ical');
    expect(calendar.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect(calendar.endsWith('END:VCALENDAR\r\n')).toBe(true);
    for (const line of calendar.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(calendar).not.toMatch(/[^\r]\n|\r[^\n]/);
    const whole = calendar.replaceAll('\r\n ', '');
    expect(whole).toContain('DTSTART;VALUE=DATE:20300131');
    expect(whole).toContain(`SUMMARY:QD-1 Ünï\\; code\\, \\\\ ${'界'.repeat(60)}\r\n`);
    expect(whole).toContain('DESCRIPTION:a\\nb\\;c\r\n');
    expect(whole).toContain('CATEGORIES:x\\,y');
    expect(whole).toMatch(/UID:QD-1-\d+@quarterdeck\r\nDTSTAMP:\d{8}T\d{6}Z\r\n/);
  });

  test('any text stays inside its line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        const line = fold(`SUMMARY:${escapeText(value)}`);
        const parts = line.split('\r\n');
        for (const [i, part] of parts.entries()) {
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(75);
          expect(part).not.toMatch(/[\r\n]/);
          if (i > 0) expect(part[0]).toBe(' ');
        }
      }),
    );
  });

  test('opens by its newest secret only, which is kept nowhere', async () => {
    await add('Card', { due: '2030-01-31' });
    const feed = (path: string) => room.call('board.calendarFeed', { secret: path.split('/').at(-1) ?? '' });
    const { path } = await room.call('board.calendar', {});
    expect(path).toMatch(/^\/api\/board\/calendar\/[\w-]{43}$/);
    expect((await feed(path)).text).toContain('SUMMARY:QD-1 Card');
    expect(room.audited.at(-1)).toMatchObject({ action: 'board.calendar', target: 'ann' });
    const bobs = await room.call('board.calendar', {}, person('bob'));
    const next = await room.call('board.calendar', {});
    await expect(feed(path)).rejects.toMatchObject({ code: 'not-found' });
    expect((await feed(next.path)).text).toBe((await feed(bobs.path)).text);
    const gone = await room.call('board.calendar', {}, person('carl'));
    await expect(feed(gone.path)).rejects.toMatchObject({ code: 'not-found' });
    const kept = JSON.stringify(room.db.prepare('SELECT * FROM board_calendars').all());
    for (const each of [next.path, bobs.path]) expect(kept).not.toContain(each.split('/').at(-1));
    expect(JSON.stringify(room.audited)).not.toContain(next.path.split('/').at(-1));
  });

  test('agents export the whole board', async () => {
    await add('Card');
    expect((await room.call('board.export', { as: 'csv' }, agent('s_a'))).text).toContain('QD-1');
  });
});
