/** Who asks, from a Bearer token or the browser's cookie; and the cookie itself. */
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../../shared/fault.ts';
import type { Principal } from '../kernel/handlers.ts';
import type { Core } from './core.ts';
import type { Provenance } from './origin.ts';

export const COOKIE = 'qd_session';

export interface Identity {
  readonly who: Principal | null;
  readonly via: 'bearer' | 'cookie' | 'none';
}

/**
 * A Bearer token, when sent, is the only thing that counts. A cookie is only taken from the hub's own page: anything else
 * that a browser sends with it is refused. `changes`: the request may change something, or it is an upgrade.
 */
export async function identify(
  core: Core,
  headers: IncomingHttpHeaders,
  address: string,
  from: Provenance,
  changes: 'no' | 'yes' | 'upgrade',
): Promise<Identity> {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const secret = /^bearer +([\x21-\x7e]{1,512})$/i.exec(authorization.trim())?.[1];
    if (secret === undefined) throw new Fault('unauthorized', 'the Authorization header must be `Bearer TOKEN`');
    const who = await core.authenticate(secret, 'bearer', address);
    if (!who) throw new Fault('unauthorized', 'this token is unknown, expired or revoked');
    return { who, via: 'bearer' };
  }
  const secret = readCookie(headers.cookie);
  if (secret === null) return { who: null, via: 'none' };
  if (from.elsewhere) throw new Fault('forbidden', 'a browser sent this from another page than the hub: refused');
  if (changes === 'upgrade' && headers.origin === undefined) {
    throw new Fault('forbidden', 'a WebSocket that signs in by cookie needs an Origin header');
  }
  // Every browser sends an Origin with what changes something; what has no browser headers at all is a script.
  if (changes === 'yes' && !from.sameOrigin && headers['sec-fetch-site'] !== undefined) {
    throw new Fault('forbidden', "only the hub's own page may change something with the browser's cookie");
  }
  return { who: await core.authenticate(secret, 'cookie', address), via: 'cookie' };
}

function readCookie(header: string | undefined): string | null {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === COOKIE) {
      const value = part.slice(at + 1).trim();
      if (/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512}$/.test(value)) return value;
    }
  }
  return null;
}

/** `null` clears it. `maxAge` in seconds; without one the cookie ends with the browser. */
export function writeCookie(value: string | null, secure: boolean, maxAge?: number): string {
  if (value !== null && !/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512}$/.test(value)) {
    throw new Error('a cookie value has characters that cookies cannot carry');
  }
  const flags = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  const age = value === null ? 0 : maxAge;
  return `${COOKIE}=${value ?? ''}; ${age === undefined ? '' : `Max-Age=${age}; `}${flags}`;
}
