/** The windows: made alike, hardened alike, each with the one port that its page asks for. */
import {
  app,
  BrowserWindow,
  type BrowserWindowConstructorOptions,
  clipboard,
  dialog,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  protocol,
  type Session,
  session,
  shell,
} from 'electron';
import type { ShellNews } from '../../shared/desktop.ts';
import { APP_ORIGIN, APP_SCHEME, PORT_GIVEN, PORT_WANTED } from '../../shared/desktop-names.ts';
import type { PortLike } from '../../shared/wire/transports.ts';
import { answerApp } from './files.ts';
import { isOurs, mayHave, maySpeak, type Outside, outside, WEB_PREFERENCES } from './guard.ts';
import { type Page, type PageDeps, servePage } from './page.ts';

/** Before the app is ready: a scheme with an origin of its own, so that storage and modules work as on the web. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** The discard port of this machine, where nothing listens; updates have a session of their own. */
const NOWHERE = 'socks5://127.0.0.1:9';

/** Windows with a question on them: a page that asks again and again gets one, not a hundred. */
const asking = new Set<BrowserWindow | null>();

/** Asks before anything leaves for the browser, and shows where to. Answers whether it went. */
export async function browse(text: string, over: BrowserWindow | null): Promise<boolean> {
  const target = outside(text);
  if (!target || asking.has(over)) return false;
  asking.add(over);
  try {
    return await ask(target, over);
  } finally {
    asking.delete(over);
  }
}

async function ask(target: Outside, over: BrowserWindow | null): Promise<boolean> {
  const options = {
    type: 'question' as const,
    message: `Open ${target.host} in your browser?`,
    detail:
      (target.punycode ? 'Its name is written in letters that can look like others.\n' : '') +
      (target.plain ? 'The connection is not encrypted.\n' : '') +
      target.url.slice(0, 400),
    buttons: ['Open', 'Copy the address', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
  const { response } = await (over ? dialog.showMessageBox(over, options) : dialog.showMessageBox(options));
  if (response === 1) clipboard.writeText(target.url);
  if (response !== 0) return false;
  await shell.openExternal(target.url);
  return true;
}

/**
 * Everything that every page may not; before the first window. `held`: a page would not close, and with that an end of the
 * whole app is off; what it answers is done when the person closes the page all the same.
 */
export function harden(web: string, held: () => () => void): void {
  const ours: Session = session.defaultSession;
  ours.protocol.handle(APP_SCHEME, async ({ method, url }) => {
    const { status, headers, body } = await answerApp(web, method, url);
    return new Response(body, { status, headers: { ...headers } });
  });
  ours.setPermissionRequestHandler((contents, permission, answer, details) =>
    answer(contents !== null && mayHave(permission, details.requestingUrl, details.isMainFrame)),
  );
  ours.setPermissionCheckHandler((contents, permission, origin, details) =>
    mayHave(permission, details.requestingUrl ?? origin, contents !== null && details.isMainFrame),
  );
  ours.setDevicePermissionHandler(() => false);
  ours.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  // The pages need nothing but their own files: what would leave this machine does not leave.
  ours.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !/^(app|blob|data|devtools):/.test(url) }));
  // Calls between browsers ask neither that nor the policy of the page: they get a proxy that is none, and no other way out.
  void ours.setProxy({ mode: 'fixed_servers', proxyRules: NOWHERE });
  ours.on('will-download', (event, item) => {
    // Electron asks where to put it, as long as nobody names a place.
    if (!item.getURL().startsWith(`blob:${APP_ORIGIN}/`)) event.preventDefault();
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    contents.on('will-navigate', (event) => {
      if (!isOurs(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || !isOurs(event.url)) event.preventDefault();
    });
    contents.on('will-prevent-unload', () => {
      // A page with something unsaved says so; the person decides, as in a browser.
      const window = BrowserWindow.fromWebContents(contents);
      if (!window) return;
      const goOn = held();
      const options = {
        type: 'question' as const,
        message: 'Something in this window is not saved.',
        buttons: ['Close anyway', 'Keep it open'],
        defaultId: 1,
        cancelId: 1,
      };
      void dialog.showMessageBox(window, options).then(({ response }) => {
        if (response !== 0) return;
        if (!window.isDestroyed()) window.destroy();
        goOn();
      });
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      void browse(url, BrowserWindow.fromWebContents(contents));
      return { action: 'deny' };
    });
  });
}

export interface Windows {
  open(path: string, options?: BrowserWindowConstructorOptions): BrowserWindow;
  /** To a window's page, when it is there. */
  tell(window: BrowserWindow, kind: ShellNews, data: unknown): void;
  close(): void;
}

/** Electron's port, as the DOM's and Node's look. */
const portLike = (port: MessagePortMain): PortLike => ({
  postMessage: (message) => port.postMessage(message),
  start: () => port.start(),
  close: () => port.close(),
  on: (kind, listener) => (kind === 'message' ? port.on('message', listener) : port.on('close', () => listener(null))),
});

export function createWindows(options: {
  readonly preload: string;
  readonly icon: string;
  /** What the page of that window is served with. */
  readonly serve: (window: BrowserWindow) => PageDeps;
}): Windows {
  const pages = new Map<number, Page>();
  /** Said to a window whose page is still on its way. */
  const early = new Map<number, { readonly kind: ShellNews; readonly data: unknown }[]>();
  ipcMain.on(PORT_WANTED, ({ sender, senderFrame }) => {
    const window = BrowserWindow.fromWebContents(sender);
    if (!window || !maySpeak(senderFrame) || !senderFrame) return;
    const { port1, port2 } = new MessageChannelMain();
    // A page that was loaded anew holds a new port; that of before is nobody's.
    pages.get(sender.id)?.close();
    const page = servePage(portLike(port1), options.serve(window));
    pages.set(sender.id, page);
    senderFrame.postMessage(PORT_GIVEN, null, [port2]);
    for (const { kind, data } of early.get(sender.id) ?? []) page.tell(kind, data);
    early.delete(sender.id);
  });
  return {
    open(path, more = {}) {
      const window = new BrowserWindow({
        width: 1280,
        height: 820,
        minWidth: 420,
        minHeight: 320,
        show: false,
        title: 'Quarterdeck',
        icon: options.icon,
        autoHideMenuBar: true,
        ...more,
        webPreferences: { ...WEB_PREFERENCES, preload: options.preload },
      });
      const { id } = window.webContents;
      window.on('closed', () => {
        pages.get(id)?.close();
        pages.delete(id);
        early.delete(id);
      });
      void window.loadURL(`${APP_ORIGIN}${path}`);
      return window;
    },
    tell(window, kind, data) {
      const { id } = window.webContents;
      const page = pages.get(id);
      if (page) page.tell(kind, data);
      else early.set(id, [...(early.get(id) ?? []), { kind, data }]);
    },
    close() {
      for (const page of pages.values()) page.close();
      pages.clear();
    },
  };
}
