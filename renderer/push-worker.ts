/**
 * Web push inside the service worker: shows what the hub sends, says so to the hub, answers permission dialogs, opens the
 * app where it is about. Imported by `sw.ts` alone; no value imports, so that the worker stays one small file.
 */

import type { PushPayload } from '../shared/contract/push.ts';
import type { FaultShape } from '../shared/fault.ts';

/** What of a service worker is used here; the DOM's own types know pages only. */
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface PushHeard extends Waits {
  readonly data: { json(): unknown } | null;
}
interface Clicked extends Waits {
  readonly notification: Notification;
  readonly action: string;
}
interface Page {
  readonly focused: boolean;
  readonly visibilityState: string;
  focus(): Promise<unknown>;
  postMessage(message: unknown, transfer: readonly MessagePort[]): void;
}
export interface WorkerScope extends EventTarget {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(path: string): Promise<unknown>;
  };
}

interface Action {
  readonly action: string;
  readonly title: string;
}
const ACTIONS: Readonly<Record<'allow' | 'deny', string>> = { allow: 'Allow', deny: 'Deny' };
const ICON = '/icon-192.png';
/** A receipt is tried again after so many milliseconds: the phone's network may just be waking. */
const AGAIN_MS = [0, 2000, 8000];
/** A page that does not answer is asleep or broken: the app is opened anew. */
const PAGE_MS = 1500;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });

/** Without a receipt the hub tells the next device: that is the honest outcome when it cannot be reached. */
async function receipt(id: string | null, what: 'shown' | 'opened'): Promise<void> {
  if (id === null) return;
  for (const ms of AGAIN_MS) {
    if (ms > 0) await wait(ms);
    try {
      const answer = await post(`/api/push/receipts/${encodeURIComponent(id)}`, { what });
      if (answer.status < 500 && answer.status !== 429) return;
    } catch {
      // Not reached: once more, a little later.
    }
  }
}

/** Null for what is none: another version of the hub, or another sender. */
function payloadOf(value: unknown): PushPayload | null {
  if (value === null || typeof value !== 'object') return null;
  const { v, title, tag, path } = value as Partial<Record<keyof PushPayload, unknown>>;
  const whole = v === 1 && typeof title === 'string' && typeof tag === 'string' && typeof path === 'string';
  // Only inside this app: a path that begins with two slashes is another host.
  return whole && /^\/(?!\/)/.test(path) ? (value as PushPayload) : null;
}

export function startPush(scope: WorkerScope): void {
  const { registration, clients } = scope;

  const show = (payload: PushPayload, more: NotificationOptions & { readonly actions?: readonly Action[] } = {}) => {
    const options = {
      body: payload.body,
      tag: payload.tag,
      icon: ICON,
      badge: ICON,
      data: payload,
      timestamp: payload.at,
      renotify: true,
      ...more,
    };
    return registration.showNotification(payload.title, options as NotificationOptions);
  };
  const takeAway = async (tag: string) => {
    for (const each of await registration.getNotifications({ tag })) each.close();
  };

  async function heard(data: PushHeard['data']): Promise<void> {
    let payload: PushPayload | null = null;
    try {
      payload = payloadOf(data?.json());
    } catch {
      // Not JSON: said below like anything else that cannot be read.
    }
    if (!payload) {
      await registration.showNotification('Quarterdeck', {
        body: 'Open it to see what is new',
        tag: 'unknown',
        icon: ICON,
      });
      return;
    }
    if (payload.do === 'close') {
      // Shown quietly in the place of what is over, then taken away: browsers end subscriptions whose messages show nothing.
      await show(payload, { silent: true, ...({ renotify: false } as object) });
      await takeAway(payload.tag);
      return;
    }
    const actions = payload.approval?.actions.map((action) => ({ action, title: ACTIONS[action] })) ?? [];
    await show(payload, { actions, requireInteraction: payload.kind !== 'done' && payload.kind !== 'test' });
    await receipt(payload.id, 'shown');
  }

  /** Answers as whoever is signed in on this browser, and only this exact dialog. */
  async function answer(payload: PushPayload, decision: 'allow' | 'deny'): Promise<void> {
    const { approval } = payload;
    if (!approval) return;
    let said: string;
    try {
      const path = `/api/approvals/${encodeURIComponent(approval.id)}`;
      const response = await post(path, { decision, digest: approval.digest });
      if (response.ok) {
        await receipt(payload.id, 'opened');
        return;
      }
      const told = (await response.json().catch(() => null)) as
        | (Partial<FaultShape> & { error?: Partial<FaultShape> })
        | null;
      const code = told?.code ?? told?.error?.code;
      const changed = code === 'stale' || code === 'not-found' || code === 'conflict' || code === 'gone';
      said = changed
        ? 'It changed: open it to see'
        : (told?.message ?? told?.error?.message ?? `The hub answered ${response.status}`);
      if (response.status === 401) said = 'Sign in to answer';
    } catch {
      said = 'Not sent: the hub could not be reached. Open it to answer';
    }
    // Nothing was decided; the question stands under its tag, without buttons that may be stale.
    await show({ ...payload, body: said, approval: null });
  }

  async function open(path: string): Promise<void> {
    const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true });
    const rank = (page: Page) => (page.focused ? 2 : page.visibilityState === 'visible' ? 1 : 0);
    const page = [...pages].sort((a, b) => rank(b) - rank(a))[0];
    if (page) {
      // Refused without a real tap; the page goes there all the same.
      await page.focus().catch(() => undefined);
      const channel = new MessageChannel();
      const went = new Promise<boolean>((resolve) => {
        channel.port1.onmessage = () => resolve(true);
        void wait(PAGE_MS).then(() => resolve(false));
      });
      page.postMessage({ kind: 'go', path }, [channel.port2]);
      if (await went) return;
    }
    await clients.openWindow(path);
  }

  async function clicked({ notification, action }: Clicked): Promise<void> {
    notification.close();
    const payload = payloadOf(notification.data);
    if (payload && (action === 'allow' || action === 'deny')) return answer(payload, action);
    // Together: the window must be opened while the tap still counts.
    await Promise.allSettled([open(payload?.path ?? '/'), receipt(payload?.id ?? null, 'opened')]);
  }

  /** The browser made its subscription anew: without this the hub would talk to the old one until it is refused. */
  async function renewed(): Promise<void> {
    const { key } = (await (await fetch('/api/push/key', { credentials: 'same-origin' })).json()) as { key: string };
    const applicationServerKey = Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    const { endpoint, keys } = made.toJSON();
    await post('/api/push/devices', { endpoint, keys, name: 'Browser, renewed' });
  }

  scope.addEventListener('push', (event) => {
    const push = event as PushHeard;
    push.waitUntil(heard(push.data));
  });
  scope.addEventListener('notificationclick', (event) => {
    const click = event as Clicked;
    click.waitUntil(clicked(click));
  });
  scope.addEventListener('pushsubscriptionchange', (event) => {
    // Signed out: the page does it when somebody signs in again.
    (event as Waits).waitUntil(renewed().catch(() => undefined));
  });
}
