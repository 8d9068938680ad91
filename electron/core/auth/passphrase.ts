/** Passphrases: scrypt, each with a salt of its own. Two at a time, so that a crowd of logins cannot take all memory. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** N = 2^15, r = 8, p = 1: 32 MB and about 0.1 s (RFC 7914; OWASP's password storage advice of 2023 names such settings). */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const LENGTH = 32;
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

async function derive(passphrase: string, salt: Buffer): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((turn) => waiting.push(turn));
  running++;
  try {
    return await new Promise((resolve, reject) => {
      // one person's keyboard composes é, another's has it ready: both must be the same passphrase
      scrypt(passphrase.normalize('NFKC'), salt, LENGTH, COST, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Text to store: `scrypt$<salt>$<hash>`, both base64url. */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('base64url')}$${(await derive(passphrase, salt)).toString('base64url')}`;
}

const NOBODY = `scrypt$${randomBytes(16).toString('base64url')}$${randomBytes(LENGTH).toString('base64url')}`;

/** Takes as long for a user who does not exist (null) as for one who does. */
export async function checkPassphrase(passphrase: string, stored: string | null): Promise<boolean> {
  const [, salt = '', hash = ''] = (stored ?? NOBODY).split('$');
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(passphrase, Buffer.from(salt, 'base64url'));
  return expected.length === actual.length && timingSafeEqual(expected, actual) && stored !== null;
}
