import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { followUpdates, type Updater } from './updates.ts';

/** The usual second is short where others use the machine. */
const soon = (passes: () => void): Promise<void> => vi.waitFor(passes, 15_000);

let resources = '';
beforeAll(async () => {
  resources = await mkdtemp(join(tmpdir(), 'qd-updates-'));
  await writeFile(join(resources, 'app-update.yml'), 'provider: generic\n');
});
afterAll(() => rm(resources, { recursive: true, force: true }));

function fake() {
  const heard = new Map<string, ((given: never) => void)[]>();
  const updater: Updater = {
    autoDownload: false,
    autoInstallOnAppQuit: false,
    logger: console,
    on: (event: string, listener: (given: never) => void) =>
      void heard.set(event, [...(heard.get(event) ?? []), listener]),
    checkForUpdates: vi.fn(async () => null),
    quitAndInstall: vi.fn(),
  };
  return {
    updater,
    tell: (event: string, given: unknown) => {
      for (const listener of heard.get(event) ?? []) listener(given as never);
    },
  };
}

it('tells of an update that waits, and puts it in when asked to', async () => {
  const { updater, tell } = fake();
  const found = vi.fn();
  const updates = followUpdates({ own: true, resources, load: async () => updater, found, log: vi.fn() });
  await soon(() => expect(updater.checkForUpdates).toHaveBeenCalledOnce());
  expect(updater).toMatchObject({ autoDownload: true, autoInstallOnAppQuit: true });
  const failed = vi.fn();
  // Nothing is there yet.
  updates.put(failed);
  expect(failed).toHaveBeenCalledOnce();
  expect(updater.quitAndInstall).not.toHaveBeenCalled();
  tell('update-downloaded', { version: '9.8.7' });
  expect(found).toHaveBeenCalledOnce();
  expect(updates.ready()).toBe('9.8.7');
  updates.put(failed);
  expect(updater.quitAndInstall).toHaveBeenCalledWith(false, true);
  expect(failed).toHaveBeenCalledOnce();
  // The installer cannot be started: the app must not stay without a window and a core.
  tell('error', new Error('no rights'));
  expect(failed).toHaveBeenCalledTimes(2);
});

it('looks for nothing where the app is not its own to replace, or has no address', async () => {
  const load = vi.fn(async () => fake().updater);
  const deps = { load, found: vi.fn(), log: vi.fn() };
  expect(followUpdates({ ...deps, own: false, resources }).ready()).toBeNull();
  expect(followUpdates({ ...deps, own: true, resources: join(resources, 'none') }).ready()).toBeNull();
  const { updater } = fake();
  followUpdates({ ...deps, load: async () => updater, own: true, resources });
  // By then the others have looked too.
  await soon(() => expect(updater.checkForUpdates).toHaveBeenCalled());
  expect(load).not.toHaveBeenCalled();
});
