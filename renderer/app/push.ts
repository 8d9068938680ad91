/** Whether this browser is told by web push, and the ways to turn it on and off. */
import { create } from 'zustand';
import { Fault } from '../../shared/fault.ts';
import { useAuth, useLink, wire } from './connect.ts';
import { deviceName, installed, isIos } from './device.ts';
import { worker } from './worker.ts';

/**
 * `insecure`: plain http; `tab`: iOS, where only an installed app is told; `unsupported`: this browser cannot;
 * `ask`: it can; `denied`: the person said no to the browser; `no-service`: the browser's maker gave no address; `on`.
 */
export type PushState = 'looking' | 'insecure' | 'tab' | 'unsupported' | 'ask' | 'denied' | 'no-service' | 'on';

interface Here {
  readonly state: PushState;
  /** Id of this device at the hub; null when it has none. */
  readonly device: string | null;
}
export const usePushHere = create<Here>(() => ({ state: 'looking', device: null }));

const KEY = 'quarterdeck.device';
interface Mine {
  readonly id: string;
  readonly user: string;
}
function remembered(): Mine | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Mine> | null;
    return typeof value?.id === 'string' && typeof value.user === 'string' ? (value as Mine) : null;
  } catch {
    return null;
  }
}
function remember(mine: Mine | null): void {
  try {
    if (mine) localStorage.setItem(KEY, JSON.stringify(mine));
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage it lasts until the page is closed; the hub knows the device by its subscription.
  }
}

function able(): 'insecure' | 'tab' | 'unsupported' | null {
  if (!window.isSecureContext) return 'insecure';
  if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) return null;
  return isIos() && !installed() ? 'tab' : 'unsupported';
}

const bytes = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const sameKey = (key: ArrayBuffer | null | undefined, wanted: Uint8Array): boolean => {
  if (!key) return false;
  const have = new Uint8Array(key);
  return have.length === wanted.length && have.every((byte, i) => byte === wanted[i]);
};

/** Subscribes this browser, or renews what it has, and tells the hub. */
async function subscribe(): Promise<void> {
  const registration = await worker();
  if (!registration) throw new Fault('unsupported', 'this browser did not take the service worker; reload the page');
  const user = useAuth.getState().me?.user ?? '';
  const { key } = await wire().call('push.key', {});
  const applicationServerKey = bytes(key);
  const { pushManager } = registration;
  let subscription = await pushManager.getSubscription();
  // Another hub's, or this hub with a new key: nothing of ours would be taken there.
  if (subscription && !sameKey(subscription.options.applicationServerKey, applicationServerKey)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  try {
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  } catch (error) {
    // So browsers say that their maker's service is off, out of reach or not built in.
    if (error instanceof DOMException && (error.name === 'AbortError' || error.name === 'NetworkError')) {
      usePushHere.setState({ state: 'no-service', device: null });
      return;
    }
    throw error;
  }
  const { endpoint = '', keys = {} } = subscription.toJSON();
  const before = remembered();
  const device = await wire().call('push.subscribe', {
    endpoint,
    keys: { p256dh: keys['p256dh'] ?? '', auth: keys['auth'] ?? '' },
    name: deviceName(),
    ...(before?.user === user ? { replaces: before.id } : {}),
  });
  remember({ id: device.id, user });
  usePushHere.setState({ state: 'on', device: device.id });
}

/** Asks the browser, then subscribes. Must be called by a press: browsers refuse to ask otherwise. */
export async function turnOn(): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') {
    usePushHere.setState({ state: permission === 'denied' ? 'denied' : 'ask' });
    return;
  }
  await subscribe();
}

export async function turnOff(): Promise<void> {
  const { device } = usePushHere.getState();
  const subscription = await (await worker())?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  remember(null);
  usePushHere.setState({ state: 'ask', device: null });
  if (device === null) return;
  await wire()
    .call('push.remove', { id: device })
    .catch((error: unknown) => {
      // Removed from another device already.
      if (!(error instanceof Fault) || error.code !== 'not-found') throw error;
    });
}

/** Where this browser stands, and what the hub knows of it made true again: its sign-in, or its subscription, may be new. */
export async function lookHere(): Promise<void> {
  const no = able();
  if (no) {
    usePushHere.setState({ state: no, device: null });
    return;
  }
  const { permission } = Notification;
  const mine = remembered();
  const user = useAuth.getState().me?.user;
  if (permission !== 'granted' || mine === null || mine.user !== user) {
    usePushHere.setState({ state: permission === 'denied' ? 'denied' : 'ask', device: null });
    return;
  }
  try {
    await subscribe();
  } catch (error) {
    console.warn('the subscription could not be renewed', error);
    usePushHere.setState({ state: 'ask', device: null });
  }
}

/** With every connection: a hub that was restored from a backup may not know this device. */
export function startPush(): void {
  let was = false;
  useLink.subscribe(({ state }) => {
    const online = state === 'online';
    if (online && !was) void lookHere();
    was = online;
  });
}
