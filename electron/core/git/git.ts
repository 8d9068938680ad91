/** The door of the git room: what sessions changed, who works in the same place, worktrees that keep agents apart. */
import type { Place } from '../../../shared/contract/git.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, maySee, type Principal } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Host } from '../../platform/ports.ts';
import type { SessionAccess, SessionMoves } from '../sessions/sessions.ts';
import { isolate } from './isolate.ts';
import { changesIn, diffOf } from './look.ts';
import { createPlaces, type Places } from './places.ts';
import type { RecipeDeps } from './recipe.ts';
import { removeWorktree } from './remove.ts';
import { cleanPath } from './rules.ts';
import { createTrees, type Trees } from './tree.ts';
import { worktreesOf } from './worktrees.ts';

export interface GitDeps {
  /** The machine of a session, by its node. */
  readonly hostOf: (node: string) => Host;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly sessions: Pick<SessionAccess, 'resolve' | 'get' | 'live'> & SessionMoves;
  readonly settings: RecipeDeps['settings'];
  readonly audit?: Audit;
  readonly log?: (level: 'debug', message: string, data?: Readonly<Record<string, unknown>>) => void;
}

interface Machine {
  readonly host: Host;
  readonly trees: Trees;
  readonly places: Places;
  readonly settings: RecipeDeps['settings'];
}

export interface Git {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `git.${string}`>>;
  /** Where sessions stand, for rooms above. */
  readonly places: Live<Place>;
  close(): void;
}

export function createGit(deps: GitDeps): Git {
  const { clock, bus, sessions, audit } = deps;
  const live = createLive<Place>({ key: (row) => row.sessionId });
  const machines = new Map<string, Machine>();
  const log = deps.log ?? (() => undefined);
  const on = (node: string): Machine => {
    const known = machines.get(node);
    if (known) return known;
    const host = deps.hostOf(node);
    const trees = createTrees(host, clock);
    const places = createPlaces({ host, clock, bus, trees, node, live, sessions, log });
    // What a project's own file on another machine says is not read.
    const settings = host.id === 'local' ? deps.settings : { ...deps.settings, forProject: async () => deps.settings };
    const made = { host, trees, places, settings };
    machines.set(node, made);
    return made;
  };
  const meet = ({ node }: Session): void => {
    if (!machines.has(node)) on(node);
  };
  const stops = [
    bus.on('session.started', ({ session }) => meet(session)),
    bus.on('session.changed', ({ session }) => meet(session)),
  ];
  for (const session of sessions.live.rows()) meet(session);
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };

  const find = (who: Principal, name: string): Session => {
    const session = sessions.resolve(name);
    if (!maySee(who, session.id))
      throw new Fault('not-found', `There is no session "${name.replace(/\p{Cc}/gu, ' ').slice(0, 64)}".`);
    return session;
  };
  const seen = (who: Principal): Session[] => sessions.live.rows().filter((session) => maySee(who, session.id));
  /** A principal that is limited to some sessions hears of no others. */
  const shown = (who: Principal, place: Place): Place => {
    if (who.sessions === null) return place;
    const names = new Set(seen(who).map((session) => session.name));
    return {
      ...place,
      sharedWith: place.sharedWith.filter((name) => names.has(name)),
      overlaps: place.overlaps.filter(({ session }) => names.has(session)),
    };
  };

  return {
    places: live,
    handlers: {
      'git.status': async ({ name, base }, { who }) => {
        const session = find(who, name);
        const { host, places } = on(session.node);
        const { place, tree, status } = await places.look(session);
        const found = await changesIn(host, tree, base, status);
        return {
          ...shown(who, place),
          changes: [...found.changes],
          truncated: found.truncated,
          base: found.base?.slice(0, 12) ?? null,
        };
      },
      'git.diff': async ({ name, path, base, context }, { who }) => {
        const session = find(who, name);
        const { host, trees } = on(session.node);
        const tree = await trees.open(session.cwd);
        const clean = path === undefined ? null : cleanPath(path);
        if (path !== undefined && clean === null)
          throw new Fault('invalid', 'A path is relative to the top of the working tree and stays inside of it.');
        return diffOf(host, tree, { base, path: clean, context });
      },
      'git.worktrees': async ({ name }, { who }) => {
        const { node, cwd } = find(who, name);
        const { host, trees } = on(node);
        const there = seen(who).filter((session) => session.node === node);
        return worktreesOf(host, trees, await trees.open(cwd), there);
      },
      'git.isolate': async (input, ask) => {
        const session = find(ask.who, input.name);
        const { host, trees, places, settings } = on(session.node);
        const made = await isolate({ host, clock, trees, sessions, settings, alone }, session, input);
        audit?.({
          ...actor(ask.who),
          action: 'git.isolate',
          target: session.name,
          detail: { path: made.path, branch: made.branch, carry: input.carry, session: made.session },
        });
        places.want(session.id);
        return made;
      },
      'git.removeWorktree': async ({ name, path, keep }, ask) => {
        const session = find(ask.who, name);
        const { host, trees } = on(session.node);
        const tree = await trees.open(session.cwd);
        const all = sessions.live.rows().filter((each) => each.node === session.node);
        const done = await alone(() => removeWorktree({ host, clock, trees, sessions: all }, tree, path, keep));
        audit?.({
          ...actor(ask.who),
          action: 'git.remove-worktree',
          target: session.name,
          detail: { path: done.path, kept: done.kept },
        });
        return done;
      },
      'git.places': (_params, { who }) => ({
        live,
        ...(who.sessions === null ? {} : { filter: (row: Place) => maySee(who, row.sessionId) }),
      }),
    },
    close() {
      for (const stop of stops) stop();
      for (const { places } of machines.values()) places.close();
    },
  };
}
