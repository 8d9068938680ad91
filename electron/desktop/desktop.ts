/** The running shell: the core found or started, windows, and everything around them. Thin: what decides stands beside. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { app, BrowserWindow, dialog, Menu, safeStorage, screen } from 'electron';
import packageJson from '../../package.json' with { type: 'json' };
import type { About, Chosen, Serving } from '../../shared/desktop.ts';
import { readLock } from '../gateway/lock.ts';
import { attachTmux } from './attach.ts';
import { createCoreFinder } from './core.ts';
import { dialCore } from './dial.ts';
import { Kept, openDrawer } from './keep.ts';
import { coreEnvironment, launchCore } from './launch.ts';
import { loginWhy, setStartAtLogin, startsAtLogin } from './login-item.ts';
import { appMenu, type MenuActions, trayMenu } from './menus.ts';
import { followNews } from './news.ts';
import { createNotices } from './notices.ts';
import { type Options, pathOfLink, readOptions } from './options.ts';
import type { PageDeps } from './page.ts';
import { aside, placeWindow, type SavedWindow, SavedWindows } from './places.ts';
import { createQuick, SHORTCUT } from './quick.ts';
import { serving } from './serving.ts';
import { quietNow } from './stand.ts';
import { endsWithLastWindow, secretsOf, startsHidden, updatesItself } from './systems.ts';
import { createTray, type TrayIcon } from './tray.ts';
import { followUpdates } from './updates.ts';
import { browse, createWindows, harden } from './windows.ts';

const QUIT_WITHIN_MS = 2500;
const MAC = process.platform === 'darwin';

export interface DesktopOptions {
  /** Folder of the built programs. */
  readonly dist: string;
  readonly data: string;
  readonly options: Options;
  /** Hands over who follows links and second starts; those that came before it are followed at once. */
  readonly follow: (open: (argv: readonly string[]) => void) => void;
}

export async function startDesktop({ dist, data, options, follow }: DesktopOptions): Promise<void> {
  const log = (message: string) => void process.stderr.write(`${message}\n`);
  const failed = (error: unknown) => log(`the shell could not keep its layout: ${String(error)}`);
  const env = coreEnvironment(process.env);
  const core = createCoreFinder({
    readLock: () => readLock(data),
    launch: ({ port }) =>
      launchCore({
        hub: join(dist, 'hub.js'),
        args: ['--data', data, ...(port === undefined ? options.hub : ['--port', String(port)])],
        env,
      }),
  });
  // The core starts while the window is made; who asks later waits for the same start.
  void core.find().catch((error: unknown) => log(error instanceof Error ? error.message : String(error)));

  const mains = new Set<BrowserWindow>();
  let quitting = false;
  /** It ends for an update, and starts again with it. */
  let updating = false;
  harden(join(dist, 'web'), () => {
    const [wasQuitting, wasUpdating] = [quitting, updating];
    quitting = false;
    updating = false;
    return () => {
      updating = wasUpdating;
      if (wasQuitting) app.quit();
    };
  });
  const [kept, saved] = await Promise.all([
    openDrawer<Kept>(join(data, 'desktop', 'choices.json'), Kept, {}, failed),
    openDrawer<SavedWindow[]>(join(data, 'desktop', 'windows.json'), SavedWindows, [], failed),
  ]);
  let serves: Serving | null = null;
  let shortcutWhy: string | null = null;
  let wasOnline = false;

  const quiet = () => quietNow(kept.value().quietUntil, Date.now());
  const choices = async (): Promise<Chosen> => ({
    login: await startsAtLogin(),
    loginWhy: loginWhy(),
    quiet: quiet(),
    shortcut: kept.value().shortcut ?? SHORTCUT,
    shortcutWhy,
  });
  const answers = (window: BrowserWindow): PageDeps['answers'] => ({
    about: async (): Promise<About> => ({
      version: packageJson.version,
      electron: process.versions['electron'] ?? '',
      platform: process.platform,
      hub: (await core.find()).url,
      own: core.own(),
      secrets: secretsOf(process.platform, safeStorage.isEncryptionAvailable(), () =>
        safeStorage.getSelectedStorageBackend(),
      ),
    }),
    window: ({ path }: { path: string }) => void openMain(path),
    hide: () => window.hide(),
    height: ({ height }: { height: number }) => {
      if (window === quick.window()) quick.height(height);
    },
    watch: ({ prompt }: { prompt: string }) => news.watch(prompt),
    browse: ({ url }: { url: string }) => browse(url, window),
    serve: ({ on }: { on?: boolean }) => serve(on),
    choices: async ({ set }: { set?: { login?: boolean; quietUntil?: number | null; shortcut?: string } }) => {
      if (set?.login !== undefined) await setStartAtLogin(set.login);
      if (set?.quietUntil !== undefined) kept.set({ ...kept.value(), quietUntil: set.quietUntil });
      if (set?.shortcut !== undefined) {
        kept.set({ ...kept.value(), shortcut: set.shortcut });
        shortcutWhy = quick.shortcut(set.shortcut);
      }
      refresh();
      return choices();
    },
  });
  const windows = createWindows({
    preload: join(dist, 'preload.cjs'),
    // Window managers show it small; the largest would cost megabytes of memory and of the way to the display.
    icon: join(dist, 'web', 'icon-192.png'),
    serve: (window) => ({
      dial: async (events) => dialCore(await core.find(), events),
      attach: (session, size, on) => attachTmux(news.client, session, size, on, env),
      answers: answers(window),
    }),
  });
  const quick = createQuick(windows);

  const remember = () => {
    if (quitting || mains.size === 0) return;
    saved.set(
      [...mains].map((window) => {
        const url = new URL(window.webContents.getURL() || 'app://quarterdeck/');
        return {
          bounds: window.getNormalBounds(),
          maximized: window.isMaximized(),
          fullScreen: window.isFullScreen(),
          path: url.pathname + url.search,
        };
      }),
    );
  };
  const openMain = (path: string, at?: SavedWindow): BrowserWindow => {
    const last =
      at?.bounds ??
      (focused()
        ? aside(focused()?.getNormalBounds() ?? { x: 0, y: 0, width: 1280, height: 820 })
        : saved.value()[0]?.bounds);
    const bounds =
      last &&
      placeWindow(
        last,
        screen.getAllDisplays().map(({ workArea }) => workArea),
      );
    const window = windows.open(path, bounds ?? {});
    mains.add(window);
    window.once('ready-to-show', () => {
      if (at?.maximized) window.maximize();
      if (at?.fullScreen) window.setFullScreen(true);
      window.show();
    });
    for (const event of ['moved', 'resized', 'maximize', 'unmaximize'] as const)
      window.on(event as 'maximize', remember);
    window.on('close', remember);
    window.on('closed', () => mains.delete(window));
    return window;
  };
  const focused = (): BrowserWindow | undefined => {
    const now = BrowserWindow.getFocusedWindow();
    return now && mains.has(now) ? now : [...mains].at(-1);
  };
  /** The window that is in use, at that screen; made when there is none. */
  const go = (path: string | null) => {
    const window = focused();
    if (!window) return void openMain(path ?? '/');
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    if (path !== null) windows.tell(window, 'go', { path });
  };
  const serve = async (on?: boolean): Promise<Serving> => {
    serves = await serving(news.client, core, on);
    refresh();
    return serves;
  };
  const act: MenuActions = {
    go,
    run(command) {
      go(null);
      const window = focused();
      if (window) windows.tell(window, 'run', { command });
    },
    newWindow: () => void openMain('/'),
    quickSend: () => quick.toggle(),
    quiet(minutes) {
      kept.set({ ...kept.value(), quietUntil: minutes === null ? null : Date.now() + minutes * 60_000 });
      refresh();
    },
    serve: (on) =>
      void serve(on).catch((error: unknown) =>
        dialog.showErrorBox('Phones are served as before', error instanceof Error ? error.message : String(error)),
      ),
    quit: () => void quit(),
    restartToUpdate: () => {
      updating = true;
      app.quit();
    },
  };
  const quit = async () => {
    const live = news.stand().sessions.length;
    if (live > 0 && kept.value().quitSaid !== true) {
      await dialog.showMessageBox({
        type: 'info',
        message: live === 1 ? 'Your agent goes on.' : `Your ${live} agents go on.`,
        detail: 'Each runs in tmux, and is here again when you open Quarterdeck the next time. This is said once.',
        buttons: ['Quit'],
      });
      kept.set({ ...kept.value(), quitSaid: true });
    }
    app.quit();
  };

  let tray: TrayIcon | null = null;
  const refresh = () => tray?.show(news.stand(), trayMenu(news.stand(), { serving: serves, quiet: quiet() }, act));
  const notices = createNotices({
    open: go,
    decide: ({ approval }, decision) => {
      if (!approval) return;
      // Refused when the dialog is another by now; the window shows which.
      news.client.call('approvals.answer', { ...approval, decision }).catch(() => go('/inbox'));
    },
  });
  const looking = () => [...mains].some((window) => window.isFocused());
  const news = followNews(core.find, {
    stand(stand) {
      refresh();
      app.setBadgeCount(stand.needs.length);
      // Once for each connection: another core may serve otherwise.
      if (stand.online && !wasOnline) void serve().catch(() => undefined);
      wasOnline = stand.online;
    },
    fresh(needs) {
      // Who looks at the window sees it there.
      if (!quiet() && !looking()) for (const need of needs) notices.need(need);
    },
    gone: (keys) => keys.forEach(notices.gone),
    answered({ session, ...answer }) {
      if (!quiet()) notices.answer(answer, `/s/${encodeURIComponent(session)}`);
    },
  });
  const menu = () => Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(MAC, updates.ready(), act)));
  const updates = followUpdates({
    own: updatesItself(process.platform, app.isPackaged, process.env),
    resources: process.resourcesPath,
    load: async () => (await import('electron-updater')).default.autoUpdater,
    found: menu,
    log,
  });
  menu();

  app.on('activate', () => go(null));
  // Closed windows of an installed app leave its tray; started from sources, the app ends with its last window.
  app.on('window-all-closed', () => {
    if (endsWithLastWindow(process.platform, app.isPackaged)) app.quit();
  });
  app.on('before-quit', () => {
    remember();
    quitting = true;
  });
  let ended = false;
  app.on('will-quit', (event) => {
    // An installer that was started ends the app by itself.
    if (ended) return;
    ended = true;
    event.preventDefault();
    windows.close();
    news.close();
    // The core of this shell ends with it, politely; what is slower than that is left to the system.
    const all = Promise.all([core.stop(), kept.settled(), saved.settled()]);
    void Promise.race([all, sleep(QUIT_WITHIN_MS)]).finally(() => {
      if (!updating) return app.exit(0);
      // The new one must not find this one still there.
      app.releaseSingleInstanceLock();
      updates.put(() => app.exit(0));
    });
  });

  const first = options.link === null ? null : pathOfLink(options.link);
  if (first !== null) openMain(first);
  else if (!startsHidden(process.platform, options.hidden, () => app.getLoginItemSettings().wasOpenedAtLogin)) {
    const before = saved.value();
    if (before.length === 0) openMain('/');
    for (const each of before) openMain(each.path, each);
  }
  tray = createTray(join(dist, 'web', 'icon-192.png'), () => quick.toggle());
  refresh();
  shortcutWhy = quick.shortcut(kept.value().shortcut ?? SHORTCUT);
  if (app.isPackaged) app.setAsDefaultProtocolClient('quarterdeck');
  follow((argv) => {
    const { link } = readOptions(argv);
    go(link === null ? null : pathOfLink(link));
  });
}
