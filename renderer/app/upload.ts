/** Files of this device into a session's working folder, one after the other, each with its own result. */
import { create } from 'zustand';
import { isFault } from '../../shared/fault.ts';
import { messageOf, wire } from './connect.ts';

export interface Upload {
  readonly id: number;
  readonly session: string;
  /** Relative to the session's folder. */
  readonly path: string;
  readonly size: number;
  readonly state: 'waiting' | 'sending' | 'done' | 'exists' | 'failed';
  readonly why?: string;
}

/** The hub takes no more in one piece. */
export const MOST_BYTES = 16 * 1024 * 1024;
const SLOW_MS = 180_000;

export const useUploads = create<{ readonly list: readonly Upload[] }>(() => ({ list: [] }));
const contents = new Map<number, Blob>();
let next = 1;
let line: Promise<unknown> = Promise.resolve();

const put = (id: number, change: Partial<Upload>) =>
  useUploads.setState(({ list }) => ({ list: list.map((one) => (one.id === id ? { ...one, ...change } : one)) }));

/** A name that a plain file can have; folders in it are the browser's and are left out. */
const plainName = (name: string): string =>
  (name.split(/[/\\]/).at(-1) ?? '').replace(/\p{Cc}/gu, '').replace(/^\.+$/, '') || 'file';

export async function base64Of(blob: Blob): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(',') + 1);
}

async function send(id: number, overwrite: boolean): Promise<boolean> {
  const one = useUploads.getState().list.find((each) => each.id === id);
  const blob = contents.get(id);
  // Taken off the list meanwhile.
  if (!one || !blob) return false;
  put(id, { state: 'sending' });
  try {
    const content = await base64Of(blob);
    await wire().call(
      'sessions.upload',
      { name: one.session, path: one.path, content, overwrite },
      { timeoutMs: SLOW_MS },
    );
    put(id, { state: 'done' });
    contents.delete(id);
    return true;
  } catch (failure) {
    put(id, { state: isFault(failure, 'conflict') ? 'exists' : 'failed', why: messageOf(failure) });
    return false;
  }
}

const queue = (id: number, overwrite: boolean): Promise<boolean> => {
  const mine = line.then(() => send(id, overwrite));
  line = mine;
  return mine;
};

/** Puts files into a folder of the session; answers when all were tried, with the paths that arrived. */
export async function upload(session: string, folder: string, files: readonly File[]): Promise<string[]> {
  const added = files.map((file): Upload => {
    const name = plainName(file.name);
    const id = next++;
    const path = folder === '' ? name : `${folder}/${name}`;
    const big = file.size > MOST_BYTES;
    if (!big) contents.set(id, file);
    return {
      id,
      session,
      path,
      size: file.size,
      state: big ? 'failed' : 'waiting',
      ...(big ? { why: 'A file may have 16 MB at most; copy larger ones by hand.' } : {}),
    };
  });
  useUploads.setState(({ list }) => ({ list: [...list, ...added] }));
  const results = await Promise.all(
    added.filter((one) => one.state === 'waiting').map(async (one) => ((await queue(one.id, false)) ? one.path : null)),
  );
  return results.filter((path) => path !== null);
}

export const overwrite = (id: number): Promise<boolean> => queue(id, true);

export function forget(ids: readonly number[]): void {
  for (const id of ids) contents.delete(id);
  useUploads.setState(({ list }) => ({ list: list.filter((one) => !ids.includes(one.id)) }));
}

/** Where pictures go that are pasted for an agent to look at. git is told to leave the folder alone. */
const PASTED = '.quarterdeck/pasted';
const KINDS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

/** Pictures of a paste, when it holds no text that was meant instead. */
export function picturesIn(data: DataTransfer | null): File[] {
  if (data?.getData('text/plain') !== '') return [];
  return [...data.files].filter((file) => Object.hasOwn(KINDS, file.type));
}

/** Uploads pasted pictures under names of their own; answers their paths. Throws what the hub says. */
export async function pastePictures(session: string, files: readonly File[]): Promise<string[]> {
  const call = (path: string, content: string) =>
    wire().call('sessions.upload', { name: session, path, content, overwrite: true }, { timeoutMs: SLOW_MS });
  await call(`${PASTED}/.gitignore`, btoa('*\n'));
  const paths: string[] = [];
  for (const [i, file] of files.entries()) {
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
    const path = `${PASTED}/${stamp}${i === 0 ? '' : `-${i + 1}`}.${KINDS[file.type] ?? 'png'}`;
    await call(path, await base64Of(file));
    paths.push(path);
  }
  return paths;
}
