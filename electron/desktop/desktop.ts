/** The running shell: the core found or started, windows, and everything around them. Thin: what decides stands beside. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { app, type BrowserWindow } from 'electron';
import packageJson from '../../package.json' with { type: 'json' };
import type { About } from '../../shared/desktop.ts';
import { readLock } from '../gateway/lock.ts';
import { createCoreFinder } from './core.ts';
import { dialCore } from './dial.ts';
import { coreEnvironment, launchCore } from './launch.ts';
import type { Options } from './options.ts';
import type { PageDeps } from './page.ts';
import { browse, createWindows, harden } from './windows.ts';

const QUIT_WITHIN_MS = 2500;

export interface DesktopOptions {
  /** Folder of the built programs. */
  readonly dist: string;
  readonly data: string;
  readonly options: Options;
}

export function startDesktop({ dist, data, options }: DesktopOptions): void {
  const core = createCoreFinder({
    readLock: () => readLock(data),
    launch: ({ port }) =>
      launchCore({
        hub: join(dist, 'hub.js'),
        args: ['--data', data, ...(port === undefined ? options.hub : ['--port', String(port)])],
        env: coreEnvironment(process.env),
      }),
  });
  // The core starts while the window is made; who asks later waits for the same start.
  void core.find().catch(() => undefined);

  harden(join(dist, 'web'));
  const about = async (): Promise<About> => ({
    version: packageJson.version,
    electron: process.versions['electron'] ?? '',
    platform: process.platform,
    hub: (await core.find()).url,
    own: core.own(),
    secrets: 'none',
  });
  const serve = (window: BrowserWindow): PageDeps => ({
    dial: async (events) => dialCore(await core.find(), events),
    attach: () => Promise.reject(new Error('no')),
    answers: {
      about,
      window: ({ path }: { path: string }) => void open(path),
      hide: () => window.hide(),
      browse: ({ url }: { url: string }) => browse(url, window),
    } as never,
  });
  const windows = createWindows({
    preload: join(dist, 'preload.cjs'),
    icon: join(dist, 'web', 'icon-512.png'),
    serve,
  });
  const open = (path: string) => {
    const window = windows.open(path);
    window.once('ready-to-show', () => window.show());
    return window;
  };
  open('/');
  app.on('window-all-closed', () => app.quit());

  let ended = false;
  app.on('will-quit', (event) => {
    windows.close();
    if (ended || !core.own()) return;
    event.preventDefault();
    // Agents live in tmux; the core of this shell ends with it, politely, and what is slower than that is left to the system.
    void Promise.race([core.stop(), sleep(QUIT_WITHIN_MS)]).finally(() => {
      ended = true;
      app.quit();
    });
  });
}
