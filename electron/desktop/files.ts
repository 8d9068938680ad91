/**
 * What `app://quarterdeck/...` answers: the built face, from one folder, under the strictest policy it can live with. All
 * that it needs of the core comes over its port, so that it may connect to nothing at all. Pure but for reading files.
 */
import { readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { FACE_SOURCES, NO_PAGE_CSP } from '../../shared/page-policy.ts';
import { isOurs } from './guard.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

export const APP_CSP = [
  ...FACE_SOURCES,
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
export interface AppAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

const refused = (status: number): AppAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': NO_PAGE_CSP },
  body: status === 404 ? 'not found' : 'refused',
});

/** The file that a path names inside of the folder, or the page for paths that are screens; null: nothing. */
export function appFile(pathname: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    // Not UTF-8: names nothing.
    return null;
  }
  if (/[\0\\]/.test(name) || !name.startsWith('/')) return null;
  const parts = name.split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..' || part.startsWith('.'))) return null;
  // The service worker is for browsers; a screen's address may end in anything but below /assets.
  if (name === '/sw.js') return null;
  if (parts[0] === 'assets') return parts.join('/');
  return parts.length === 1 && extname(name) in TYPES ? (parts[0] ?? null) : 'index.html';
}

/** `folder`: the built face. `url` is what the page asked for; only GET and HEAD, only this host. */
export async function answerApp(folder: string, method: string, url: string): Promise<AppAnswer> {
  if (!isOurs(url)) return refused(403);
  if (method !== 'GET' && method !== 'HEAD') return refused(405);
  const file = appFile(new URL(url).pathname);
  if (file === null) return refused(404);
  const path = join(folder, file);
  if (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return refused(403);
  const known = await stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
  if (!known) return refused(404);
  const page = file.endsWith('.html');
  return {
    status: 200,
    headers: {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': page ? APP_CSP : NO_PAGE_CSP,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      // A name that is only looked up leaves this machine too.
      'x-dns-prefetch-control': 'off',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'cache-control': 'no-store',
    },
    body: method === 'HEAD' ? '' : new Uint8Array(await readFile(path)),
  };
}
