/** The port PushSender: `web-push` encrypts and signs; the request itself is made here, to checked addresses only. */
import { ECDH } from 'node:crypto';
import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import webPush from 'web-push';
import { Fault } from '../../shared/fault.ts';
import { errorCode } from './path-faults.ts';
import type { PushSender } from './ports.ts';
import { isPublicAddress } from './public-address.ts';

/** From the beginning of the request to the end of the answer. */
const DEADLINE_MS = 15_000;
const SAID_BYTES = 2048;
const LONGEST_WAIT_MS = 3600_000;

/** The host as `hosts` and the resolver know it. */
const bare = (hostname: string): string =>
  hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();

/** `Retry-After`: seconds or a date. Milliseconds, an hour at most; null when there is none that can be read. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const wait = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(LONGEST_WAIT_MS, Math.max(0, wait)) : null;
}

interface Options {
  /** How names are resolved; the system's resolver when absent. */
  readonly lookup?: typeof systemLookup;
}

export function createPushSender({ lookup = systemLookup }: Options = {}): PushSender {
  /**
   * Resolves and checks in one step, and the connection is made to exactly what was checked: a name that answers
   * differently the second time (DNS rebinding) gains nothing.
   */
  const guarded: LookupFunction = (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error || !first) return done(error ?? new Error(`${hostname} has no address`), []);
      if (!addresses.every(({ address }) => isPublicAddress(address))) {
        return done(new Fault('refused', `${hostname} stands for an address that is not public`), []);
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
  // No connection is kept: one that was made to a host while it was allowed must not serve it later.
  const agents = {
    guarded: new HttpsAgent({ keepAlive: false, lookup: guarded }),
    own: new HttpsAgent({ keepAlive: false }),
    plain: new HttpAgent({ keepAlive: false }),
  };

  const refusal: PushSender['refusal'] = ({ endpoint, keys }, hosts) => {
    let url: URL;
    try {
      url = new URL(endpoint);
    } catch {
      return 'the endpoint is not an address';
    }
    const host = bare(url.hostname);
    const own = hosts.some((each) => each.toLowerCase() === host);
    if (url.username !== '' || url.password !== '') return 'the endpoint carries a user name or a password';
    if (url.protocol !== 'https:' && !(own && url.protocol === 'http:')) return 'the endpoint must begin with https:';
    if (!own) {
      const advice = 'a push service of your own is named in the setting push.hosts';
      if (isIP(host) ? !isPublicAddress(host) : !host.includes('.')) {
        return `the endpoint is not at a public host (${host.slice(0, 100)}); ${advice}`;
      }
      if (url.port !== '') return `the endpoint is not at the usual port of https; ${advice}`;
    }
    try {
      ECDH.convertKey(keys.p256dh, 'prime256v1', 'base64url', 'hex', 'compressed');
    } catch {
      return 'the key p256dh is not a point of the curve P-256';
    }
    return Buffer.from(keys.auth, 'base64url').length === 16 ? null : 'the key auth has not 16 bytes';
  };

  return {
    newKeys: () => webPush.generateVAPIDKeys(),
    refusal,
    send(target, { payload, ttl, urgency, topic }, { keys, contact, hosts }) {
      const no = refusal(target, hosts);
      if (no !== null) return Promise.reject(new Fault('refused', no));
      const url = new URL(target.endpoint);
      const own = hosts.some((each) => each.toLowerCase() === bare(url.hostname));
      const plain = url.protocol === 'http:';
      const sealed = webPush.encrypt(target.keys.p256dh, target.keys.auth, payload, 'aes128gcm');
      const signed = webPush.getVapidHeaders(url.origin, contact, keys.publicKey, keys.privateKey, 'aes128gcm');
      return new Promise((resolve, reject) => {
        const failed = (error: unknown) => {
          if (error instanceof Fault) return reject(error);
          if (errorCode(error) === 'ABORT_ERR' || (error instanceof Error && error.name === 'TimeoutError')) {
            return reject(new Fault('timeout', `${url.host} did not answer within ${DEADLINE_MS / 1000} s`));
          }
          const why = error instanceof Error ? error.message : String(error);
          reject(new Fault('unreachable', `${url.host} cannot be reached: ${why}`, undefined, error));
        };
        const heard = (answer: IncomingMessage) => {
          let said = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            said += chunk;
            // What it says serves people only; its status is here already.
            if (said.length > SAID_BYTES) answer.destroy();
          });
          answer.on('error', failed);
          answer.on('close', () =>
            resolve({
              status: answer.statusCode ?? 0,
              retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()),
              said: said.slice(0, SAID_BYTES),
            }),
          );
        };
        // Redirects are answers like others: they are not followed.
        const request = (plain ? httpRequest : httpsRequest)(
          url,
          {
            method: 'POST',
            agent: plain ? agents.plain : own ? agents.own : agents.guarded,
            signal: AbortSignal.timeout(DEADLINE_MS),
            headers: {
              'content-type': 'application/octet-stream',
              'content-encoding': 'aes128gcm',
              'content-length': sealed.cipherText.length,
              authorization: signed.Authorization,
              ttl: String(ttl),
              urgency,
              topic,
            },
          },
          heard,
        );
        request.on('error', failed);
        request.end(sealed.cipherText);
      });
    },
  };
}
