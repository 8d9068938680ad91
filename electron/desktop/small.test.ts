/** Window places, kept choices, the autostart entry, serving, the dot of the tray: small decisions, one file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { SettingsView } from '../../shared/contract/settings.ts';
import { autostartEntry, execWord } from './autostart.ts';
import { Kept, openDrawer } from './keep.ts';
import { aside, placeWindow } from './places.ts';
import { servingOf } from './serving.ts';

vi.mock('electron', () => ({}));

const left = { x: 0, y: 25, width: 1440, height: 875 };
const right = { x: 1440, y: 0, width: 1920, height: 1080 };

it('puts windows where they stood, never where no screen is', () => {
  const there = { x: 1500, y: 100, width: 1000, height: 700 };
  expect(placeWindow(there, [left, right])).toEqual(there);
  // That screen is gone: in the middle of the one that is left.
  expect(placeWindow(there, [left])).toEqual({ x: 220, y: 113, width: 1000, height: 700 });
  // Its title bar above the screen could not be taken hold of.
  expect(placeWindow({ ...there, x: 100, y: -300 }, [left])?.y).toBe(25);
  expect(placeWindow({ x: 0, y: 25, width: 9000, height: 60 }, [left])).toEqual({
    x: 0,
    y: 25,
    width: 1440,
    height: 320,
  });
  expect(placeWindow(there, [])).toBeNull();
  expect(aside(there)).toEqual({ ...there, x: 1528, y: 128 });
});

it('keeps choices over a restart, and starts anew from a broken file', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'qd-keep-'));
  try {
    const path = join(dir, 'a', 'choices.json');
    const failed = vi.fn();
    const drawer = await openDrawer<Kept>(path, Kept, {}, failed);
    drawer.set({ quitSaid: true });
    drawer.set({ quitSaid: true, quietUntil: null });
    await drawer.settled();
    expect((await openDrawer<Kept>(path, Kept, {}, failed)).value()).toEqual({ quitSaid: true, quietUntil: null });
    for (const broken of ['', '{', '[]', '{"quietUntil":"x"}', '\0\0']) {
      await writeFile(path, broken);
      expect((await openDrawer<Kept>(path, Kept, {}, failed)).value(), broken).toEqual({});
    }
    expect(failed).not.toHaveBeenCalled();
    await rm(join(dir, 'a'), { recursive: true });
    await writeFile(join(dir, 'a'), 'a file where the folder should be');
    drawer.set({});
    await drawer.settled();
    expect(failed).toHaveBeenCalled();
    expect(await readFile(join(dir, 'a'), 'utf8')).toContain('a file');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it('writes an autostart entry that no path can break out of', () => {
  expect(autostartEntry('/opt/Quarterdeck/quarterdeck')).toContain('Exec="/opt/Quarterdeck/quarterdeck" --hidden\n');
  expect(execWord('/a b/"x" $y `z` \\ 100%')).toBe('"/a b/\\\\"x\\\\" \\\\$y \\\\`z\\\\` \\\\\\\\ 100%%"');
});

it('knows whether phones are served, and who may change it', () => {
  const view = (value: unknown, source: string): SettingsView =>
    ({
      settings: [{ key: 'hub.bind', value, source, origin: 'QD_BIND' }],
      problems: [],
      files: {},
    }) as unknown as SettingsView;
  const urls = ['http://127.0.0.1:4097', 'http://10.0.0.2:4097', 'http://[::1]:4097'];
  expect(servingOf(view(['127.0.0.1'], 'built-in'), urls.slice(0, 1), true)).toEqual({
    on: false,
    urls: [],
    fixed: null,
  });
  expect(servingOf(view(['0.0.0.0'], 'overlay'), urls, true)).toMatchObject({
    on: true,
    urls: ['http://10.0.0.2:4097'],
    fixed: null,
  });
  expect(servingOf(view(['0.0.0.0'], 'environment'), urls, true).fixed).toContain('QD_BIND');
  expect(servingOf(view(['127.0.0.1'], 'built-in'), urls, false).fixed).toContain('started elsewhere');
});
