/**
 * Which Host and Origin a request may name. Checked on every request and upgrade, public ones included: a page of another
 * site must not reach the hub by the user's browser, and a foreign name that resolves to this machine (DNS rebinding) is
 * no name of the hub.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../../shared/fault.ts';

export interface Names {
  /** Names and addresses that go with the port it listens on: loopback and what is bound. IPv6 without brackets. */
  readonly own: readonly string[];
  readonly port: number;
  readonly tls: boolean;
  /** Of `hub.hosts`: `name` (any port, for a proxy in front) or `name:port`. */
  readonly configured: readonly string[];
}

export interface Authority {
  readonly name: string;
  /** Null when not written: the scheme's own. */
  readonly port: number | null;
}

/** `host`, `host:port`, `[v6]:port`, in lower case; null for anything that is not exactly that. */
export function parseAuthority(text: string): Authority | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?))(?::(\d{1,5}))?$/i.exec(text.trim());
  const name = match?.[1] ?? match?.[2];
  if (!match || name === undefined) return null;
  const port = match[3] === undefined ? null : Number(match[3]);
  return port !== null && port > 65_535 ? null : { name: name.toLowerCase(), port };
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** The authority when it is one of the hub's names; null otherwise. `configured` names may come by a TLS proxy. */
function known(text: string, names: Names): (Authority & { readonly configured: boolean }) | null {
  const host = parseAuthority(text);
  if (!host) return null;
  const port = host.port ?? (names.tls ? 443 : 80);
  if (port === names.port && [...LOOPBACK, ...names.own].some((own) => own.toLowerCase() === host.name)) {
    return { ...host, configured: false };
  }
  for (const entry of names.configured) {
    const allowed = parseAuthority(entry);
    if (allowed && allowed.name === host.name && (allowed.port === null || allowed.port === port)) {
      return { ...host, configured: true };
    }
  }
  return null;
}

/** Scheme, name and port of an Origin, normalised as browsers do; null for `null`, for paths and for anything else. */
function parseOrigin(text: string): { scheme: string; authority: Authority } | null {
  const match = /^(https?):\/\/([^/?#@\\\s]+)\/?$/i.exec(text.trim());
  const authority = match?.[2] === undefined ? null : parseAuthority(match[2]);
  return match?.[1] !== undefined && authority ? { scheme: match[1].toLowerCase(), authority } : null;
}

/** What the checks found; whoever uses a cookie must look at it. */
export interface Provenance {
  /** The browser says that the request comes from the hub's own page. */
  readonly sameOrigin: boolean;
  /** The browser says that it comes from elsewhere (a link, an image, another port). */
  readonly elsewhere: boolean;
  /** The browser spoke TLS, to the hub or to a proxy before it. */
  readonly secure: boolean;
}

/** Fault `forbidden` or `invalid`, or where the request comes from. */
export function checkOrigin(headers: IncomingHttpHeaders, names: Names): Provenance {
  const { host: hostText } = headers;
  if (hostText === undefined || hostText === '') throw new Fault('invalid', 'a request needs a Host header');
  const host = known(hostText, names);
  if (!host) {
    const shown = JSON.stringify(hostText.slice(0, 100));
    throw new Fault('forbidden', `this hub does not answer to the host ${shown}; if it should, add it to hub.hosts`);
  }
  const site = headers['sec-fetch-site'];
  const elsewhere = site === 'cross-site' || site === 'same-site';
  const text = headers.origin;
  if (text === undefined) return { sameOrigin: site === 'same-origin', elsewhere, secure: names.tls };
  const origin = parseOrigin(text);
  // A proxy that ends TLS makes the page https while the hub itself hears http; only for names given for that.
  const schemes = names.tls ? ['https'] : host.configured ? ['http', 'https'] : ['http'];
  const portOf = ({ port }: Authority, scheme: string) => port ?? (scheme === 'https' ? 443 : 80);
  if (
    !origin ||
    !schemes.includes(origin.scheme) ||
    origin.authority.name !== host.name ||
    portOf(origin.authority, origin.scheme) !== portOf(host, origin.scheme)
  ) {
    const shown = JSON.stringify(text.slice(0, 100));
    throw new Fault('forbidden', `requests from pages of ${shown} are refused: only the hub's own page may ask`);
  }
  return { sameOrigin: true, elsewhere, secure: origin.scheme === 'https' };
}

/** Before routing, for requests and upgrades alike. */
export function checkTarget(target: string): void {
  if (!target.startsWith('/')) throw new Fault('invalid', 'the request target must be a path');
  const query = target.indexOf('?');
  if (query < 0) return;
  const given = new URLSearchParams(target.slice(query + 1));
  for (const name of ['token', 'access_token']) {
    if (given.has(name)) {
      throw new Fault(
        'invalid',
        `a token never goes into the address, where logs and histories keep it: send \`Authorization: Bearer TOKEN\` instead of ?${name}=`,
      );
    }
  }
}
