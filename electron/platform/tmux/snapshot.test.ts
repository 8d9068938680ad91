/** Snapshots against tmux's own picture and against a headless terminal that followed the output. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaneSnapshot } from '../ports.ts';
import { trimBlanks } from './snapshot.ts';
import { type Bench, createBench, until } from './testing.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
/** Without colours, blanks at the ends of lines left out: what `capture-pane -p` prints. */
const plainLines = (bytes: Uint8Array) =>
  text(bytes)
    .replace(/\x1b\[[0-9;:]*m|\x1b\(.|[\x0e\x0f]/g, '')
    .split('\n')
    .map((line) => line.replace(/ +$/, ''));
const blocked = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const screenOf = (snapshot: PaneSnapshot) => plainLines(snapshot.ansi).slice(-snapshot.rows);

describe('snapshot', () => {
  let b: Bench;
  beforeAll(async () => {
    b = await createBench();
  });
  afterAll(() => b.end());

  const show = async (name: string, script: string, more = {}) => {
    const pane = await b.tmux.create(
      b.session(name, ['sh', '-c', `stty -echo; ${script}; printf '\\033[6n'; exec sleep 1000`], more),
    );
    // tmux answers the cursor report; what we wait for is that the question has passed, and with it all before it.
    await until(() => b.printed(pane.paneId).includes('\x1b[6n'));
    return pane;
  };

  /** The time is for tmux, which has tens of megabytes to read and may have little of the CPU to do it with. */
  const shows = (paneId: string, row: string) =>
    until(async () => screenOf(await b.tmux.snapshot(paneId, 0)).some((shown) => shown === row), 50_000);

  test('blank lines at the end belong to the screen; the cursor is where it is', async () => {
    const pane = await show('blank', "printf 'one\\r\\ntwo'");
    const snapshot = await b.tmux.snapshot(pane.paneId, 100);
    expect(text(snapshot.ansi)).toBe(`one\ntwo${'\n'.repeat(22)}`);
    expect(snapshot).toMatchObject({
      cols: 80,
      rows: 24,
      cursor: { x: 3, y: 1, visible: true },
      alternate: false,
      normal: null,
    });
    expect(snapshot.scrollRegion).toEqual({ top: 0, bottom: 23 });
  });

  test('scrollback comes first, as much as was asked for', async () => {
    const pane = await show('history', 'seq 1 500', { rows: 10 });
    const of = async (lines: number) => plainLines((await b.tmux.snapshot(pane.paneId, lines)).ansi);
    const all = [...Array.from({ length: 500 }, (_, i) => `${i + 1}`), ''];
    expect(await of(10_000)).toEqual(all);
    expect(await of(100)).toEqual(all.slice(-110));
    expect(await of(1)).toEqual(all.slice(-11));
    expect(await of(0)).toEqual(all.slice(-10));
  });

  test('the alternate screen, and the normal one behind it with its scrollback', async () => {
    const pane = await show('alt', "seq 1 30; printf '\\033[?1049h\\033[H\\033[2Jfull screen'", { rows: 10 });
    const snapshot = await b.tmux.snapshot(pane.paneId, 1_000);
    expect(snapshot.alternate).toBe(true);
    expect(plainLines(snapshot.ansi)).toEqual(['full screen', ...Array(9).fill('')]);
    expect(plainLines(snapshot.normal ?? new Uint8Array())).toEqual([
      ...Array.from({ length: 30 }, (_, i) => `${i + 1}`),
      '',
    ]);
  });

  test('modes are told', async () => {
    const off = await show('modes0', 'true');
    expect((await b.tmux.snapshot(off.paneId, 0)).modes).toEqual({
      applicationCursor: false,
      applicationKeypad: false,
      insert: false,
      origin: false,
      wrap: true,
      mouse: 0,
      mouseSgr: false,
    });
    const on = await show(
      'modes1',
      "printf '\\033[?1h\\033=\\033[4h\\033[3;9r\\033[?6h\\033[?7l\\033[?1003h\\033[?1006h\\033[?25l'",
    );
    const snapshot = await b.tmux.snapshot(on.paneId, 0);
    expect(snapshot.modes).toEqual({
      applicationCursor: true,
      applicationKeypad: true,
      insert: true,
      origin: true,
      wrap: false,
      mouse: 1003,
      mouseSgr: true,
    });
    expect(snapshot.cursor.visible).toBe(false);
    expect(snapshot.scrollRegion).toEqual({ top: 2, bottom: 8 });
    for (const [mode, name] of [
      [1000, 'm0'],
      [1002, 'm2'],
    ] as const) {
      const pane = await show(name, `printf '\\033[?${mode}h'`);
      expect((await b.tmux.snapshot(pane.paneId, 0)).modes.mouse).toBe(mode);
    }
  });

  test('coloured blanks stay, plain ones go', async () => {
    const pane = await show(
      'colour',
      "printf 'plain   \\r\\n\\033[44mblue   \\r\\n\\033[0mend\\r\\n\\033[7m  \\033[0m'",
      { cols: 20, rows: 5 },
    );
    const lines = text((await b.tmux.snapshot(pane.paneId, 0)).ansi).split('\n');
    expect(lines[0]).toBe('plain');
    expect(lines[1]).toBe('\x1b[44mblue   ');
    expect(lines[3]).toMatch(/\x1b\[7m {2}/);
    expect(lines).toHaveLength(5);
  });

  test('trimming leaves everything but plain blanks at line ends as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', ' ', '  ', '\n', '\x1b[0m', '\x1b[m', '\x1b[1m', '\x1b[48;5;1m', '日'), {
          maxLength: 60,
        }),
        (parts) => {
          const input = parts.join('');
          const got = text(trimBlanks(Buffer.from(input)));
          let plain = true;
          const expected = input.split('\n').map((line) => {
            const codes = line.match(/\x1b\[[\d;]*m/g);
            if (codes) plain = /^\x1b\[0?m$/.test(codes.at(-1) ?? '');
            return plain ? line.replace(/ +$/, '') : line;
          });
          expect(got).toBe(expected.join('\n'));
        },
      ),
    );
  });

  test('after a flood of 20 MB the screen is exactly tmux’s own, in colour too', async () => {
    const awk = `awk 'BEGIN { for (i = 0; i < 200000; i++) printf "\\033[3%dm%d flood \\303\\251\\346\\227\\245\\033[0m %s\\n", i % 8, i, "${'x'.repeat(70)}" }'`;
    const pane = await b.tmux.create(
      b.session('flood', ['sh', '-c', `${awk}; printf FLOODEND; exec sleep 1000`], { cols: 120, rows: 40 }),
    );
    await shows(pane.paneId, 'FLOODEND');
    const snapshot = await b.tmux.snapshot(pane.paneId, 1_000);
    const own = await b.plain('capture-pane', '-p', '-t', '=flood:', '-S', '-1000');
    expect(plainLines(snapshot.ansi).join('\n').trimEnd()).toBe(own.trimEnd());
    expect(text(trimBlanks(snapshot.ansi)).includes('\x1b[3')).toBe(true);
    const coloured = await b.plain('capture-pane', '-p', '-e', '-t', '=flood:');
    expect(
      text(snapshot.ansi)
        .split('\n')
        .slice(-40)
        .join('\n')
        .replace(/^\x1b\[0m/, '')
        .trimEnd(),
    ).toBe(coloured.trimEnd());
    // All of it came through, unless tmux said that it did not.
    if (b.seen.gaps.length === 0)
      expect(
        b
          .printed(pane.paneId)
          .toString()
          .match(/flood é日/g),
      ).toHaveLength(200_000);
    expect(b.seen.downs).toEqual([]);
  }, 90_000);

  test('a hub that stalls is told if it lost output, and has the right picture at once', async () => {
    const pane = await b.tmux.create(
      b.session('stall', ['sh', '-c', 'read x; yes stalled | head -c 30000000; printf STALLEND; exec sleep 1000']),
    );
    const client = (await b.plain('list-clients', '-F', '#{client_pid} #{client_flags}')).split('\n')[0];
    expect(client).toContain('pause-after');
    await b.tmux.keys(pane.paneId, ['Enter']);
    // Nothing is read meanwhile: a blocked loop, as in a long collection of garbage or a suspended laptop.
    blocked(3_000);
    // Asked before anything was read: tmux has the answer ready behind output that it will then throw away.
    const asked = b.tmux.snapshot(pane.paneId, 0);
    blocked(200);
    await asked;
    await shows(pane.paneId, 'STALLEND');
    await until(() => b.seen.gaps.includes(pane.paneId) || b.printed(pane.paneId).includes('STALLEND'));
    // How full its buffer happened to be when our pipe was full decides what tmux 3.3a does: drop what is older than
    // `pause-after` and say so, or read nothing more from the pane. Then the flood only begins now, and none of it is lost.
    if (b.seen.gaps.length === 0)
      expect(
        b
          .printed(pane.paneId)
          .toString('latin1')
          .match(/stalled\r/g),
      ).toHaveLength(30_000_000 / 'stalled\n'.length);
    await b.tmux.paste(pane.paneId, Buffer.from('x'));
    const alive = await b.tmux.create(b.session('after', ['sh', '-c', 'echo alive; exec sleep 1000']));
    await until(() => b.printed(alive.paneId).includes('alive'));
  }, 90_000);
});
