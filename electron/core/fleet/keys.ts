/** The key that a hub is: made once for a data folder, Ed25519, its private half in a file of 0600. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign as signBytes,
  verify,
} from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a signature is for, so that one can never be taken for another. */
export type Purpose = 'introduction' | 'beat' | 'proof' | 'admission';

export interface HubKey {
  /** 32 bytes, base64url. */
  readonly key: string;
  /** base64url. */
  sign(purpose: Purpose, text: string): string;
}

const newPair = promisify(generateKeyPair);
const FILE = 'node-key.pem';
const bytesOf = (purpose: Purpose, text: string): Buffer => Buffer.from(`quarterdeck ${purpose} 1\n${text}`);

async function load(dir: string): Promise<KeyObject> {
  const path = join(dir, FILE);
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (known !== null) return createPrivateKey(known);
  const { privateKey } = await newPair('ed25519');
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(path, pem, { mode: 0o600, flag: 'wx' });
  return privateKey;
}

export async function openKey(dir: string): Promise<HubKey> {
  const secret = await load(dir);
  const key = createPublicKey(secret).export({ format: 'jwk' }).x;
  if (key === undefined) throw new Error(`${FILE} holds no Ed25519 key`);
  return { key, sign: (purpose, text) => signBytes(null, bytesOf(purpose, text), secret).toString('base64url') };
}

/** False for anything that is no key or no signature, too. */
export function verified(key: string, purpose: Purpose, text: string, signature: string): boolean {
  try {
    const known = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    return verify(null, bytesOf(purpose, text), known, Buffer.from(signature, 'base64url'));
  } catch {
    // What cannot be read as a key proves nothing.
    return false;
  }
}

const hashOf = (key: string): Buffer => createHash('sha256').update(Buffer.from(key, 'base64url')).digest();

/** The node's id wherever it joins: `h_` and 25 characters of base 36. */
export function idOf(key: string): string {
  const number = BigInt(`0x${hashOf(key).subarray(0, 16).toString('hex')}`);
  return `h_${number.toString(36).padStart(25, '0')}`;
}

export const fingerprintOf = (key: string): string => `SHA256:${hashOf(key).toString('base64').replace(/=+$/, '')}`;
