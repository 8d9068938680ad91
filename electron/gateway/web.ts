/** The web app's files from one folder, and the headers that keep its pages to themselves. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { FACE_SOURCES, NO_PAGE_CSP } from '../../shared/page-policy.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
};

/** Of every answer. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** For the service worker, in which its own policy counts: it asks the hub and shows its icons, and nobody else's. */
const WORKER_CSP = `${NO_PAGE_CSP}; connect-src 'self'; img-src 'self'`;
/** For the gateway's own plain pages. */
export const plainCsp = (nonce: string) => `${NO_PAGE_CSP}; style-src 'nonce-${nonce}'`;

/**
 * For the app: its own files and nothing inline, styles included; the face puts what xterm.js would write inline into
 * style sheets of its own. Trusted Types: one policy named `quarterdeck`, needed only to register the service worker.
 */
const appCsp = (host: string) =>
  [
    ...FACE_SOURCES,
    // Older Safari does not count the hub's WebSocket as 'self'.
    `connect-src 'self' ws://${host} wss://${host}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types quarterdeck',
  ].join('; ');

export const newNonce = () => Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64');

export interface WebAnswer {
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer> | string;
  readonly headers: Record<string, string>;
}

/**
 * `host` is the checked Host of the request. Null: nothing there by that name. A path that names no file is a page of the
 * app, unless it looks like a file.
 */
export async function webFile(folder: string, path: string, host: string, etag?: string): Promise<WebAnswer | null> {
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    // A path that is not UTF-8 names nothing.
    return null;
  }
  if (/[\0\\]/.test(name) || name.split('/').some((part) => part === '..' || (part.startsWith('.') && part !== '.'))) {
    return null;
  }
  const file = await fileAt(folder, name.replace(/^\/+/, ''));
  if (file && extname(file.path) !== '.html') {
    const tag = `"${file.size.toString(36)}-${Math.trunc(file.mtimeMs).toString(36)}"`;
    const headers: Record<string, string> = {
      ...SECURITY_HEADERS,
      'content-security-policy': name === '/sw.js' ? WORKER_CSP : NO_PAGE_CSP,
      'content-type': TYPES[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
      etag: tag,
      // Names that carry a hash of their content never change it.
      'cache-control':
        /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(name) && name.startsWith('/assets/')
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
    };
    if (etag === tag) return { status: 304, body: '', headers };
    return { status: 200, body: new Uint8Array(await readFile(file.path)), headers };
  }
  if (!file && extname(name) !== '') return null;
  const page = file ?? (await fileAt(folder, 'index.html'));
  if (!page) return null;
  return {
    status: 200,
    body: new Uint8Array(await readFile(page.path)),
    headers: {
      ...SECURITY_HEADERS,
      'content-security-policy': appCsp(host),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    },
  };
}

/** A regular file inside the folder, links followed and checked. */
async function fileAt(folder: string, name: string): Promise<{ path: string; size: number; mtimeMs: number } | null> {
  if (name === '') return null;
  try {
    const root = await realpath(folder);
    const path = await realpath(resolve(root, name));
    if (!path.startsWith(root + sep)) return null;
    const { size, mtimeMs, isFile } = await stat(path).then((s) => ({
      size: s.size,
      mtimeMs: s.mtimeMs,
      isFile: s.isFile(),
    }));
    return isFile ? { path, size, mtimeMs } : null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null;
    throw error;
  }
}
