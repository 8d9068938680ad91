/**
 * Where every session stands, kept up to date by news alone: a look when a session appears, when it stops working, when its
 * folder changes; now and then while it works. One look serves all sessions in the same working tree.
 */
import type { Place } from '../../../shared/contract/git.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Live } from '../../kernel/live.ts';
import type { Host } from '../../platform/ports.ts';
import { statusOf, touchedSince } from './look.ts';
import type { Status } from './rules.ts';
import { isNoTree, type Tree, type Trees } from './tree.ts';

export interface PlacesDeps {
  readonly host: Host;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly trees: Trees;
  /** The node of whose sessions these are the places; all rows are in one collection. */
  readonly node: string;
  readonly live: Live<Place>;
  readonly sessions: { get(id: string): Session | undefined; readonly live: { rows(): readonly Session[] } };
  readonly log: (level: 'debug', message: string, data?: Readonly<Record<string, unknown>>) => void;
}

export interface Places {
  /** Looks at the session's tree now; the place as it is then. Fault when it stands in none. */
  look(session: Session): Promise<{ readonly place: Place; readonly tree: Tree; readonly status: Status }>;
  /** Something was done there: look again soon. */
  want(sessionId: string): void;
  close(): void;
}

/** Rest between two looks at one working tree. */
const REST_MS = 3000;
const WORKING_MS = 20_000;
const AT_ONCE = 2;
const MOST_OVERLAPS = 200;

/** The file in a worktree's git folder that says that Quarterdeck made it. */
export const MARK = 'quarterdeck';

interface Seen {
  readonly tree: Tree;
  readonly status: Status;
  readonly ours: boolean;
  /** Only while the repository has other trees with sessions. */
  readonly touched: ReadonlySet<string> | null;
  readonly at: number;
}

export const isLive = (session: Session): boolean => !session.archived && session.state !== 'exited';

export function createPlaces({ host, clock, bus, trees, node, live, sessions, log }: PlacesDeps): Places {
  /** Root by session. */
  const rootOf = new Map<string, string>();
  const seen = new Map<string, Seen>();
  const known = new Map<
    string,
    { readonly cwd: string; readonly name: string; readonly branch: string | null; readonly live: boolean }
  >();
  const due = new Set<string>();
  const later = new Map<string, () => void>();
  let running: Promise<void> | null = null;
  let closed = false;

  const mine = (session: Session | undefined): boolean => session?.node === node;

  const inRoot = (root: string): string[] => [...rootOf].filter(([, at]) => at === root).map(([id]) => id);
  const liveIn = (root: string): Session[] =>
    inRoot(root)
      .map((id) => sessions.get(id))
      .filter((session) => session !== undefined && isLive(session)) as Session[];

  const placeOf = (session: Session, { tree, status, ours, touched, at }: Seen): Place => {
    const overlaps: { session: string; path: string }[] = [];
    for (const other of touched ? seen.values() : []) {
      if (other.tree.root === tree.root || other.tree.common !== tree.common || !other.touched) continue;
      const both = [...other.touched].filter((path) => touched?.has(path));
      for (const { name } of both.length > 0 ? liveIn(other.tree.root) : [])
        for (const path of both) if (overlaps.length < MOST_OVERLAPS) overlaps.push({ session: name, path });
    }
    return {
      sessionId: session.id,
      session: session.name,
      root: tree.root,
      branch: status.branch,
      head: status.head?.slice(0, 12) ?? null,
      worktree: tree.linked,
      ours,
      upstream: status.upstream,
      ahead: status.ahead,
      behind: status.behind,
      changed: status.entries.length,
      sharedWith: liveIn(tree.root)
        .filter((other) => other.id !== session.id)
        .map((other) => other.name)
        .sort(),
      overlaps: overlaps.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.session < b.session ? -1 : 1)),
      at,
    };
  };

  /** All rows of one repository: what one tree changed may overlap with any other. */
  const publish = (common: string): void => {
    if (closed) return;
    const rows: Place[] = [];
    for (const [root, each] of seen) {
      if (each.tree.common !== common) continue;
      for (const id of inRoot(root)) {
        const session = sessions.get(id);
        if (!session) continue;
        const row = placeOf(session, each);
        const before = live.get(id);
        if (!before || JSON.stringify({ ...before, at: 0 }) !== JSON.stringify({ ...row, at: 0 })) rows.push(row);
      }
    }
    live.put(...rows);
  };

  const leave = (id: string): void => {
    const root = rootOf.get(id);
    rootOf.delete(id);
    live.drop(id);
    if (root === undefined) return;
    const common = seen.get(root)?.tree.common;
    if (inRoot(root).length === 0) seen.delete(root);
    if (common !== undefined) publish(common);
  };

  const lookAt = async (tree: Tree): Promise<Seen> => {
    const status = await statusOf(tree);
    const others = [...seen.values()].filter(
      (each) => each.tree.common === tree.common && each.tree.root !== tree.root,
    );
    const ours = tree.linked && (await host.look(`${tree.gitDir}/${MARK}`)) !== null;
    const touched = others.length > 0 ? await touchedSince(tree, status) : null;
    const now: Seen = { tree, status, ours, touched, at: clock.now() };
    seen.set(tree.root, now);
    // The first tree of a repository was looked at when it was the only one.
    for (const other of others)
      if (other.touched === null)
        seen.set(other.tree.root, { ...other, touched: await touchedSince(other.tree, other.status) });
    return now;
  };

  const settle = async (ids: readonly string[]): Promise<void> => {
    const byFolder = new Map<string, string[]>();
    for (const id of ids) {
      const session = sessions.get(id);
      if (!session || session.archived) leave(id);
      else byFolder.set(session.cwd, [...(byFolder.get(session.cwd) ?? []), id]);
    }
    const found = new Map<string, Tree>();
    const folders = [...byFolder];
    const openNext = async (): Promise<void> => {
      for (let next = folders.shift(); next && !closed; next = folders.shift()) {
        const [folder, there] = next;
        try {
          const tree = await trees.open(folder);
          found.set(tree.root, tree);
          for (const id of there) {
            if (rootOf.get(id) !== tree.root) leave(id);
            rootOf.set(id, tree.root);
          }
        } catch (error) {
          for (const id of there) leave(id);
          if (!isNoTree(error)) log('debug', `looking for a repository failed: ${String(error)}`, { folder });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, openNext));
    const todo = [...found.values()];
    const lookNext = async (): Promise<void> => {
      for (let tree = todo.shift(); tree && !closed; tree = todo.shift()) {
        const wait = (seen.get(tree.root)?.at ?? Number.NEGATIVE_INFINITY) + REST_MS - clock.now();
        if (wait > 0) {
          postpone(tree.root, wait);
          publish(tree.common);
          continue;
        }
        try {
          await lookAt(tree);
        } catch (error) {
          log('debug', `looking at a working tree failed: ${String(error)}`, { root: tree.root });
        }
        publish(tree.common);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lookNext));
  };

  const postpone = (root: string, ms: number): void => {
    if (later.has(root)) return;
    const cancel = clock.after(ms, () => {
      later.delete(root);
      const [id] = inRoot(root);
      if (id !== undefined) want(id);
    });
    later.set(root, cancel);
  };

  /** Everything that is due now, one round after the other. */
  const drain = (): Promise<void> => {
    running ??= (async () => {
      while (due.size > 0 && !closed) {
        const ids = [...due];
        due.clear();
        await settle(ids);
      }
    })()
      .catch((error: unknown) => log('debug', `looking at working trees failed: ${String(error)}`))
      .finally(() => {
        running = null;
      });
    return running;
  };
  const want = (id: string): void => {
    if (closed || !mine(sessions.get(id))) return;
    due.add(id);
    // In a turn of its own: a hundred sessions that appear at once are one round.
    queueMicrotask(() => void drain());
  };

  const noted = (session: Session): void => {
    if (!mine(session)) return;
    const before = known.get(session.id);
    const now = { cwd: session.cwd, name: session.name, branch: session.branch, live: isLive(session) };
    known.set(session.id, now);
    if (!before || before.cwd !== now.cwd || before.branch !== now.branch) want(session.id);
    else if (before.name !== now.name || before.live !== now.live) {
      const common = seen.get(rootOf.get(session.id) ?? '')?.tree.common;
      if (session.archived) leave(session.id);
      else if (common === undefined) want(session.id);
      else publish(common);
    }
  };

  const stops = [
    bus.on('session.started', ({ session }) => {
      noted(session);
      want(session.id);
    }),
    bus.on('session.changed', ({ session }) => noted(session)),
    bus.on('session.state', ({ session, before }) => {
      noted(session);
      if (before === 'working' && session.state !== 'working') want(session.id);
    }),
    bus.on('session.removed', ({ id }) => {
      known.delete(id);
      leave(id);
    }),
    bus.on('files.written', ({ id }) => want(id)),
    // An agent may work for hours: what it touched so far is worth knowing to the others.
    clock.every(WORKING_MS, () => {
      for (const session of sessions.live.rows()) if (session.state === 'working') want(session.id);
    }),
  ];
  for (const session of sessions.live.rows()) noted(session);

  return {
    want,
    async look(session) {
      // Who else is here is known once everybody was looked for.
      await drain();
      const tree = await trees.open(session.cwd);
      if (rootOf.get(session.id) !== tree.root) leave(session.id);
      rootOf.set(session.id, tree.root);
      const now = await lookAt(tree);
      publish(tree.common);
      return { place: placeOf(session, now), tree, status: now.status };
    },
    close() {
      closed = true;
      for (const stop of stops) stop();
      for (const cancel of later.values()) cancel();
    },
  };
}
