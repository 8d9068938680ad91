/**
 * The way to another hub. Its token is only sent to an address that has just proved to hold the hub's key: an address may
 * meanwhile belong to another machine.
 */
import { type Transport, type TransportEvents, webSocketTransport } from '../../shared/wire/transports.ts';
import type { DialHub } from './ports.ts';

const PROOF_MS = 4000;
const ANSWER_MAX = 4096;

/** Why a fetch failed, in words: what lies beneath `fetch failed`. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${PROOF_MS / 1000} s`;
  const { cause } = error as { cause?: unknown };
  if (cause instanceof AggregateError) return reason(cause.errors[0]);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === 'ECONNREFUSED'
    ? 'nothing listens there'
    : code || (cause instanceof Error ? cause.message : error.message);
};

async function ask(address: string, word: string): Promise<{ readonly key: string; readonly signature: string }> {
  const response = await fetch(`${address}/api/fleet/proof?word=${word}`, {
    redirect: 'error',
    signal: AbortSignal.timeout(PROOF_MS),
  });
  const text = await response.text();
  if (text.length > ANSWER_MAX) throw new Error('what answers there is no hub');
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new Error('what answers there is no hub', { cause });
  }
  const { key, signature, error } = answer as { key?: unknown; signature?: unknown; error?: { message?: unknown } };
  if (typeof key === 'string' && typeof signature === 'string') return { key, signature };
  throw new Error(typeof error?.message === 'string' ? error.message.slice(0, 300) : 'what answers there is no hub');
}

/** All addresses are asked at once; the first in their order that proves itself is taken. */
export const dialHub: DialHub = ({ addresses, token, proves, found, failed }): Transport => {
  let far: Transport | null = null;
  let over = false;
  const start = async (events: TransportEvents): Promise<void> => {
    const word = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');
    const tries = addresses.map(async (address) => {
      const { key, signature } = await ask(address, word);
      if (!proves(key, word, signature)) throw new Error('another hub answers there');
      return address;
    });
    // Each is looked at in its turn below, or not at all once one was taken.
    for (const each of tries) each.catch(() => undefined);
    const whys: string[] = [];
    for (const [i, each] of tries.entries()) {
      try {
        const address = await each;
        if (over) return;
        found(address);
        far = webSocketTransport(`${address.replace(/^http/, 'ws')}/wire`, { token });
        return far.start(events);
      } catch (error) {
        whys.push(`${addresses[i]}: ${reason(error)}`);
      }
    }
    if (over) return;
    over = true;
    failed(whys.join('; '));
    events.close(1006, whys.join('; '));
  };
  return {
    start: (events) => void start(events),
    send: (frame) => far?.send(frame),
    close(code, reason) {
      over = true;
      far?.close(code, reason);
    },
    buffered: () => far?.buffered() ?? 0,
  };
};

/** The wire of a hub that is joined. */
export const connectHub = (hub: string, token: string): Transport =>
  webSocketTransport(`${hub.replace(/^http/, 'ws')}/wire`, { token });

/** Why a hub takes no connection with this token, for people; null when it would. */
export async function refusalOf(hub: string, token: string): Promise<string | null> {
  try {
    const response = await fetch(`${hub}/api/me`, {
      redirect: 'error',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PROOF_MS),
    });
    await response.body?.cancel();
    if (response.status === 401) return 'it refuses the token (QD_HUB_TOKEN): unknown, expired or revoked';
    // A token that may only join must not ask who it is: then it is a good one.
    return response.ok || response.status === 403 ? null : `it answers ${response.status}: is that a Quarterdeck hub?`;
  } catch (error) {
    return `it cannot be reached: ${reason(error)}`;
  }
}
