/** What pages of the desktop app cannot do, read back from the running app. */
import { expect, test } from '@playwright/test';
import { ELECTRON, startDesktop, type TestDesktop } from './desktop.ts';

test.describe.configure({ mode: 'serial' });
test.skip(ELECTRON === null, process.env['QD_ELECTRON_WHY'] ?? 'no Electron here: QD_ELECTRON names none');

let desk: TestDesktop;
test.beforeAll(async () => {
  if (ELECTRON === null) return;
  desk = await startDesktop();
  await expect(desk.page.getByText('No sessions yet')).toBeVisible();
});
test.afterAll(() => desk?.close());

test('every window is isolated, sandboxed and without Node', async () => {
  const all = await desk.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((each) => {
      const prefs = (each as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences();
      return {
        contextIsolation: prefs['contextIsolation'],
        sandbox: prefs['sandbox'],
        nodeIntegration: prefs['nodeIntegration'],
        nodeIntegrationInWorker: prefs['nodeIntegrationInWorker'] ?? false,
        webSecurity: prefs['webSecurity'],
        webviewTag: prefs['webviewTag'],
        allowRunningInsecureContent: prefs['allowRunningInsecureContent'],
      };
    }),
  );
  expect(all.length).toBeGreaterThan(0);
  for (const each of all)
    expect(each).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
    });
});

test('the page sees nothing of Node, Electron or the preload', async () => {
  const found = await desk.page.evaluate(() =>
    ['require', 'process', 'module', 'electron', 'ipcRenderer', 'Buffer', 'global', 'quarterdeck'].filter(
      (name) => name in window,
    ),
  );
  expect(found).toEqual([]);
});

test('the policy of the page stands, in its header and in deed', async () => {
  const policy = await desk.page.evaluate(async () =>
    (await fetch(location.href)).headers.get('content-security-policy'),
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe-|https?:|wss?:|\*/);
  const did = await desk.page.evaluate(async () => {
    const script = document.createElement('script');
    let refused = false;
    try {
      script.textContent = 'window.injected = true';
      document.body.append(script);
    } catch {
      refused = true;
    }
    const reach = await fetch('http://127.0.0.1:9/').then(
      () => 'reached',
      () => 'refused',
    );
    return { refused, injected: 'injected' in window, reach };
  });
  expect(did).toEqual({ refused: true, injected: false, reach: 'refused' });
});

test('permissions are denied but those that are named', async () => {
  const states = await desk.page.evaluate(async () => {
    const ask = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state;
    const media = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'granted',
      (error: Error) => error.name,
    );
    const place = await new Promise<string>((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        (error) => resolve(`code ${error.code}`),
      ),
    );
    return { geolocation: await ask('geolocation'), notifications: await ask('notifications'), media, place };
  });
  expect(states).toEqual({
    geolocation: 'denied',
    notifications: 'denied',
    media: expect.stringMatching(/NotAllowed|NotFound/),
    place: 'code 1',
  });
});

test('pages go nowhere else, and open no window', async () => {
  const before = desk.page.url();
  await desk.app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (async () => ({ response: 2, checkboxChecked: false })) as typeof dialog.showMessageBox;
  });
  for (const target of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x', 'app://other/'])
    await desk.page.evaluate((url) => {
      location.href = url;
    }, target);
  for (const target of ['https://example.org/', 'app://quarterdeck/inbox', 'file:///etc/passwd', 'about:blank'])
    expect(await desk.page.evaluate((url) => window.open(url) === null, target)).toBe(true);
  expect(desk.page.url()).toBe(before);
  expect(await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('a page that asks for a second port gets none', async () => {
  const given = await desk.page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        addEventListener('message', ({ data, ports }) => {
          if (data === 'quarterdeck: port' && ports.length > 0) resolve(true);
        });
        window.postMessage('quarterdeck: port wanted', location.origin);
        // Two full turns through the shell and back would have brought it.
        void fetch('/icon.svg')
          .then(() => fetch('/icon.svg'))
          .then(() => resolve(false));
      }),
  );
  expect(given).toBe(false);
});
