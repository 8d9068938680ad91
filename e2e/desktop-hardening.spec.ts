/** What pages of the desktop app cannot do, read back from the running app. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
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

test('a page reaches nobody by calls between browsers either', async () => {
  const here = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  test.skip(here === undefined, 'this machine has no address but its own');
  const heard: string[] = [];
  const stun = createSocket('udp4', () => heard.push('stun'));
  const turn = createServer((socket) => {
    heard.push('turn');
    socket.destroy();
  });
  await new Promise<void>((resolve) => stun.bind(0, '0.0.0.0', resolve));
  await new Promise<void>((resolve) => turn.listen(0, '0.0.0.0', resolve));
  try {
    const servers = {
      stun: `stun:${here}:${stun.address().port}`,
      turn: `turn:${here}:${(turn.address() as AddressInfo).port}?transport=tcp`,
    };
    const found = await desk.page.evaluate(async ({ stun, turn }) => {
      const call = new RTCPeerConnection({
        iceServers: [{ urls: stun }, { urls: turn, username: 'a', credential: 'b' }],
      });
      const candidates: string[] = [];
      const ended = new Promise<void>((resolve) => {
        call.addEventListener('icecandidate', ({ candidate }) => {
          if (candidate) candidates.push(candidate.candidate);
          else resolve();
        });
      });
      call.createDataChannel('out');
      await call.setLocalDescription(await call.createOffer());
      await ended;
      call.close();
      return candidates;
    }, servers);
    expect({ found, heard }).toEqual({ found: [], heard: [] });
  } finally {
    stun.close();
    turn.close();
  }
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
  const first = await desk.page.evaluate(() => performance.timeOrigin);
  for (const target of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x', 'app://other/'])
    await desk.page.evaluate(async (url) => {
      location.href = url;
      // A turn through the shell: a navigation that was let through would have ended this page by then.
      await fetch('/icon.svg');
    }, target);
  expect(await desk.page.evaluate(() => performance.timeOrigin)).toBe(first);
  for (const target of ['https://example.org/', 'app://quarterdeck/inbox', 'file:///etc/passwd', 'about:blank'])
    expect(await desk.page.evaluate((url) => window.open(url) === null, target)).toBe(true);
  expect(desk.page.url()).toBe(before);
  expect(await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('pages are given their own files only, whatever they ask for', async () => {
  const answers = await desk.page.evaluate(
    (asked) =>
      Promise.all(
        asked.map((url) =>
          fetch(url).then(
            async (answer) => [url, answer.status, (await answer.text()).includes('"dependencies"')] as const,
            () => [url, 0, false] as const,
          ),
        ),
      ),
    [
      '/icon.svg',
      '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
      '/assets/..%5c..%5cpackage.json',
      '/assets/%252e%252e/package.json',
      '/assets//etc/passwd',
      '/..%2fhub.js',
      '/%00',
      '/.stamp',
      'app://other/',
      'file:///etc/passwd',
    ],
  );
  // A path below no folder that is none of a file is a screen of the app: the page itself, and no more.
  expect(answers.map(([url, status]) => [url, status])).toEqual([
    ['/icon.svg', 200],
    ['/assets/%2e%2e%2f%2e%2e%2fpackage.json', 404],
    ['/assets/..%5c..%5cpackage.json', 404],
    ['/assets/%252e%252e/package.json', 404],
    ['/assets//etc/passwd', 404],
    ['/..%2fhub.js', 404],
    ['/%00', 404],
    ['/.stamp', 404],
    ['app://other/', 0],
    ['file:///etc/passwd', 0],
  ]);
  expect(answers.filter(([, , leaked]) => leaked)).toEqual([]);
});

test('a page saves nothing by itself: what it made is asked for, what lies elsewhere is refused', async () => {
  await desk.app.evaluate(({ session }) => {
    const seen: { readonly url: string; readonly refused: boolean; readonly path: string }[] = [];
    Object.assign(globalThis, { downloads: seen });
    session.defaultSession.on('will-download', (event, item) => {
      seen.push({ url: item.getURL().slice(0, 9), refused: event.defaultPrevented, path: item.getSavePath() });
      // Else Electron would ask where to put it now, and nobody is there to answer.
      item.cancel();
    });
  });
  await desk.page.evaluate(() => {
    const save = (href: string) => {
      const link = document.createElement('a');
      link.href = href;
      link.download = '../../evil.sh';
      link.click();
    };
    save('data:text/plain,x');
    save('/icon.svg');
    save(URL.createObjectURL(new Blob(['of its own'])));
  });
  const downloads = () =>
    desk.app.evaluate(
      () => (globalThis as unknown as { downloads: { url: string; refused: boolean; path: string }[] }).downloads,
    );
  await expect.poll(async () => (await downloads()).some(({ url }) => url === 'blob:app:')).toBe(true);
  for (const { url, refused, path } of await downloads()) {
    expect([url, refused]).toEqual([url, url !== 'blob:app:']);
    // Nobody has named a place for it: that is when a person is asked.
    expect(path).toBe('');
  }
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
