/** Keys of hosts that the user knows already, in the form and the files that ssh uses. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { absent } from '../path-faults.ts';

export type HostKeyAnswer =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** Another key is written down for this host. `type` of the known one. */
  | { readonly kind: 'changed'; readonly file: string; readonly line: number; readonly type: string }
  | { readonly kind: 'revoked'; readonly file: string; readonly line: number };

const SYSTEM_FILES = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

/** How a host is written down: with its port where that is not the usual one. */
export const hostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** `SHA256:...`, as ssh prints it. */
export const fingerprint = (key: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The name of the key's algorithm, which stands at its beginning. */
export function keyType(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  return length > 0 && length <= 64 ? bytes.toString('latin1', 4, 4 + length) : 'unknown';
}

/** Pure: what one file says of a key. A known key wins over other keys that are written down beside it. */
export function judge(text: string, name: string, key: Uint8Array, file: string): HostKeyAnswer {
  const wanted = Buffer.from(key).toString('base64');
  let answer: HostKeyAnswer = { kind: 'unknown' };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const fields = raw.trim().split(/\s+/);
    if (raw.trim() === '' || raw.trim().startsWith('#')) continue;
    const mark = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [hosts, type, base64] = fields;
    if (hosts === undefined || type === undefined || base64 === undefined || !matches(hosts, name)) continue;
    if (mark === '@revoked') {
      if (base64 === wanted) return { kind: 'revoked', file, line: index + 1 };
      continue;
    }
    // Authorities sign certificates, which are not asked for here.
    if (mark !== undefined) continue;
    if (base64 === wanted) answer = { kind: 'known' };
    else if (answer.kind === 'unknown') answer = { kind: 'changed', file, line: index + 1, type };
  }
  return answer;
}

/** Pure: types of the keys that are known for a host, in their order, so that the host is asked for one of them. */
export function typesOf(text: string, name: string): string[] {
  return text.split(/\r?\n/).flatMap((raw) => {
    const [hosts, type] = raw.trim().split(/\s+/);
    return hosts !== undefined && type !== undefined && !/^[#@]/.test(hosts) && matches(hosts, name) ? [type] : [];
  });
}

function matches(patterns: string, name: string): boolean {
  let found = false;
  for (const pattern of patterns.split(',')) {
    if (pattern.startsWith('|1|')) {
      const [, , salt = '', hash = ''] = pattern.split('|');
      const mine = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
      const theirs = Buffer.from(hash, 'base64');
      if (mine.length === theirs.length && timingSafeEqual(mine, theirs)) found = true;
      continue;
    }
    const not = pattern.startsWith('!');
    const text = (not ? pattern.slice(1) : pattern).toLowerCase();
    const glob = new RegExp(
      `^${text
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
    if (!glob.test(name)) continue;
    if (not) return false;
    found = true;
  }
  return found;
}

const textOf = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(absent)) ?? '';

export interface KnownHosts {
  look(key: Uint8Array): Promise<HostKeyAnswer>;
  types(): Promise<readonly string[]>;
  /** Writes the key down in the first of the files. */
  remember(key: Uint8Array): Promise<void>;
}

export function knownHosts(files: readonly string[], name: string): KnownHosts {
  const all = [...files, ...SYSTEM_FILES];
  return {
    async look(key) {
      let answer: HostKeyAnswer = { kind: 'unknown' };
      for (const file of all) {
        const here = judge(await textOf(file), name, key, file);
        if (here.kind === 'revoked') return here;
        if (here.kind === 'known' || answer.kind === 'unknown') answer = here;
      }
      return answer;
    },
    async types() {
      return (await Promise.all(all.map(textOf))).flatMap((text) => typesOf(text, name));
    },
    async remember(key) {
      const [file] = files;
      if (file === undefined) return;
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const before = await textOf(file);
      const gap = before === '' || before.endsWith('\n') ? '' : '\n';
      const line = `${gap}${name} ${keyType(key)} ${Buffer.from(key).toString('base64')}\n`;
      // One write call, so that lines of two programs never mix.
      await appendFile(file, line, { mode: 0o600 });
    },
  };
}
