/** The door of the files room: the working folder of a session, and nothing outside of it. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { FileText } from '../../../shared/contract/files.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, maySee, type Principal } from '../../kernel/handlers.ts';
import type { Host } from '../../platform/ports.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import { best, cleanPath, imageType, inGitFolder, inOrder, textOf } from './rules.ts';
import { createPaths, ignoredIn } from './search.ts';

export interface FilesDeps {
  /** The machine of a session, by its node. */
  readonly hostOf: (node: string) => Host;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly sessions: Pick<SessionAccess, 'resolve'>;
  readonly audit?: Audit;
}

export interface Files {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `files.${string}`>>;
}

const MOST_ENTRIES = 5000;
const MOST_TEXT = 1_048_576;
const MOST_IMAGE = 8 * 1_048_576;
/** Found paths that are looked at beyond those asked for: some are gone from the disk while git still lists them. */
const SPARE = 50;

/** A person types several letters a second: the list of paths need not be newer, unless nothing in it fits. */
const TYPING_MS = 4000;
const FRESH_MS = 300;

const shown = (path: string): string => path.replace(/\p{Cc}/gu, ' ').slice(0, 200);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function createFiles({ hostOf, clock, bus, sessions, audit }: FilesDeps): Files {
  const known = new WeakMap<Host, ReturnType<typeof createPaths>>();
  const pathsOf = (host: Host) => {
    const paths = known.get(host) ?? createPaths(host, clock);
    known.set(host, paths);
    return paths;
  };

  const find = (who: Principal, name: string): Session => {
    const session = sessions.resolve(name);
    if (!maySee(who, session.id)) throw new Fault('not-found', `There is no session "${shown(name).slice(0, 64)}".`);
    return session;
  };
  const rootOf = async (session: Session): Promise<{ readonly host: Host; readonly root: string }> => {
    const host = hostOf(session.node);
    const root = await host.real(session.cwd);
    if (root === null) throw new Fault('not-found', `The working folder ${session.cwd} of ${session.name} is gone.`);
    return { host, root };
  };
  const cleaned = (path: string): string => {
    const clean = cleanPath(path);
    if (clean === null)
      throw new Fault('refused', `"${shown(path)}" is not a path inside the working folder: name it relative to that.`);
    return clean;
  };

  const read = async (host: Host, root: string, path: string): Promise<FileText> => {
    let { bytes, look } = await host.readInside(root, path, MOST_TEXT + 1);
    const media = imageType(bytes);
    if (media !== null && look.size > MOST_TEXT && look.size <= MOST_IMAGE)
      ({ bytes, look } = await host.readInside(root, path, MOST_IMAGE + 1));
    const most = media === null ? MOST_TEXT : MOST_IMAGE;
    const truncated = bytes.byteLength > most || look.size > bytes.byteLength;
    const kept = bytes.subarray(0, most);
    const text = media === null ? textOf(kept, truncated) : null;
    return {
      path,
      size: look.size,
      modifiedAt: look.mtimeMs,
      // Of a part no version is known: what cannot be seen whole cannot be written back.
      version: truncated ? '' : sha256(bytes),
      kind: media !== null ? 'image' : text !== null ? 'text' : 'binary',
      text: text ?? '',
      data: media === null || truncated ? '' : Buffer.from(kept).toString('base64'),
      media: media ?? '',
      truncated,
    };
  };

  /** Git's folder is looked for where the path really leads, too. */
  const checkWritable = async (host: Host, root: string, path: string): Promise<void> => {
    let there = posix.join(root, path);
    let real = await host.real(there);
    while (real === null && there !== root) {
      there = posix.dirname(there);
      real = await host.real(there);
    }
    if (inGitFolder(path) || (real?.startsWith(`${root}/`) && inGitFolder(real.slice(root.length))))
      throw new Fault('refused', 'Files inside .git are not written: its settings and hooks run programs.');
  };

  const conflict = async (host: Host, root: string, path: string, fresh: boolean): Promise<Fault> => {
    const file = await read(host, root, path).catch((error: unknown) => {
      if (isFault(error)) return null;
      throw error;
    });
    const why = !file
      ? `${shown(path)} is not there any more; save it as a new file if it should be.`
      : fresh
        ? `${shown(path)} is there already; open it, or choose another name.`
        : `${shown(path)} was changed since it was read; look at what is there now, then save again.`;
    return new Fault('conflict', why, { file });
  };

  return {
    handlers: {
      'files.list': async ({ name, path }, { who }) => {
        const { host, root } = await rootOf(find(who, name));
        const clean = cleaned(path);
        const { entries, more } = await host.listInside(root, clean, MOST_ENTRIES);
        const folder = (await host.real(posix.join(root, clean))) ?? root;
        const ignored = await ignoredIn(
          host,
          folder,
          entries.map((entry) => entry.name),
        );
        return {
          path: clean,
          entries: inOrder(entries).map(({ name: own, kind, size, mtimeMs }) => ({
            name: own,
            kind,
            size: kind === 'folder' ? 0 : size,
            modifiedAt: mtimeMs,
            // Not in any rule, because git never takes it; nobody who lists files means it either.
            ignored: own === '.git' || ignored.has(own),
          })),
          truncated: more,
        };
      },
      'files.find': async ({ name, q, limit }, { who }) => {
        const { host, root } = await rootOf(find(who, name));
        const look = async (ageMs: number) => {
          const found: { path: string }[] = [];
          for (const path of best(q, await pathsOf(host).of(root, ageMs), limit + SPARE)) {
            if (found.length === limit) break;
            const there = await host.look(posix.join(root, path));
            if (there && there.kind !== 'folder') found.push({ path });
          }
          return found;
        };
        const found = await look(TYPING_MS);
        // What is asked for may have been made a moment ago.
        return found.length > 0 ? found : look(FRESH_MS);
      },
      'files.read': async ({ name, path }, { who }) => {
        const { host, root } = await rootOf(find(who, name));
        return read(host, root, cleaned(path));
      },
      'files.write': async ({ name, path, text, version }, ask) => {
        const session = find(ask.who, name);
        const { host, root } = await rootOf(session);
        const clean = cleaned(path);
        if (clean === '' || path.endsWith('/')) throw new Fault('invalid', 'A file needs a name.');
        await checkWritable(host, root, clean);
        const bytes = Buffer.from(text);
        if (bytes.byteLength > MOST_TEXT)
          throw new Fault('too-large', 'A file that is edited here may have 1 MiB of text at most.');
        if (!(await host.writeInside(root, clean, bytes, { expect: version })))
          throw await conflict(host, root, clean, version === null);
        audit?.({
          ...actor(ask.who),
          action: 'file.write',
          target: session.name,
          detail: { path: clean, size: bytes.byteLength, fresh: version === null },
        });
        if (version === null) pathsOf(host).forget(root);
        bus.emit('files.written', { id: session.id, path: clean });
        const info = await host.stat(posix.join(root, clean));
        return {
          path: clean,
          size: bytes.byteLength,
          modifiedAt: info?.mtimeMs ?? clock.now(),
          version: sha256(bytes),
          kind: 'text',
          text: bytes.toString('utf8'),
          data: '',
          media: '',
          truncated: false,
        };
      },
    },
  };
}
