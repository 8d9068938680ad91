import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, createBench, until } from './testing.ts';

/** Everything in here goes to a receiver in raw mode and must arrive unchanged. */
const HOSTILE: Record<string, string | Uint8Array> = {
  'leading dash': '-t evil --help',
  'trailing semicolon': 'ls;',
  'only a semicolon': ';',
  'semicolon with a backslash': 'a\\;',
  tabs: 'a\tb\t\tc',
  formats: '#{pane_id} #S #[fg=red] ##{x} %H:%M',
  substitutions: '$(id) `id` $HOME ~ ~root !! \\n \\033 \\',
  quotes: `'"'"' "\\" ' """ '''`,
  braces: '{ kill-server } %if x',
  CJK: '日本語テキスト 中文 한국어',
  emoji: '👩‍👩‍👧‍👦 🏳️‍🌈 é ﷽',
  'line feeds': 'one\ntwo\n\nthree\n',
  'carriage returns': 'one\r\ntwo\r',
  escapes: '\x1b[31mred\x1b[0m \x1b]0;t\x07 \x1b[201~',
  'bytes that are no UTF-8': Uint8Array.of(0xff, 0xfe, 0x80, 0xc3, 0x28, 0xf0, 0x9f, 0x7f, 0x01, 0x1f),
  'a line of 100 kB': 'x;$"#{'.repeat(17_000),
  spaces: '   x   ',
};

describe('tmux engine', () => {
  let b: Bench;
  beforeAll(async () => {
    b = await createBench();
  });
  afterAll(() => b.end());

  test('knows its version and how a person attaches', () => {
    expect(b.tmux.version).toMatch(/^\d+\.\d+/);
    expect(b.tmux.attachCommand('x')).toEqual(['tmux', '-L', b.socket, 'attach', '-t', '=x']);
  });

  test('a program’s first bytes are heard; what it is started with is exact', async () => {
    const hostile = 'sp ace $HOME "q" \'s\' ; #{x} \\ \n日本 ~';
    const script = 'printf "%s|" "$1" "$V" "$(pwd)" "$TERM" "$QD_ID"; exec sleep 1000';
    const pane = await b.tmux.create(
      b.session('start', ['sh', '-c', script, 'sh', hostile], {
        env: { V: hostile, QD_ID: 'a=b&c %', QD_TOKEN: 'secret' },
      }),
    );
    const lf = hostile.replace('\n', '\r\n');
    await until(() => b.printed(pane.paneId).toString() === `${lf}|${lf}|${b.dir}|tmux-256color|a=b&c %|`);
    expect(pane).toMatchObject({ sessionName: 'start', cols: 80, rows: 24, dead: false, deadStatus: null });
    const listed = (await b.tmux.list()).filter((row) => row.sessionName === 'start');
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ paneId: pane.paneId, cwd: b.dir, markers: { QD_ID: 'a=b&c %' }, pid: pane.pid });
    expect(await b.plain('show-environment', '-t', '=start', 'QD_TOKEN')).toBe('QD_TOKEN=secret');
  });

  test('no shell reads a single-word command', async () => {
    const pane = await b.tmux.create(b.session('word', ['$(touch pwned);#']));
    await until(async () => (await b.tmux.list()).some((row) => row.paneId === pane.paneId && row.dead));
    expect(await b.host.stat(`${b.dir}/pwned`)).toBeNull();
    const good = await b.tmux.create(b.session('cat', ['cat']));
    await until(async () => (await b.tmux.list()).some((row) => row.paneId === good.paneId && row.command === 'cat'));
  });

  test('folders with signs that tmux would expand', async () => {
    for (const [i, name] of ['a#{b}', 'a##{b}', '#[x', '##[x', 'x#', '%H #S', 'q\'"$~;', 'new\nline'].entries()) {
      const cwd = `${b.dir}/${name}`;
      await b.host.write(`${cwd}/f`, '');
      const pane = await b.tmux.create(b.session(`dir${i}`, ['sleep', '1000'], { cwd }));
      await until(async () => (await b.tmux.list()).find((row) => row.paneId === pane.paneId)?.cwd === cwd);
      await b.tmux.kill(pane.sessionId);
    }
  });

  test('refusals are Faults that say why', async () => {
    const of = (more: object) => b.tmux.create({ ...b.session('refused', ['cat']), ...more });
    await expect(of({ cwd: `${b.dir}/none` })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ cwd: 'relative' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ name: '-x' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ name: 'a:b' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ name: 'deck' })).rejects.toMatchObject({ code: 'taken' });
    await expect(of({ argv: [] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ env: { 'A B': 'x' } })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ env: { A: 'x\0y' } })).rejects.toMatchObject({ code: 'invalid' });
    await expect(of({ cols: 0 })).rejects.toMatchObject({ code: 'invalid' });
    const pane = await of({ name: 'twice' });
    await expect(of({ name: 'twice' })).rejects.toMatchObject({ code: 'taken' });
    expect((await b.tmux.list()).filter((row) => row.sessionName === 'twice')).toHaveLength(1);
    await b.tmux.kill(pane.sessionId);
    await expect(b.tmux.kill(pane.sessionId)).rejects.toMatchObject({ code: 'not-found' });
    await expect(b.tmux.input(pane.paneId, Buffer.from('x'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(b.tmux.paste(pane.paneId, Buffer.from('x'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(b.tmux.snapshot(pane.paneId, 10)).rejects.toMatchObject({ code: 'not-found' });
    expect(await b.plain('list-buffers')).toBe('');
  });

  test('a beside ab: neither is ever taken for the other', async () => {
    const ab = await b.tmux.create(b.session('ab', ['cat']));
    const a = await b.tmux.create(b.session('a', ['cat']));
    await b.tmux.kill(a.sessionId);
    expect((await b.tmux.list()).map((row) => row.sessionName)).toContain('ab');
    const again = await b.tmux.create(b.session('a', ['cat']));
    expect(again.paneId).not.toBe(ab.paneId);
    await b.tmux.rename(again.sessionId, 'abc');
    expect((await b.tmux.list()).find((row) => row.sessionId === again.sessionId)?.sessionName).toBe('abc');
    await expect(b.tmux.rename(again.sessionId, 'ab')).rejects.toMatchObject({ code: 'taken' });
    await expect(b.tmux.rename(again.sessionId, 'deck')).rejects.toMatchObject({ code: 'taken' });
  });

  test('paste is byte-exact', async () => {
    const { paneId, file } = await b.receiver('paste');
    let sent = Buffer.alloc(0);
    for (const [what, content] of Object.entries(HOSTILE)) {
      const bytes = Buffer.from(content);
      await b.tmux.paste(paneId, bytes);
      sent = Buffer.concat([sent, bytes]);
      await until(async () => (await b.host.stat(file))?.size === sent.length);
      expect((await readFile(file)).subarray(-bytes.length).equals(bytes), what).toBe(true);
    }
    expect(await b.plain('list-buffers')).toBe('');
    await expect(b.tmux.paste(paneId, Buffer.from('a\0b'))).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a paste into a program that has ended does nothing: tmux 3.3a would crash on it, with every session', async () => {
    const other = await b.tmux.create(b.session('goes-on', ['cat']));
    const pane = await b.tmux.create(b.session('over', ['sh', '-c', 'exit 3']));
    await until(async () => (await b.tmux.list()).some((row) => row.paneId === pane.paneId && row.dead));
    await b.tmux.paste(pane.paneId, Buffer.from('x'));
    // So much at once goes through a buffer too.
    await b.tmux.input(pane.paneId, Buffer.alloc(40_000, 'y'));
    expect(await b.plain('list-buffers')).toBe('');
    expect((await b.tmux.list()).map((row) => row.paneId)).toEqual(expect.arrayContaining([other.paneId, pane.paneId]));
  });

  test('a megabyte typed at once arrives byte-exact, in its place, and holds nobody up', async () => {
    const { paneId, file } = await b.receiver('large', { bracketed: true });
    const large = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => 1 + (i % 255)));
    const began = performance.now();
    const typed = Promise.all([b.tmux.input(paneId, Buffer.from('<')), b.tmux.input(paneId, large)]);
    const last = b.tmux.input(paneId, Buffer.from('>'));
    // Typed key by key, tmux would be deaf for ten seconds.
    await b.tmux.list();
    expect(performance.now() - began).toBeLessThan(3000);
    await Promise.all([typed, last]);
    await until(async () => (await b.host.stat(file))?.size === large.length + 2);
    expect((await readFile(file)).equals(Buffer.concat([Buffer.from('<'), large, Buffer.from('>')]))).toBe(true);
    expect(await b.plain('list-buffers')).toBe('');
  });

  test('paste is bracketed when the program asked for it, and keeps its place among keys', async () => {
    const { paneId, file } = await b.receiver('bracketed', { bracketed: true });
    const long = 'ü'.repeat(30_000);
    await Promise.all([
      b.tmux.input(paneId, Buffer.from('1')),
      b.tmux.paste(paneId, Buffer.from(`two\n${long}`)),
      b.tmux.keys(paneId, ['Enter']),
      b.tmux.input(paneId, Buffer.from('4')),
    ]);
    const expected = `1\x1b[200~two\n${long}\x1b[201~\r4`;
    await until(async () => (await b.host.stat(file))?.size === Buffer.byteLength(expected));
    expect((await readFile(file, 'utf8')) === expected).toBe(true);
  });

  test('input carries every byte, and large input in order', async () => {
    const { paneId, file } = await b.receiver('input');
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7) & 255));
    await b.tmux.input(paneId, bytes);
    await until(async () => (await b.host.stat(file))?.size === bytes.length);
    expect((await readFile(file)).equals(bytes)).toBe(true);
  });

  test('keys are pressed, wrong names are refused instead of typed', async () => {
    const { paneId, file } = await b.receiver('keys');
    await b.tmux.keys(paneId, [
      'Enter',
      'Escape',
      'C-c',
      'S-Tab',
      'M-a',
      'Up',
      'S-Up',
      'F5',
      ';',
      '-',
      '"',
      '#',
      '$',
      'é',
      'C-Space',
    ]);
    const expected = '\r\x1b\x03\x1b[Z\x1ba\x1b[A\x1b[1;2A\x1b[15~;-"#$é\0';
    await until(async () => (await b.host.stat(file))?.size === Buffer.byteLength(expected));
    expect(await readFile(file, 'utf8')).toBe(expected);
    for (const wrong of ['Entr', 'S-Enter', 'C-Enter', '', 'C-', 'kill-server', '\n', 'ab']) {
      await expect(b.tmux.keys(paneId, [wrong]), wrong).rejects.toMatchObject({ code: 'invalid' });
    }
  });

  test('a person’s copy mode does not eat what is typed', async () => {
    const { paneId, file } = await b.receiver('copy');
    await b.plain('copy-mode', '-t', '=copy:');
    await until(async () => (await b.plain('display-message', '-p', '-t', '=copy:', '#{pane_in_mode}')) === '1');
    await b.tmux.list();
    await b.tmux.input(paneId, Buffer.from('q is a command there'));
    await until(async () => (await b.host.stat(file))?.size === 20);
    await b.plain('copy-mode', '-t', '=copy:');
    await b.tmux.list();
    await b.tmux.keys(paneId, ['q']);
    await until(async () => (await b.host.stat(file))?.size === 21);
  });

  test('exit statuses and signals are told, at once', async () => {
    const exits = await b.tmux.create(b.session('exit3', ['sh', '-c', 'read x; exit 3']));
    const killed = await b.tmux.create(b.session('kill9', ['sh', '-c', 'read x; kill -9 $$']));
    const row = async (paneId: string) => (await b.tmux.list()).find((pane) => pane.paneId === paneId);
    expect(await row(exits.paneId)).toMatchObject({ dead: false, deadStatus: null });
    for (const [pane, status] of [
      [exits, 3],
      [killed, 137],
    ] as const) {
      await until(async () => {
        const before = b.seen.changes;
        await b.tmux.list();
        await new Promise(setImmediate);
        return b.seen.changes === before;
      });
      const before = b.seen.changes;
      await b.tmux.keys(pane.paneId, ['Enter']);
      // The news come by themselves, without asking.
      await until(() => b.seen.changes > before);
      await until(async () => (await row(pane.paneId))?.deadStatus === status);
    }
  });

  test('the last words of a program: its end is a gap, and the screen has them', async () => {
    let complete = 0;
    for (let round = 0; round < 20; round++) {
      const pane = await b.tmux.create(b.session(`last${round}`, ['sh', '-c', 'echo last words; exit 1']));
      await until(() => b.seen.gaps.includes(pane.paneId));
      const shown = Buffer.from((await b.tmux.snapshot(pane.paneId, 10)).ansi).toString();
      if (shown.includes('last words')) complete++;
      await until(async () => (await b.tmux.list()).find((row) => row.paneId === pane.paneId)?.deadStatus === 1);
      await b.plain('rename-window', '-t', pane.windowId, 'x');
      await b.tmux.list();
      expect(b.seen.gaps.filter((paneId) => paneId === pane.paneId)).toHaveLength(1);
      await b.tmux.kill(pane.sessionId);
    }
    // The kernel itself now and then drops what is written to a terminal in the instant before its last user goes.
    expect(complete).toBeGreaterThan(14);
  });

  test('respawn keeps the pane, its scrollback and the session’s own environment', async () => {
    const pane = await b.tmux.create(
      b.session('again', ['sh', '-c', 'echo first; read x; exit 1'], { env: { OWN: 'session', QD_ID: '1' } }),
    );
    await until(() => b.printed(pane.paneId).includes('first'));
    await b.tmux.keys(pane.paneId, ['Enter']);
    await until(async () => (await b.tmux.list()).some((row) => row.paneId === pane.paneId && row.dead));
    const script = 'echo "second $OWN $NEW $QD_ID"; exec sleep 1000';
    await b.tmux.respawn(pane.paneId, { argv: ['sh', '-c', script], cwd: b.dir, env: { NEW: 'x', QD_ID: '2' } });
    await until(() => b.printed(pane.paneId).includes('second session x 2'));
    const row = (await b.tmux.list()).find((other) => other.paneId === pane.paneId);
    expect(row).toMatchObject({ dead: false, deadStatus: null, markers: { QD_ID: '2' } });
    expect(Buffer.from((await b.tmux.snapshot(pane.paneId, 100)).ansi).toString()).toContain('first');
    await expect(b.tmux.respawn('%9999', { argv: ['cat'], cwd: b.dir, env: {} })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('respawn over unread output: the server lives, nothing of the new program is lost or late', async () => {
    for (let round = 0; round < 12; round++) {
      const old = round % 2 === 0 ? ['yes', 'old output'] : ['sh', '-c', 'echo old output'];
      const pane = await b.tmux.create(b.session(`respawn${round}`, old));
      // The even ones flood while they are replaced, the odd ones have ended with output that was never delivered.
      await until(() =>
        round % 2 === 0 ? b.printed(pane.paneId).length > 500_000 : b.seen.gaps.includes(pane.paneId),
      );
      const gaps = b.seen.gaps.length;
      await b.tmux.respawn(pane.paneId, {
        argv: ['sh', '-c', 'echo second; read x; echo third; exec sleep 1000'],
        cwd: b.dir,
        env: {},
      });
      expect(b.seen.gaps.slice(gaps)).toContain(pane.paneId);
      await until(() => b.printed(pane.paneId).subarray(-20).toString().endsWith('second\r\n'));
      await b.tmux.keys(pane.paneId, ['Enter']);
      await until(() => b.printed(pane.paneId).subarray(-20).toString().endsWith('second\r\n\r\nthird\r\n'));
      const shown = Buffer.from((await b.tmux.snapshot(pane.paneId, 100)).ansi).toString();
      expect(shown).toMatch(/(^|\n)second\n\nthird\n/);
      await b.tmux.kill(pane.sessionId);
    }
    expect(b.seen.downs).toEqual([]);
  });

  test('marks an adopted session in its environment and in the list', async () => {
    await b.plain(
      'new-session',
      '-d',
      '-s',
      'foreign name',
      '-x',
      '90',
      '-y',
      '20',
      'sh -c "read x; echo adopted; sleep 1000"',
    );
    const pane = (await b.tmux.list()).find((row) => row.sessionName === 'foreign name');
    expect(pane?.markers).toEqual({});
    if (!pane) return;
    await Promise.all([b.tmux.link(pane), b.tmux.link(pane)]);
    await b.tmux.link(pane);
    const deck = (await b.plain('list-windows', '-t', '=deck:', '-F', '#{window_id}')).split('\n');
    expect(deck.filter((windowId) => windowId === pane.windowId)).toHaveLength(1);
    await b.tmux.mark(pane.sessionId, { QD_ID: 'x y\nz"' });
    await b.tmux.mark(pane.sessionId, { QD_OTHER: '-' });
    expect((await b.tmux.list()).find((row) => row.paneId === pane.paneId)?.markers).toEqual({
      QD_ID: 'x y\nz"',
      QD_OTHER: '-',
    });
    expect(await b.plain('show-environment', '-t', '=foreign name', 'QD_ID')).toBe('QD_ID=x y\nz"');
    await b.tmux.keys(pane.paneId, ['Enter']);
    await until(() => b.printed(pane.paneId).includes('adopted'));
  });

  test('resizing tells the program once, and the listener', async () => {
    const pane = await b.tmux.create(
      b.session('size', ['sh', '-c', 'trap "stty size" WINCH; echo up; while :; do sleep 0.01; done']),
    );
    await until(() => b.printed(pane.paneId).includes('up'));
    await b.tmux.resize(pane.windowId, 101, 31);
    await b.tmux.resize(pane.windowId, 101, 31);
    await until(() => b.printed(pane.paneId).includes('31 101'));
    await until(() => b.seen.resizes.includes(`${pane.windowId} 101x31`));
    expect(b.seen.resizes.filter((line) => line.startsWith(pane.windowId))).toHaveLength(1);
    expect((await b.tmux.list()).find((row) => row.paneId === pane.paneId)).toMatchObject({ cols: 101, rows: 31 });
    await expect(b.tmux.resize(pane.windowId, 1.5, 3)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('titles and names with anything in them', async () => {
    const pane = await b.tmux.create(b.session('title', ['cat']));
    for (const title of ['plain', '|a|b|', 'one\ntwo\n%end 1 1 1', '"q" \'s\' $x #{pane_id} %H', '✳ 日本 👩‍👩‍👧', '']) {
      // tmux expands formats in what is given to -T, not in what a program sets.
      await b.plain('select-pane', '-t', '=title:', '-T', title.replaceAll('#', '##'));
      await b.plain('rename-window', '-t', '=title:', `w ${title.replaceAll('#', '##')}`);
      const shown = await b.plain('display-message', '-p', '-t', '=title:', '#{pane_title}');
      const row = (await b.tmux.list()).find((other) => other.paneId === pane.paneId);
      expect(row?.title).toBe(shown);
      expect((await b.tmux.snapshot(pane.paneId, 5)).title).toBe(shown);
    }
    expect((await b.tmux.list()).every((row) => row.sessionName !== 'deck')).toBe(true);
  });

  test('killing ends the program and leaves nothing in the deck, whoever kills', async () => {
    const gone = (pid: number) => async () =>
      !(await b.host.processes()).some((row) => row.pid === pid && row.command === 'sleep');
    const ours = await b.tmux.create(b.session('ours', ['sleep', '1000']));
    await b.tmux.kill(ours.sessionId);
    expect(await b.plain('list-panes', '-a', '-F', '#{pane_id}')).not.toMatch(new RegExp(`^${ours.paneId}$`, 'm'));
    await until(gone(ours.pid));
    const theirs = await b.tmux.create(b.session('theirs', ['sleep', '1000']));
    await b.plain('kill-session', '-t', '=theirs');
    await until(gone(theirs.pid));
    await until(
      async () => !(await b.plain('list-panes', '-a', '-F', '#{pane_id}')).split('\n').includes(theirs.paneId),
    );
  });
});
