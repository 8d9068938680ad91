/** Secrets of calendar feeds: programs that fetch them can send no header, so the address is the key to this one thing. */
import { createHash, randomBytes } from 'node:crypto';

/** Only the hash is kept: who reads the database cannot read the feed. 256 random bits need no slow hash. */
export const secretHash = (secret: string): Uint8Array => createHash('sha256').update(secret).digest();

export function newCalendar(): { readonly secret: string; readonly hash: Uint8Array } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: secretHash(secret) };
}
