/**
 * Web push in a real browser: what the hub sends is encrypted for this browser's own keys, taken apart by a push service on
 * loopback, and handed to the real service worker; what that shows, answers, opens and confirms comes back to the hub.
 */
import { type Browser, type CDPSession, expect, type Page, test, type Worker } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import type { PushDevice, PushMessage, PushPayload } from '../shared/contract/push.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT, accessible, type Face, startFace } from './face.ts';
import { eventually, type TestHub } from './hub.ts';
import { createPushService, type PushService } from './push-service.ts';

let face: Face;
let hub: TestHub;
let page: Page;
let service: PushService;
let cdp: CDPSession;
let registrationId = '';
const workerErrors: string[] = [];

test.describe.configure({ mode: 'serial' });

/** A browser whose push service is the test's: everything else of it is its own. */
async function stub(to: Page, name: string): Promise<void> {
  await to.addInitScript((given) => {
    const KEY = 'test.subscription';
    const make = () => ({
      endpoint: given.endpoint,
      options: { applicationServerKey: new Uint8Array(JSON.parse(localStorage.getItem(KEY) ?? '[]')).buffer },
      toJSON: () => given,
      unsubscribe: async () => {
        localStorage.removeItem(KEY);
        return true;
      },
    });
    Object.assign(PushManager.prototype, {
      subscribe: async (options: { applicationServerKey: Uint8Array }) => {
        localStorage.setItem(KEY, JSON.stringify([...options.applicationServerKey]));
        return make();
      },
      getSubscription: async () => (localStorage.getItem(KEY) === null ? null : make()),
    });
  }, service.subscribe(name));
}
const started = async (name: string) => {
  await hub.api('POST', '/api/sessions', { agent: 'claude', name, command: AGENT });
  await eventually(
    () => hub.api<Session>('GET', `/api/sessions/${name}`),
    (session) => session.state === 'idle',
    `${name} is ready`,
  );
};
const asks = async (name: string, command: string): Promise<Approval> => {
  await hub.api('POST', `/api/sessions/${name}/prompts`, { text: `tool ${command}` });
  const open = await eventually(
    () => hub.api<Approval[]>('GET', '/api/approvals'),
    (all) => all.some((a) => a.session === name && a.status === 'open'),
    `${name} asks`,
  );
  return open.find((a) => a.session === name) as Approval;
};
const devices = () => hub.api<PushDevice[]>('GET', '/api/push/devices');
const message = async (id: string | null) =>
  (await hub.api<PushMessage[]>('GET', '/api/push/messages?limit=100')).find((m) => m.id === id);
/** The next message at the push service that passes, once. */
const taken = new Set<PushPayload>();
async function arrives(passes: (payload: PushPayload) => boolean): Promise<PushPayload> {
  const all = await eventually(
    async () => service.got.map(({ payload }) => payload).filter((p) => !taken.has(p) && passes(p)),
    (found) => found.length > 0,
    'a message at the push service',
  );
  const [first] = all;
  if (!first) throw new Error('nothing arrived');
  taken.add(first);
  return first;
}
async function deliver(payload: PushPayload): Promise<void> {
  await cdp.send('ServiceWorker.deliverPushMessage', {
    origin: new URL(hub.banner.url).origin,
    registrationId,
    data: JSON.stringify(payload),
  });
  if (payload.do !== 'show') return;
  // The worker's own word first: a browser that is asked for its notifications while it shows one may drop that one.
  await eventually(
    () => message(payload.id),
    (told) => told === undefined || told.shownAt !== null,
    `the worker has shown it; its errors: ${workerErrors.join(' ')}`,
  );
}
/** Ids of sessions of which the page that loads next says that it shows what they need, once the hub has heard it. */
function wordsOfPage(): ReadonlySet<string> {
  const said = new Map<unknown, string>();
  const heard = new Set<string>();
  const read = (payload: string | Buffer) =>
    (typeof payload === 'string' ? JSON.parse(payload) : {}) as {
      readonly t?: string;
      readonly id?: unknown;
      readonly name?: string;
      readonly input?: { readonly session: string };
    };
  page.once('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const { id, name, input } = read(payload);
      if (name === 'push.looked' && input) said.set(id, input.session);
    });
    socket.on('framereceived', ({ payload }) => {
      const { t, id } = read(payload);
      const session = t === 'ok' ? said.get(id) : undefined;
      if (session !== undefined) heard.add(session);
    });
  });
  return heard;
}
interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly actions: readonly string[];
}
const notifications = () =>
  page.evaluate(async () =>
    (await (await navigator.serviceWorker.ready).getNotifications()).map(
      (each): Shown => ({
        title: each.title,
        body: each.body,
        tag: each.tag,
        actions: ((each as unknown as { actions?: { action: string }[] }).actions ?? []).map(({ action }) => action),
      }),
    ),
  );
const shows = (passes: (all: readonly Shown[]) => boolean, what: string) => eventually(notifications, passes, what);
/** As when a person taps it: the system's own notification is outside of the page. */
async function tap(tag: string, action = ''): Promise<void> {
  const [worker] = page.context().serviceWorkers() as [Worker, ...Worker[]];
  await worker.evaluate(
    async (given) => {
      const scope = self as unknown as { registration: ServiceWorkerRegistration } & EventTarget;
      const [notification] = await scope.registration.getNotifications({ tag: given.tag });
      const { NotificationEvent } = self as unknown as { NotificationEvent: new (k: string, o: object) => Event };
      scope.dispatchEvent(new NotificationEvent('notificationclick', { notification, action: given.action }));
    },
    { tag, action },
  );
}

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  service = await createPushService();
  face = await startFace(browser, {}, { serviceWorkers: 'allow' });
  hub = face.hub;
  await hub.api('PATCH', '/api/settings', { set: { 'push.hosts': ['127.0.0.1'] } });
  const context = await face.context({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  await stub(page, 'laptop');
  cdp = await context.newCDPSession(page);
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    registrationId = registrations.find((each) => !each.isDeleted)?.registrationId ?? registrationId;
  });
  cdp.on('ServiceWorker.workerErrorReported', ({ errorMessage }) => workerErrors.push(errorMessage.errorMessage));
  await cdp.send('ServiceWorker.enable');
});
test.afterAll(async () => {
  await face?.close();
  await service?.close();
});

test('says when the browser said no, and how to undo it', async () => {
  const { targetInfo } = await cdp.send('Target.getTargetInfo');
  await cdp.send('Browser.setPermission', {
    permission: { name: 'notifications' },
    setting: 'denied',
    origin: hub.banner.url,
    ...(targetInfo.browserContextId === undefined ? {} : { browserContextId: targetInfo.browserContextId }),
  });
  await face.go(page, '/settings');
  const section = page.getByRole('region', { name: 'Notifications on this device' });
  await expect(section.getByText('Blocked in this browser')).toBeVisible();
  await accessible(page);
  await page.context().grantPermissions(['notifications'], { origin: hub.banner.url });
  await page.reload();
  await expect(section.getByText('Know when an agent needs you')).toBeVisible();
});

test('is turned on by a press, and proves by a test that it arrives', async () => {
  const section = page.getByRole('region', { name: 'Notifications on this device' });
  await section.getByRole('button', { name: 'Turn on' }).click();
  await expect(section.getByText('On', { exact: true })).toBeVisible();
  await section.getByRole('button', { name: 'Send a test' }).click();
  const sent = await arrives((p) => p.kind === 'test');
  await expect(section.getByRole('listitem').filter({ hasText: 'Sent' })).toHaveAttribute('data-state', 'done');
  await expect(section.getByRole('listitem').filter({ hasText: 'Shown' })).toHaveAttribute('data-state', 'waiting');
  await deliver(sent);
  await expect(section.getByRole('listitem').filter({ hasText: 'Shown' })).toHaveAttribute('data-state', 'done');
  await accessible(page);
  await tap(sent.tag);
  await expect(section.getByRole('listitem').filter({ hasText: 'Opened' })).toHaveAttribute('data-state', 'done');
  await shows((all) => all.length === 0, 'none is left');
  expect((await devices())[0]).toMatchObject({ state: 'on', last: { kind: 'test', answer: 201 } });
  await expect(section.getByText('a second one would be told when nobody reacts for 5 minutes')).toBeVisible();
  await section.getByText('What was sent lately').click();
  await expect(section.getByRole('listitem').filter({ hasText: 'Chrome on Linux' })).toContainText(/Test.*opened/);
  await accessible(page);
});

test('what stands in the way is told with the way out', async () => {
  // Five pages loaded whole and looked through: a busy machine takes its time.
  test.setTimeout(180_000);
  const obstacles = [
    ["Object.defineProperty(window, 'isSecureContext', { value: false })", 'Notifications need https'],
    ['delete window.PushManager', 'Install the app first'],
    [
      "delete window.PushManager; Object.defineProperty(navigator, 'userAgent', { value: 'Linux' })",
      'This browser has no web push',
    ],
  ] as const;
  const phone = await face.open('iPhone 15');
  for (const [script, title] of obstacles) {
    const other = await phone.context().newPage();
    await other.addInitScript(script);
    await face.go(other, '/settings');
    const section = other.getByRole('region', { name: 'Notifications on this device' });
    await expect(section.getByText(title)).toBeVisible();
    await expect(section.getByRole('button', { name: 'Turn on' })).toHaveCount(0);
    await accessible(other);
    await other.close();
  }
  // The browser's maker gives no address: told, and tried again when asked to.
  await phone.context().grantPermissions(['notifications'], { origin: hub.banner.url });
  await phone.addInitScript(() => {
    PushManager.prototype.subscribe = () =>
      Promise.reject(new DOMException('Registration failed - push service error', 'AbortError'));
  });
  await face.go(phone, '/settings');
  const section = phone.getByRole('region', { name: 'Notifications on this device' });
  await section.getByRole('button', { name: 'Turn on' }).click();
  await expect(section.getByText('push service does not answer')).toBeVisible();
  await expect(section.getByRole('button', { name: 'Turn on' })).toBeEnabled();
  await accessible(phone);
  await phone.context().close();
});

test('a question is told without its command; a tap opens the session', async () => {
  await started('api');
  // Somewhere else: what is open in front of a person is not told.
  await face.go(page, '/notes');
  await asks('api', 'touch canary-one');
  const sent = await arrives((p) => p.do === 'show' && p.session === 'api');
  expect(JSON.stringify(sent)).not.toContain('canary');
  await deliver(sent);
  const all = await shows((each) => each.length === 1, 'the notification');
  expect(all[0]).toMatchObject({ title: 'api asks for permission', tag: sent.tag });
  expect(all[0]?.actions).toEqual(['allow', 'deny']);
  await eventually(
    () => message(sent.id),
    (m) => m?.shownAt != null,
    'the receipt',
  );
  await tap(sent.tag);
  await expect(page).toHaveURL(/\/s\//);
  await expect(page.getByRole('heading', { name: 'api', exact: true })).toBeVisible();
  await eventually(
    () => message(sent.id),
    (m) => m?.openedAt != null,
    'it was opened',
  );
});

test('what a page shows to somebody who is there waits, and is not sent when they go there', async () => {
  const heard = wordsOfPage();
  await face.go(page, '/notes');
  await started('seen');
  // A page that is slow to say that it shows something is told as one that shows nothing: until it has said it, it is quiet.
  const [device] = await devices();
  const quiet = (hours: object | null) => hub.api('PATCH', `/api/push/devices/${device?.id}`, { quiet: hours });
  await quiet({ from: '00:00', to: '00:00', zone: 'UTC' });
  await page.mouse.move(200, 300);
  await page.mouse.down();
  await page.mouse.up();
  const asked = await asks('seen', 'touch canary-seen');
  await eventually(
    async () => [...heard],
    (ids) => ids.includes(asked.sessionId),
    'the page has said that it shows it',
  );
  await quiet(null);
  const newest = async () =>
    (await hub.api<PushMessage[]>('GET', '/api/push/messages?limit=100')).find((m) => m.session === 'seen');
  await eventually(newest, (m) => m?.status === 'held', 'it is held');
  await page.getByRole('link', { name: /Inbox/ }).click();
  await expect(page.getByText('touch canary-seen')).toBeVisible();
  expect((await newest())?.status).toBe('held');
  // As a link leads there: it is held for a while only, and loading a page takes a busy machine as long.
  await face.walk(page, '/s/seen');
  await page.getByRole('heading', { name: 'seen', exact: true }).click();
  await eventually(newest, (m) => m?.openedAt != null, 'it was opened on the page');
  await hub.api('POST', `/api/approvals/${asked.id}`, { decision: 'allow', digest: asked.digest });
  await eventually(newest, (m) => m?.status === 'unneeded', 'it is over');
  expect(service.got.some(({ payload }) => payload.session === 'seen')).toBe(false);
});

test('what was answered elsewhere leaves the device', async () => {
  await face.go(page, '/notes');
  await started('web');
  const asked = await asks('web', 'touch canary-two');
  const sent = await arrives((p) => p.do === 'show' && p.session === 'web');
  await deliver(sent);
  await shows((all) => all.some(({ tag }) => tag === sent.tag), 'the notification');
  await hub.api('POST', `/api/approvals/${asked.id}`, { decision: 'deny', digest: asked.digest });
  const close = await arrives((p) => p.do === 'close' && p.tag === sent.tag);
  await deliver(close);
  await shows((all) => !all.some(({ tag }) => tag === sent.tag), 'it is gone');
});

test('Deny on the notification is the answer, once; a question that changed refuses', async () => {
  await started('ops');
  const asked = await asks('ops', 'touch canary-three');
  const sent = await arrives((p) => p.do === 'show' && p.session === 'ops');
  await deliver(sent);
  await shows((all) => all.some(({ tag }) => tag === sent.tag), 'the notification');
  await tap(sent.tag, 'deny');
  const done = await eventually(
    async () => (await hub.api<Approval[]>('GET', '/api/approvals?all=true')).find(({ id }) => id === asked.id),
    (a) => a?.status === 'answered',
    'the answer',
  );
  expect(done?.answer).toMatchObject({ by: 'ann' });
  // The one that was tapped has been taken away: its way out would take along what comes under the same tag.
  await shows((all) => !all.some(({ tag }) => tag === sent.tag), 'it is gone');
  // The old notification, or a copy of it: nothing is decided, and it says so without buttons.
  await deliver({ ...sent, approval: sent.approval && { ...sent.approval, digest: '0'.repeat(64) } });
  await shows((all) => all.some(({ tag }) => tag === sent.tag), 'the old notification');
  await tap(sent.tag, 'allow');
  const [changed] = (
    await shows((all) => all.some((n) => n.body.includes('It changed')), 'it says that it changed')
  ).filter(({ tag }) => tag === sent.tag);
  expect(changed?.actions).toEqual([]);
});

test('the command line lists, tests and removes devices', async () => {
  const listed = await hub.qd(['push', 'devices', '--json']);
  const [device] = JSON.parse(listed.stdout) as PushDevice[];
  const testing = hub.qd(['push', 'test', device?.name ?? '']);
  await deliver(await arrives((p) => p.kind === 'test'));
  const tested = await testing;
  expect(tested.stdout + tested.stderr).toContain('shown on');
  expect(tested.code).toBe(0);
  expect((await hub.qd(['push', 'test', 'nobody'])).code).toBe(1);
  expect((await hub.qd(['push', 'rm', device?.id ?? ''])).code).toBe(0);
  expect(await devices()).toEqual([]);
  await face.go(page, '/settings');
});

test('a phone: another device in the list, quiet hours, removed after asking', async () => {
  const phone = await face.open('Pixel 7', { permissions: ['notifications'] });
  await stub(phone, 'phone');
  await face.go(phone, '/settings');
  const section = phone.getByRole('region', { name: 'Notifications on this device' });
  await section.getByRole('button', { name: 'Turn on' }).click();
  await section.getByRole('switch', { name: 'Quiet hours' }).click();
  await section.getByLabel('to', { exact: true }).fill('06:30');
  await eventually(devices, (all) => all.some((d) => d.quiet?.to === '06:30'), 'the quiet hours');
  await accessible(phone);
  await face.go(page, '/settings');
  const other = page.getByRole('listitem').filter({ hasText: 'Chrome on Android' });
  await expect(other).toContainText('quiet 22:00 to 06:30');
  await other.getByRole('button', { name: /Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(other).toHaveCount(0);
  await expect(section.getByText('was removed from the list')).toBeVisible();
  await phone.context().close();
  expect(face.complaints).toEqual([]);
  // A tap made by the test is no trusted event: such a one cannot keep the worker awake, which it says.
  expect(workerErrors.filter((each) => !each.includes('script constructed'))).toEqual([]);
});
