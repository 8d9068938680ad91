/** The contract's sessions entries over the lifecycle. A principal limited to some sessions finds no others. */
import type { RestoreReport, Session } from '../../../shared/contract/sessions.ts';

import { Fault } from '../../../shared/fault.ts';
import { actor } from '../../kernel/audit.ts';
import { type Asked, maySee, type Principal } from '../../kernel/handlers.ts';
import type { Live } from '../../kernel/live.ts';
import type { Place } from '../nodes/nodes.ts';
import { resolveEntry, tapOf } from './access.ts';
import type { AgentSpec, SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { checkInstalled, folderOf } from './launch.ts';
import type { Lifecycle } from './lifecycle.ts';
import { needsYou } from './rules.ts';
import { plain, search } from './search.ts';
import type { SessionHandlers } from './sessions.ts';
import type { SessionStore } from './store.ts';
import { upload } from './upload.ts';

export interface HandlersDeps extends SessionsDeps {
  readonly store: SessionStore;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly live: Live<Session>;
  readonly lifecycle: Lifecycle;
  readonly report: () => RestoreReport;
  readonly spec: (key: string) => AgentSpec;
  readonly placeOf: (node: string) => Place;
  readonly adoption: Pick<SessionHandlers, 'sessions.foreign' | 'sessions.adopt'>;
}

/** Two Escapes sooner than this open an agent's rewind picker instead of stopping a turn twice. */
const INTERRUPT_REST_MS = 1500;

export function createHandlers(deps: HandlersDeps): SessionHandlers {
  const { clock, entries, live, lifecycle, agents } = deps;
  const at = (entry: Entry): Place => deps.placeOf(entry.row.node);

  const seen = (who: Principal): Entry[] => [...entries.values()].filter((entry) => maySee(who, entry.id));
  const find = (who: Principal, name: string): Entry => resolveEntry(seen(who), name);
  const audit = (ask: Asked, action: string, target: string, detail?: Record<string, unknown>) =>
    deps.audit?.({ ...actor(ask.who), action, target, ...(detail ? { detail } : {}) });

  const handlers: SessionHandlers = {
    ...deps.adoption,
    'sessions.start': async (input, ask) => {
      const entry = await lifecycle.start(input);
      audit(ask, 'session.start', entry.row.name, { agent: entry.row.agent, cwd: entry.row.cwd });
      return entry.session();
    },
    'sessions.list': ({ archived }, { who }) =>
      seen(who)
        .map((entry) => entry.session())
        .filter((session) => archived === undefined || archived === true || !session.archived),
    'sessions.get': ({ name }, { who }) => find(who, name).session(),
    'sessions.edit': async (input, ask) => {
      const entry = find(ask.who, input.name);
      const cwd = input.cwd === undefined ? undefined : await folderOf(at(entry).host, input.cwd);
      if (input.rename !== undefined) await lifecycle.rename(entry, input.rename);
      entry.change({
        ...(input.flags === undefined ? {} : { flags: input.flags }),
        ...(input.skipPermissions === undefined ? {} : { skip: input.skipPermissions }),
        ...(input.env === undefined ? {} : { env: input.env }),
        ...(cwd === undefined ? {} : { cwd }),
        ...(input.init === undefined ? {} : { init: input.init }),
        ...(input.tags === undefined ? {} : { tags: input.tags }),
        ...(input.paused === undefined ? {} : { paused: input.paused }),
        ...(input.conversationId === undefined ? {} : { conversation: input.conversationId }),
      });
      if (input.conversationId !== undefined && !input.apply) entry.rebind();
      audit(ask, 'session.edit', entry.row.name, { fields: Object.keys(input).filter((key) => key !== 'name') });
      if (input.apply) {
        const resume = input.conversationId ?? undefined;
        await lifecycle.again(entry, resume === undefined ? {} : { resume }, resume === undefined);
      }
      return entry.session();
    },
    'sessions.stop': async ({ name }, ask) => {
      const entry = find(ask.who, name);
      await lifecycle.stop(entry);
      audit(ask, 'session.stop', entry.row.name);
      return { stopped: true, id: entry.id, name: entry.row.name };
    },
    'sessions.restart': async ({ name, skipInit }, ask) => {
      const entry = find(ask.who, name);
      await lifecycle.again(entry, {}, !skipInit);
      audit(ask, 'session.restart', entry.row.name);
      return entry.session();
    },
    'sessions.resume': async ({ name, conversationId }, ask) => {
      const entry = find(ask.who, name);
      // The newest of the folder may be another session's: our own binding goes first.
      const resume = conversationId === 'latest' ? (entry.row.conversation ?? 'latest') : conversationId;
      await lifecycle.again(entry, { resume }, false);
      audit(ask, 'session.resume', entry.row.name, { conversation: resume });
      return entry.session();
    },
    'sessions.fork': async ({ name, as, conversationId }, ask) => {
      const entry = find(ask.who, name);
      const conversation = conversationId ?? entry.row.conversation;
      if (conversation === null)
        throw new Fault('not-ready', `The conversation of ${entry.row.name} is not known yet; name one from its list.`);
      const made = await lifecycle.fork(entry, conversation, as);
      audit(ask, 'session.fork', made.row.name, { from: entry.row.name, conversation });
      return made.session();
    },
    'sessions.archive': async ({ name }, ask) => {
      const entry = find(ask.who, name);
      await lifecycle.archive(entry);
      audit(ask, 'session.archive', entry.row.name);
      return entry.session();
    },
    'sessions.wake': async ({ name }, ask) => {
      const entry = find(ask.who, name);
      await lifecycle.wake(entry);
      audit(ask, 'session.wake', entry.row.name);
      return entry.session();
    },
    'sessions.interrupt': async ({ name }, ask) => {
      const entry = find(ask.who, name);
      const tap = tapOf(entry);
      const { interruptKeys, interruptGapMs } = deps.spec(entry.row.agent);
      const escapes = interruptKeys.includes('Escape');
      if (escapes && clock.now() - entry.interruptedAt < INTERRUPT_REST_MS)
        throw new Fault('not-ready', 'It was interrupted a moment ago; a second Escape now would do something else.');
      entry.interruptedAt = clock.now();
      await tap.input.hold(async (typist) => {
        for (const [i, key] of interruptKeys.entries()) {
          if (i > 0) await new Promise<void>((resolve) => clock.after(interruptGapMs, resolve));
          await typist.keys(key);
        }
      });
      entry.status.interrupted();
      audit(ask, 'session.interrupt', entry.row.name);
      return { sent: [...interruptKeys], state: entry.status.state };
    },
    'sessions.keys': async ({ name, keys, text }, ask) => {
      const entry = find(ask.who, name);
      const tap = tapOf(entry);
      const bytes = text === undefined ? null : Buffer.from(text);
      await tap.input.hold(async (typist) => {
        if (bytes && bytes.byteLength > 0) await typist.input(bytes);
        if (keys.length > 0) await typist.keys(...keys);
      });
      if (ask.who.via !== 'agent') entry.typedAt = clock.now();
      if (keys.some((key) => key === 'Escape' || key === 'C-c')) entry.status.interrupted();
      return { sent: keys.length + (bytes ? [...(text ?? '')].length : 0) };
    },
    'sessions.screen': async ({ name, format, lines }, { who }) => {
      const entry = find(who, name);
      const tap = tapOf(entry);
      await tap.settled();
      const view = tap.screen.view();
      const { cols, rows, cursor, alternate, title } = view;
      const about = { cols, rows, cursor: { ...cursor }, alternate, title };
      if (format !== 'ansi' && lines === undefined)
        return { ...about, text: view.lines.join('\n'), lines: [...view.lines] };
      const snapshot = await at(entry).tmux.snapshot(tap.paneId, lines ?? 0);
      const ansi = [snapshot.normal, snapshot.ansi].flatMap((part) =>
        part ? Buffer.from(part).toString('utf8').split('\n') : [],
      );
      // Last lines are lines with something in them: below a prompt the rest of the screen is blank.
      if (lines !== undefined) while (ansi.length > 1 && plain(Buffer.from(ansi.at(-1) ?? ''))[0] === '') ansi.pop();
      const shown = ansi.slice(-(lines ?? snapshot.rows));
      const text = format === 'ansi' ? shown : plain(Buffer.from(shown.join('\n')));
      return { ...about, text: text.join('\n'), lines: [...text] };
    },
    'sessions.explain': async ({ name }, { who }) => {
      const entry = find(who, name);
      if (entry.tap) {
        await entry.tap.settled();
        entry.status.reading();
      }
      const { state, needsYou, draft, asks, since } = entry.session();
      return {
        session: entry.row.name,
        agent: entry.row.agent,
        state,
        needsYou,
        draft,
        asks,
        since,
        ...entry.status.explain(),
      };
    },
    'sessions.explainRecorded': ({ captures }) =>
      Promise.all(
        captures.map(async ({ file, capture }) => {
          const recorded = await deps.readRecorded(capture);
          const reading = agents.reader(recorded.agent)(recorded.view, recorded.facts);
          const at = clock.now();
          return {
            file,
            agent: recorded.agent,
            state: reading.state,
            needsYou: needsYou(reading.state, reading.retrying),
            draft: reading.draft,
            asks: reading.asks,
            evidence: reading.evidence.map((each) => ({ ...each, at })),
          };
        }),
      ),
    'sessions.conversations': async ({ name, limit }, { who }) => {
      const entry = find(who, name);
      const { conversations } = await at(entry).agents.conversations({
        agent: entry.row.agent,
        cwd: entry.row.cwd,
        limit,
      });
      const bound = new Map(seen(who).map((each) => [each.row.conversation, each.row.name]));
      return conversations.map((each) => ({ ...each, session: bound.get(each.id) ?? null }));
    },
    'sessions.upload': async ({ name, path, content, overwrite }, ask) => {
      const entry = find(ask.who, name);
      const written = await upload(at(entry).host, entry.row.cwd, path, content, overwrite);
      audit(ask, 'session.upload', entry.row.name, { path, size: written.size });
      return written;
    },
    'sessions.search': ({ q, limit }, { who }) =>
      search((entry) => at(entry).tmux, seen(who), q, limit, deps.settings.value('tmux.historyLines')),
    'sessions.restoreReport': () => deps.report(),
    'sessions.restore': async ({ names }, ask) => {
      const all = seen(ask.who);
      const wanted = names
        ? names.map((name) => ({ name, entry: () => resolveEntry(all, name) }))
        : all.filter((e) => e.row.phase === 'lost').map((entry) => ({ name: entry.row.name, entry: () => entry }));
      const results: { name: string; ok: boolean; message: string }[] = [];
      for (const each of wanted) {
        try {
          const entry = each.entry();
          await checkInstalled(at(entry).host, deps.spec(entry.row.agent), entry.row.command);
          await lifecycle.wake(entry);
          audit(ask, 'session.restore', entry.row.name);
          results.push({ name: entry.row.name, ok: true, message: 'it runs again' });
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          results.push({ name: each.name, ok: false, message: error.message });
        }
      }
      return results;
    },
    'sessions.rows': (_params, { who }) => ({
      live,
      ...(who.sessions === null ? {} : { filter: (session: Session) => maySee(who, session.id) }),
    }),
    'sessions.terminal': async ({ name, cols, rows, scrollback }, { who }, sink) =>
      tapOf(find(who, name)).open(sink, {
        scrollback,
        ...(cols === undefined || rows === undefined ? {} : { cols, rows }),
      }),
  };
  return handlers;
}
