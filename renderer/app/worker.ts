/** The service worker: registered once, and the way to it for whoever needs it. */
import { go } from './navigate.ts';

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** Null where there is none: over plain http, in old browsers, in private windows of some. */
let registered: Promise<ServiceWorkerRegistration | null> = Promise.resolve(null);
/** After the page is there: the worker fetches the whole app, which must not come before what one looks at. */
const AFTER_MS = 1000;
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    const soon = () => setTimeout(resolve, AFTER_MS);
    if (document.readyState === 'complete') soon();
    else addEventListener('load', soon, { once: true });
  });

/** The registration, its worker active. */
export const worker = (): Promise<ServiceWorkerRegistration | null> =>
  registered.then((registration) => (registration ? navigator.serviceWorker.ready : null));

export function startWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { trustedTypes } = window as unknown as { trustedTypes?: Policies };
  // The only address that this policy lets through is this one.
  const url =
    trustedTypes?.createPolicy('quarterdeck', { createScriptURL: () => '/sw.js' }).createScriptURL('') ?? '/sw.js';
  registered = settled()
    .then(() => navigator.serviceWorker.register(url as string, { scope: '/' }))
    .catch((error: unknown) => {
      console.warn('the service worker could not be registered', error);
      return null;
    });
  navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent) => {
    const { kind, path } = (data ?? {}) as { readonly kind?: unknown; readonly path?: unknown };
    if (kind !== 'go' || typeof path !== 'string' || !/^\/(?!\/)/.test(path)) return;
    ports[0]?.postMessage('went');
    go(path);
  });
}
