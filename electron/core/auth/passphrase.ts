/** Passphrases as scrypt hashes. One at a time: each needs 16 MiB and a processor, and a crowd at the door must not take all memory. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../../shared/fault.ts';

interface Cost {
  /** log2 of N. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP names this as equal to N=2^17, p=1, with an eighth of the memory; about 0.15 s. */
const COST: Cost = { n: 14, r: 8, p: 5 };
const BYTES = 32;
/** More who wait are turned away. */
const WAITING = 32;

const derive = (passphrase: string, salt: Uint8Array, { n, r, p }: Cost): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const N = 2 ** n;
    // The same passphrase typed on two systems may come in two Unicode forms.
    scrypt(passphrase.normalize('NFKC'), salt, BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

const write = (cost: Cost, salt: Uint8Array, key: Uint8Array): string =>
  [
    'scrypt',
    cost.n,
    cost.r,
    cost.p,
    Buffer.from(salt).toString('base64url'),
    Buffer.from(key).toString('base64url'),
  ].join('$');

function read(stored: string): { cost: Cost; salt: Uint8Array; key: Uint8Array } | null {
  const [kind, n, r, p, salt, key] = stored.split('$');
  if (kind !== 'scrypt' || !salt || !key) return null;
  return {
    cost: { n: Number(n), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}

export interface Passphrases {
  hash(passphrase: string): Promise<string>;
  /** `stored` null stands for an unknown user: as slow, and always false. */
  verify(passphrase: string, stored: string | null): Promise<boolean>;
}

export function createPassphrases(most = WAITING): Passphrases {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= most) {
      throw new Fault('rate-limited', 'too many people sign in at once; try again in a moment', { retryAfter: 5 });
    }
    waiting++;
    const next = last.then(work, work).finally(() => {
      waiting--;
    });
    last = next.catch(() => undefined);
    return next;
  };
  const nobody = { cost: COST, salt: randomBytes(16), key: randomBytes(BYTES) };
  return {
    hash: async (passphrase) =>
      inTurn(async () => {
        const salt = randomBytes(16);
        return write(COST, salt, await derive(passphrase, salt, COST));
      }),
    verify: async (passphrase, stored) =>
      inTurn(async () => {
        const known = stored === null ? null : read(stored);
        const { cost, salt, key } = known ?? nobody;
        const same = timingSafeEqual(await derive(passphrase, salt, cost), key);
        return known !== null && same;
      }),
  };
}
