/**
 * The app's own files inside the service worker, so that it opens where the hub is out of reach. Pages come from the hub
 * first, always: what is kept is shown only when no answer comes, so an old app never stands before a newer hub unseen (the
 * page compares builds when it is connected). Files under `/assets/` carry a hash of their content and are the same wherever
 * they come from. Nothing else is touched: `/api` and whatever knows who is signed in never come here.
 */

/** What of a service worker is used here; the DOM's own types know pages only. */
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Waits {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
export interface ShellScope extends EventTarget {
  readonly caches: CacheStorage;
  readonly clients: { claim(): Promise<void>; matchAll(): Promise<readonly unknown[]> };
  readonly location: { readonly origin: string };
  skipWaiting(): Promise<void>;
}

export interface Shell {
  readonly build: string;
  /** Paths of the app's files without the page itself. */
  readonly files: readonly string[];
}

const PREFIX = 'shell ';
const PAGE = '/';
/** Proxies add `Vary`; a file of the app is the same for everybody. */
const ANY = { ignoreVary: true };
/** A hub that gives no page for so long is out of reach: the kept one shows meanwhile what is known. */
const PAGE_MS = 4000;
/** What a proxy says before a hub that is not there. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** The hub's own pages and answers, and what a browser saves: never from here. */
const isPage = (request: Request, path: string): boolean =>
  request.mode === 'navigate' && path !== '/api' && !path.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(path);

export function startShell(scope: ShellScope, shell: Shell): void {
  const { caches, clients } = scope;
  const mine = `${PREFIX}${shell.build}`;
  const listed = new Set(shell.files);

  async function keep(): Promise<void> {
    const cache = await caches.open(mine);
    const page = await fetch(PAGE, { cache: 'no-store', credentials: 'same-origin' });
    const text = await page.clone().text();
    // Another build by now, or a stranger's sign-in page: nothing is kept that does not belong together.
    if (!page.ok || page.redirected || !text.includes(`content="${shell.build}"`)) {
      throw new Error('the page is not of this build');
    }
    await Promise.all(
      shell.files.map(async (path) => {
        const hashed = path.startsWith('/assets/');
        const known = hashed ? await caches.match(path, ANY) : undefined;
        const file = known ?? (await fetch(path, { cache: hashed ? 'default' : 'no-cache' }));
        if (!file.ok || file.redirected) throw new Error(`${path}: the hub answered ${file.status}`);
        await cache.put(path, file);
      }),
    );
    // Last: where the page is, all of it is.
    await cache.put(PAGE, page);
  }

  /** Pages of the build before may still be open and ask for their parts: that one build stays, older ones go. */
  async function tidy(): Promise<void> {
    const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== mine);
    const open = (await clients.matchAll()).length > 0;
    for (const name of open ? old.slice(0, -1) : old) await caches.delete(name);
  }

  async function pageOf(request: Request): Promise<Response> {
    const kept = () => caches.open(mine).then((cache) => cache.match(PAGE, ANY));
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, PAGE_MS));
    const asked = fetch(request);
    // It may fail after the kept page was given.
    asked.catch(() => undefined);
    try {
      const answer = await Promise.race([asked, late]);
      if (answer && !AWAY.has(answer.status)) return answer;
      return (await kept()) ?? answer ?? (await asked);
    } catch {
      return (await kept()) ?? Response.error();
    }
  }

  /** Icons and the manifest have names that stay: the hub's, and those that were kept when it does not answer. */
  async function namedOf(request: Request, path: string): Promise<Response> {
    try {
      return await fetch(request);
    } catch {
      return (await (await caches.open(mine)).match(path, ANY)) ?? Response.error();
    }
  }

  async function assetOf(request: Request, path: string): Promise<Response> {
    const cache = await caches.open(mine);
    const kept = (await cache.match(path, ANY)) ?? (await caches.match(path, ANY));
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) {
      // A full disk is no reason to show nothing.
      await cache.put(path, answer.clone()).catch(() => undefined);
    }
    return answer;
  }

  scope.addEventListener('install', (event) => {
    // At once: pages come from the hub, and the files of open pages stay.
    (event as Waits).waitUntil(keep().then(() => scope.skipWaiting()));
  });
  scope.addEventListener('activate', (event) => {
    (event as Waits).waitUntil(tidy().then(() => clients.claim()));
  });
  scope.addEventListener('fetch', (event) => {
    const fetched = event as Fetched;
    const { request } = fetched;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== scope.location.origin) return;
    if (isPage(request, pathname)) fetched.respondWith(pageOf(request));
    else if (request.mode === 'navigate') return;
    else if (pathname.startsWith('/assets/')) fetched.respondWith(assetOf(request, pathname));
    else if (listed.has(pathname)) fetched.respondWith(namedOf(request, pathname));
  });
}
