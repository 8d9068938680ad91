/** Folders of a machine that begin with what somebody types. */
import { posix } from 'node:path';
import { Fault } from '../../../shared/fault.ts';
import type { Host } from '../../platform/ports.ts';

const MOST_FOLDERS = 100;

/** `~` is the home; at most 100. Nothing for relative paths and for folders that may not be read. */
export async function foldersOf(host: Pick<Host, 'home' | 'list'>, typed: string): Promise<string[]> {
  const tilde = typed === '~' || typed.startsWith('~/');
  const path = tilde ? host.home + typed.slice(1) : typed;
  if (!path.startsWith('/') || path.includes('\0')) return [];
  // What stands after the last slash is the beginning of a name; a bare `~` means the folders in it.
  const at = typed === '~' ? path.length : path.lastIndexOf('/');
  const parent = posix.normalize(`${path.slice(0, at)}/`);
  const begin = path.slice(at + 1);
  let found: readonly { readonly name: string; readonly directory: boolean }[];
  try {
    found = await host.list(parent);
  } catch (error) {
    // A folder that may not be read has nothing to offer; that is no failure of whoever types.
    if (error instanceof Fault && error.code !== 'unreachable') return [];
    throw error;
  }
  return found
    .filter((each) => each.directory && !/\p{Cc}/u.test(each.name))
    .filter((each) => each.name.startsWith(begin) && (begin.startsWith('.') || !each.name.startsWith('.')))
    .map((each) => `${parent}${each.name}`)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .slice(0, MOST_FOLDERS)
    .map((each) => (tilde && each.startsWith(`${host.home}/`) ? `~${each.slice(host.home.length)}` : each));
}
