/** A file into a session's working folder, and nowhere else. */
import { posix } from 'node:path';
import { Fault } from '../../../shared/fault.ts';
import type { Host } from '../../platform/ports.ts';
import { clean } from './launch.ts';

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Writes with mode 0644. Fault `invalid` for a path that leads out of the folder, by `..` or by links, or into `.git`
 * (whose configuration runs programs); `conflict` for a file that is there already; `too-large`.
 */
export async function upload(
  host: Host,
  cwd: string,
  path: string,
  base64: string,
  overwrite: boolean,
): Promise<{ readonly path: string; readonly size: number }> {
  const parts = path.split('/');
  if (
    path.startsWith('/') ||
    parts.some((part) => part === '..' || part === '.' || part === '') ||
    /\p{Cc}/u.test(path)
  )
    throw new Fault('invalid', `"${clean(path)}" must be a plain path inside the working folder.`);
  if (parts.some((part) => part.toLowerCase() === '.git'))
    throw new Fault('invalid', 'Files inside .git are not written: its settings and hooks run programs.');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.byteLength > MOST_BYTES)
    throw new Fault('too-large', `A file may have ${MOST_BYTES / 1024 / 1024} MB at most; copy larger ones by hand.`);
  const root = await realPath(host, cwd);
  if (root === null) throw new Fault('not-found', `The working folder ${clean(cwd)} is gone.`);
  // The nearest folder that exists decides where a link leads; what does not exist yet is made by us, below it.
  const target = posix.join(root, path);
  for (let at = target; at !== root; at = posix.dirname(at)) {
    const real = await realPath(host, at);
    if (real === null) continue;
    if (real !== at)
      throw new Fault(
        'invalid',
        `"${clean(path)}" goes through a link (${clean(at)}); only plain folders and files are written.`,
      );
  }
  const there = await host.stat(target);
  if (there?.directory) throw new Fault('invalid', `${clean(path)} is a folder.`);
  if (there && !overwrite)
    throw new Fault(
      'conflict',
      `${clean(path)} is there already; say that it may be overwritten, or choose another name.`,
    );
  await host.write(target, bytes, 0o644);
  return { path: target, size: bytes.byteLength };
}

/** Where a path really leads; null when it, or what a link names, is not there. */
async function realPath(host: Host, path: string): Promise<string | null> {
  const result = await host.exec(['readlink', '-f', '--', path], { timeoutMs: 5000 });
  const real = Buffer.from(result.stdout).toString('utf8').replace(/\n$/, '');
  if (result.code !== 0 || real === '') return null;
  if ((await host.stat(real)) === null) {
    // A dangling link would be written through to wherever it points.
    if (real !== path) return real;
    return null;
  }
  return real;
}
