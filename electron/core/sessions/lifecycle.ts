/** Start, end and everything between. The table knows first, tmux second: a crash in between is settled by `reconcile`. */
import type { StartInput } from '../../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { newSessionId } from '../../../shared/ids.ts';
import type { TmuxPane } from '../../platform/ports.ts';
import type { Place } from '../nodes/nodes.ts';
import type { AgentSpec, SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { checkInstalled, folderOf, type LaunchWish, launchOf, TRAVELS } from './launch.ts';
import { endTree } from './process-tree.ts';
import { freeName } from './rules.ts';
import type { SessionRow, SessionStore } from './store.ts';

export interface LifecycleDeps extends SessionsDeps {
  readonly store: SessionStore;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly add: (row: SessionRow) => Entry;
  readonly forget: (entry: Entry) => void;
  readonly eventsPath: (node: string, id: string) => string;
  /** Output of panes that nobody knows yet is kept while something is being made. */
  readonly making: (node: string, by: 1 | -1) => void;
  readonly placeOf: (node: string) => Place;
  readonly attach: (entry: Entry, pane: TmuxPane, fresh: boolean) => void;
}

export interface Lifecycle {
  start(input: StartInput): Promise<Entry>;
  stop(entry: Entry): Promise<void>;
  /** Starts the program anew, in the same pane where there is one. `fresh`: init prompts fire. */
  again(entry: Entry, wish: LaunchWish, fresh: boolean): Promise<void>;
  fork(entry: Entry, conversation: string, name: string | undefined): Promise<Entry>;
  archive(entry: Entry): Promise<void>;
  wake(entry: Entry): Promise<void>;
  rename(entry: Entry, name: string): Promise<void>;
  /**
   * Works in another folder from now on: started there again, with its conversation where the agent takes it along. The
   * answer is the conversation that stays behind, if there is one.
   */
  move(entry: Entry, cwd: string): Promise<string | null>;
  /** A new session that starts as this one does, in another folder; its first prompts fire. */
  beside(entry: Entry, name: string, cwd: string): Promise<Entry>;
}

export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  const { clock, store, settings, bus, placeOf } = deps;

  const specOf = (key: string): AgentSpec => deps.agents.get(key);
  const nameTaken = (name: string): boolean => store.byName(name) !== undefined || name === 'deck';
  const checkName = (name: string, but?: string) => {
    const other = store.byName(name);
    if (name !== 'deck' && (!other || other.id === but)) return;
    const gone = other && (other.phase === 'lost' || other.phase === 'archived');
    const what = gone ? `an ${other.phase === 'lost' ? 'ended' : 'archived'} session` : 'another session';
    const how = gone ? 'bring it back or remove it' : 'choose another';
    throw new Fault('taken', `The name ${name} belongs to ${what}: ${how}.`, { name });
  };

  /** One change to a session at a time: a second one is told, not queued behind a process that may take seconds to end. */
  const exclusive = async <T>(entry: Entry, work: () => Promise<T>): Promise<T> => {
    const away = placeOf(entry.row.node).problem();
    // What was lost is nowhere any more: that can be changed while its machine is away.
    if (away !== null && entry.row.phase !== 'lost') throw new Fault('unreachable', away);
    if (entry.busy > 0)
      throw new Fault('conflict', `${entry.row.name} is being started or ended just now; try again in a moment.`);
    entry.occupy(1);
    try {
      return await work();
    } finally {
      entry.occupy(-1);
    }
  };

  /** Files of a project on another machine are not read for settings. */
  const history = async ({ near }: Place, cwd: string) =>
    (near ? await settings.forProject(cwd) : settings).value('tmux.historyLines');

  /**
   * Makes the tmux session of a row that has none. Until tmux has it the row is `starting` when it is new, and `lost` when
   * it was there before: after a crash the former is forgotten, the latter kept.
   */
  const create = async (entry: Entry, wish: LaunchWish, phase: 'starting' | 'lost'): Promise<void> => {
    const place = placeOf(entry.row.node);
    const launch = await launchOf(deps, place, entry.row, deps.eventsPath(place.id, entry.id), wish);
    const historyLines = await history(place, entry.row.cwd);
    entry.change({
      phase,
      conversation: launch.conversation,
      shownCommand: launch.shownCommand,
      startedAt: clock.now(),
      bracketed: false,
      exitStatus: null,
    });
    entry.status.restarted(entry.row.startedAt);
    deps.making(place.id, 1);
    try {
      const { name, cwd, cols, rows } = entry.row;
      const pane = await place.tmux.create({ name, cwd, argv: launch.argv, env: launch.env, cols, rows, historyLines });
      entry.change({ phase: 'live' });
      deps.attach(entry, pane, true);
    } finally {
      deps.making(place.id, -1);
    }
  };

  const begin = async (row: SessionRow, wish: LaunchWish, fresh: boolean): Promise<Entry> => {
    store.insert(row);
    const entry = deps.add(row);
    return exclusive(entry, async () => {
      try {
        await create(entry, wish, 'starting');
      } catch (error) {
        await deps.revokeAgentToken(row.id);
        deps.forget(entry);
        store.remove(row.id);
        if (isFault(error, 'taken'))
          throw new Fault('taken', `tmux has a session named ${row.name} already: adopt it, or choose another name.`);
        throw error;
      }
      bus.emit('session.started', { session: entry.session(), fresh });
      return entry;
    });
  };

  const end = async (entry: Entry): Promise<void> => {
    const { pane } = entry;
    if (!pane) return;
    const { host, tmux } = placeOf(entry.row.node);
    const left = pane.pid > 1 ? await endTree(host, clock, pane.pid) : [];
    try {
      await tmux.kill(pane.sessionId);
    } catch (error) {
      if (!isFault(error, 'not-found')) throw error;
    }
    entry.detach();
    if (left.length > 0)
      throw new Fault(
        'refused',
        `The system does not let processes ${left.join(', ')} of ${entry.row.name} be ended; end them as their owner.`,
        { pids: left },
      );
  };

  const forgetFiles = async ({ row }: Entry): Promise<void> => {
    const place = placeOf(row.node);
    // On a machine that is away a small file stays behind; nothing else of the session does.
    if (place.problem() !== null) return;
    await place.host.exec(['rm', '-f', '--', deps.eventsPath(row.node, row.id)], { timeoutMs: 5000 });
  };

  /** A row of its own for a session that starts as another does. */
  const alike = (row: SessionRow, name: string): SessionRow => {
    const now = clock.now();
    return {
      ...row,
      id: newSessionId(),
      name,
      phase: 'starting',
      conversation: null,
      paused: false,
      state: 'starting',
      stateSince: now,
      turned: false,
      bracketed: false,
      exitStatus: null,
      createdAt: now,
      startedAt: now,
    };
  };

  /** With its conversation where there is one, else anew with its first prompts. */
  const asBefore = async (entry: Entry): Promise<[LaunchWish, boolean]> => {
    const { conversation } = entry.row;
    const spec = specOf(entry.row.agent);
    // An id chosen at the start has no conversation behind it until the first prompt: resuming it would fail.
    const there =
      conversation === null ? null : await placeOf(entry.row.node).agents.conversation(spec.key, conversation);
    return there && spec.resume !== null ? [{ resume: there.id }, false] : [{}, true];
  };

  /** The newest conversation of its folder that was had since it started and is nobody else's. */
  const begunIn = async ({ id, row }: Entry): Promise<string | null> => {
    const spec = specOf(row.agent);
    if (spec.resume === null) return null;
    const others = new Set([...deps.entries.values()].filter((e) => e.id !== id).map((e) => e.row.conversation));
    const { conversations } = await placeOf(row.node).agents.conversations({
      agent: spec.key,
      cwd: row.cwd,
      limit: 10,
    });
    return conversations.find((each) => each.updatedAt >= row.startedAt && !others.has(each.id))?.id ?? null;
  };

  const lifecycle: Lifecycle = {
    async start(input) {
      const place = placeOf(input.node);
      const away = place.problem();
      if (away !== null) throw new Fault('unreachable', away);
      const { host } = place;
      if (store.count() >= settings.value('sessions.maxSessions'))
        throw new Fault(
          'conflict',
          `There are ${store.count()} sessions already, which is the most allowed (sessions.maxSessions); end some first.`,
        );
      const spec = specOf(input.agent);
      if (spec.kind === 'custom' && !input.command?.trim())
        throw new Fault('invalid', 'A custom session needs a command: say which program to run.');
      const command = input.command?.trim() ? input.command : null;
      await checkInstalled(host, spec, command);
      const cwd = await folderOf(host, input.cwd);
      if (input.name !== undefined) checkName(input.name);
      const now = clock.now();
      return begin(
        {
          id: newSessionId(),
          name: input.name ?? freeName(spec.key, nameTaken),
          agent: spec.key,
          node: place.id,
          cwd,
          phase: 'starting',
          flags: input.flags,
          flagsMode: input.flagsMode,
          skip: input.skipPermissions ?? null,
          command,
          env: input.env,
          init: input.init,
          tags: input.tags,
          conversation: null,
          shownCommand: '',
          paused: false,
          cols: input.cols,
          rows: input.rows,
          state: 'starting',
          stateSince: now,
          turned: false,
          bracketed: false,
          exitStatus: null,
          createdAt: now,
          startedAt: now,
        },
        input.resume === undefined ? {} : { resume: input.resume },
        !input.skipInit && input.resume === undefined,
      );
    },

    stop: (entry) =>
      exclusive(entry, async () => {
        entry.change({ phase: 'stopping' });
        await end(entry);
        await deps.revokeAgentToken(entry.id);
        await forgetFiles(entry);
        store.remove(entry.id);
        deps.forget(entry);
        bus.emit('session.removed', { id: entry.id, name: entry.row.name });
      }),

    again: (entry, wish, fresh) =>
      exclusive(entry, async () => {
        // Everything that can be wrong is found out before anything is ended.
        const { host, tmux } = placeOf(entry.row.node);
        await folderOf(host, entry.row.cwd);
        const { pane, tap } = entry;
        if (!pane || !tap) {
          const before = entry.row;
          try {
            await create(entry, wish, 'lost');
          } catch (error) {
            entry.change({ phase: before.phase, conversation: before.conversation, startedAt: before.startedAt });
            entry.status.ended({ status: null, saw: 'it could not be started again' });
            throw error;
          }
        } else {
          const launch = await launchOf(
            deps,
            placeOf(entry.row.node),
            entry.row,
            deps.eventsPath(entry.row.node, entry.id),
            wish,
          );
          if (!pane.dead && pane.pid > 1) await endTree(host, clock, pane.pid);
          tap.restarting();
          entry.change({
            conversation: launch.conversation,
            shownCommand: launch.shownCommand,
            startedAt: clock.now(),
            bracketed: false,
            exitStatus: null,
          });
          entry.status.restarted(entry.row.startedAt);
          await tmux.respawn(pane.paneId, { cwd: entry.row.cwd, argv: launch.argv, env: launch.env });
          const now = (await tmux.list()).find((other) => other.paneId === pane.paneId);
          if (now) entry.saw(now);
          tap.notice({ kind: 'restarted' });
          await tap.resync();
          // Until now the screen was the old program's: what it read as says nothing of the new one.
          entry.status.restarted(entry.row.startedAt);
          entry.status.dirty();
          entry.rebind();
        }
        bus.emit('session.started', { session: entry.session(), fresh });
      }),

    async fork(entry, conversation, name) {
      if (name !== undefined) checkName(name);
      const copy = alike(entry.row, name ?? freeName(`${entry.row.name}-fork`, nameTaken));
      return begin(copy, { fork: conversation }, false);
    },

    async beside(entry, name, cwd) {
      checkName(name);
      const folder = await folderOf(placeOf(entry.row.node).host, cwd);
      return begin({ ...alike(entry.row, name), cwd: folder }, {}, true);
    },

    async move(entry, cwd) {
      const { cwd: before, conversation: bound } = entry.row;
      const folder = await folderOf(placeOf(entry.row.node).host, cwd);
      // Some agents tell the id of a conversation late, or never: in the new folder nothing would be found by then.
      const conversation = bound ?? (await begunIn(entry));
      const travels = TRAVELS.has(specOf(entry.row.agent).key);
      entry.change({ cwd: folder, conversation });
      try {
        const [wish, fresh] = await asBefore(entry);
        await lifecycle.again(entry, travels ? wish : {}, travels ? fresh : true);
        entry.refreshBranch();
        return travels || wish.resume === undefined ? null : wish.resume;
      } catch (error) {
        entry.change({ cwd: before, conversation: bound });
        throw error;
      }
    },

    archive: (entry) =>
      exclusive(entry, async () => {
        entry.change({ phase: 'archived' });
        await end(entry);
        await deps.revokeAgentToken(entry.id);
        entry.status.ended({ status: null, saw: 'it was archived' });
        entry.publish();
      }),

    async wake(entry) {
      if (entry.pane && !entry.pane.dead)
        throw new Fault('conflict', `${entry.row.name} runs already; restart it to start it anew.`);
      await lifecycle.again(entry, ...(await asBefore(entry)));
    },

    async rename(entry, name) {
      if (name === entry.row.name) return;
      checkName(name, entry.id);
      const place = placeOf(entry.row.node);
      const away = place.problem();
      // tmux there would keep the old name, and give it back.
      if (away !== null) throw new Fault('unreachable', away);
      const before = entry.row.name;
      // The table first: `reconcile` would take tmux's old name for a renaming by hand.
      entry.occupy(1);
      try {
        entry.change({ name });
        if (entry.pane) await place.tmux.rename(entry.pane.sessionId, name);
        if (entry.pane) await place.tmux.mark(entry.pane.sessionId, { QD_SESSION_NAME: name });
      } catch (error) {
        entry.change({ name: before });
        throw error;
      } finally {
        entry.occupy(-1);
      }
    },
  };
  return lifecycle;
}
