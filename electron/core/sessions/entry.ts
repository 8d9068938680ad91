/** One session in memory: its table row, its tap, its status and signs, and the row that clients see. */
import type { Session } from '../../../shared/contract/sessions.ts';
import type { Live } from '../../kernel/live.ts';
import type { TmuxPane } from '../../platform/ports.ts';
import type { Place } from '../nodes/nodes.ts';
import { branchOf } from './branch.ts';
import { newsKind } from './claims.ts';
import type { SessionsDeps, TailState } from './deps.ts';
import type { LostKeys } from './lost-keys.ts';
import type { OutputListener } from './output.ts';
import { steadyTitle } from './rules.ts';
import { createSigns, type Signs } from './signs.ts';
import { createStatus, type Status } from './status.ts';
import type { SessionRow, SessionStore } from './store.ts';
import { createTap, type Tap } from './tap.ts';

/** Output alone changes the row at most this often. */
const OUTPUT_NEWS_MS = 15_000;
/** tmux may learn of a program's end before its status; after this time viewers are told without it. */
const STATUS_WITHIN_MS = 2000;

export interface Entry {
  readonly id: string;
  row: SessionRow;
  pane: TmuxPane | null;
  tap: Tap | null;
  readonly status: Status;
  /** Something is being done to it: `reconcile` keeps away. Changed through `occupy` only. */
  readonly busy: number;
  /** Rises with everything that is done to it: what was seen of it before is of the past. */
  readonly version: number;
  occupy(by: 1 | -1): void;
  typedAt: number | null;
  outputAt: number | null;
  /** Last sign of work other than bytes: an event, a transcript line, CPU time. */
  signAt: number;
  stalled: boolean;
  /** When an interrupt was sent last. */
  interruptedAt: number;
  session(): Session;
  /** Changes the table row and tells. */
  change(change: Partial<Omit<SessionRow, 'id'>>): void;
  /** Tells when the row that clients see differs from the one before. */
  publish(): void;
  noteQueue(queue: { readonly queued: number; readonly held: string | null }): void;
  /** `fresh`: every byte of the pane was heard since its start. */
  attach(pane: TmuxPane, fresh: boolean): void;
  /** The pane is the same, what tmux says of it may be new. */
  saw(pane: TmuxPane): void;
  detach(): void;
  /** Another conversation, or another program, from now on. */
  rebind(): void;
  refreshBranch(): void;
  close(): void;
}

export interface EntryDeps extends SessionsDeps {
  /** The machine that it runs on. */
  readonly place: Place;
  readonly store: SessionStore;
  readonly live: Live<Session>;
  readonly lostKeys: LostKeys;
  readonly eventsPath: (id: string) => string;
  readonly hasEvents: (id: string) => Promise<boolean>;
  readonly heard: OutputListener;
  /** Conversations bound to other sessions. */
  readonly taken: (id: string) => ReadonlySet<string>;
}

export function createEntry(first: SessionRow, deps: EntryDeps): Entry {
  const { bus, clock, store, live, lostKeys, agents, place } = deps;
  const id = first.id;
  const log = (error: unknown, doing: string) =>
    deps.log('debug', `${doing} failed: ${String(error)}`, { session: id });
  const spec = () => {
    try {
      return agents.get(first.agent);
    } catch {
      // The user took the agent out of the settings; its sessions go on as programs that nobody knows.
      return agents.get('custom');
    }
  };
  let queue: { readonly queued: number; readonly held: string | null } = { queued: 0, held: null };
  let tokens: TailState['tokens'] | null = null;
  let contextLeft: number | null = null;
  let branch: string | null = null;
  let branchBusy = false;
  let busy = 0;
  let version = 0;
  let outputToldAt = 0;
  let printed = '';
  let told: Pick<Session, 'contextLeft' | 'title'> = { contextLeft: null, title: '' };
  let closed = false;

  const status = createStatus(
    { startedAt: first.startedAt, state: first.state, since: first.stateSince, turned: first.turned },
    {
      clock,
      spec,
      read: (view, facts) => agents.reader(entry.row.agent)(view, facts),
      view: () => (entry.tap && !entry.tap.cold ? entry.tap.screen.view() : null),
      looked(reading) {
        if (reading.contextLeft !== null) contextLeft = reading.contextLeft;
        bus.emit('session.screen', { id });
        // With every frame of a spinner: most of them bring nothing that clients see, and a whole row is dear to compare.
        if (contextLeft !== told.contextLeft || title() !== told.title || outputDue()) entry.publish();
      },
      changed(fused, before) {
        if (closed) return;
        if (fused.state !== 'working') entry.stalled = false;
        const { state, since, turned } = status;
        if (state !== entry.row.state || turned !== entry.row.turned)
          entry.row = store.update(id, { state, stateSince: since, turned }) ?? entry.row;
        printed = '';
        const session = entry.publish0();
        if (session) bus.emit('session.state', { session, before });
        entry.refreshBranch();
      },
    },
  );

  /** Process id of a program that ended and whose status did not come in time. */
  let endedWithout: number | null = null;
  /** Viewers were told of the end of this program. */
  let exitTold = false;
  const tellExit = () => {
    const { pane, tap } = entry;
    if (exitTold || !pane?.dead || !tap) return;
    exitTold = true;
    tap.notice({ kind: 'exit', status: pane.deadStatus });
  };

  let signs: Signs | null = null;
  const openSigns = () => {
    signs?.close();
    const { channels, key } = spec();
    signs = createSigns({
      clock,
      agents: place.agents,
      eventsPath: deps.eventsPath(id),
      hasEvents: () => deps.hasEvents(id),
      has: { hooks: channels.includes('hooks'), transcript: channels.includes('transcript') },
      target: () => ({
        agent: key,
        ...(entry.row.conversation === null
          ? { cwd: entry.row.cwd, startedAfter: entry.row.startedAt, taken: () => deps.taken(id) }
          : { conversationId: entry.row.conversation }),
      }),
      event(event) {
        if (event.at < entry.row.startedAt) return;
        entry.signAt = Math.max(entry.signAt, event.at);
        if (event.conversationId !== null && event.subagent === null) bind(event.conversationId);
        status.event(event);
        // Only the first line of a prompt is in the event: of a longer one the text is better left out than wrong.
        const text = event.message === null || event.message.endsWith('…') ? null : event.message;
        bus.emit('session.event', { id, kind: newsKind(event), text, at: event.at });
      },
      transcript(tail) {
        tokens = tail.tokens;
        if (tail.context?.leftPercent != null) contextLeft = tail.context.leftPercent;
        if (tail.phaseAt !== null) entry.signAt = Math.max(entry.signAt, tail.phaseAt);
        if (tail.conversationId !== null) bind(tail.conversationId);
        status.transcript(tail);
        entry.publish();
      },
      failed: log,
    });
  };
  const bind = (conversation: string) => {
    if (entry.row.conversation === conversation) return;
    const before = entry.row.conversation;
    entry.change({ conversation });
    // An agent that went on to another conversation by itself (`/clear`) has another transcript now.
    if (before !== null) signs?.rebind();
  };

  const title = () =>
    steadyTitle(entry.tap && !entry.tap.cold ? entry.tap.screen.view().title : (entry.pane?.title ?? ''));
  const outputDue = () => clock.now() - outputToldAt > OUTPUT_NEWS_MS && (entry.outputAt ?? 0) > outputToldAt;

  const entry: Entry & { publish0(): Session | null } = {
    id,
    row: first,
    pane: null,
    tap: null,
    status,
    get busy() {
      return busy;
    },
    get version() {
      return version;
    },
    occupy(by) {
      busy += by;
      version += 1;
    },
    typedAt: null,
    outputAt: null,
    signAt: first.startedAt,
    stalled: false,
    interruptedAt: Number.NEGATIVE_INFINITY,
    session() {
      const { row, tap, pane } = entry;
      const { fused } = status;
      const exited = status.state === 'exited';
      const lost = lostKeys.of(id);
      return {
        id,
        name: row.name,
        agent: row.agent,
        node: row.node,
        cwd: row.cwd,
        command: row.shownCommand,
        flags: row.flags,
        skipPermissions: row.skip ?? deps.settings.value('agents.skipPermissions')[row.agent] ?? false,
        tags: [...row.tags],
        state: status.state,
        needsYou: fused.needsYou && !exited,
        draft: fused.draft,
        asks: fused.asks,
        retrying: fused.retrying,
        since: status.since,
        evidence: [...fused.evidence],
        stalled: entry.stalled,
        title: title(),
        conversationId: row.conversation,
        branch,
        exit: exited ? { status: row.exitStatus } : null,
        resets: status.last?.resets ?? null,
        contextLeft,
        tokens: tokens && { input: tokens.input, output: tokens.output },
        cols: tap?.size.cols ?? row.cols,
        rows: tap?.size.rows ?? row.rows,
        sizeOwner: tap?.owner ?? null,
        queued: queue.queued,
        held: queue.held,
        paused: row.paused,
        archived: row.phase === 'archived',
        createdAt: row.createdAt,
        startedAt: row.startedAt,
        outputAt: entry.outputAt,
        ...(tap && tap.unsent > 0 ? { unsent: tap.unsent } : {}),
        ...(lost ? { lostKeys: lost } : {}),
        attach: pane ? [...place.tmux.attachCommand(row.name)] : [],
      };
    },
    change(change) {
      entry.row = store.update(id, change) ?? entry.row;
      entry.publish();
    },
    publish0() {
      if (closed) return null;
      lostKeys.wait(id, entry.tap?.unsent ?? 0);
      const session = entry.session();
      // Evidence and the time of the last output change with every frame: they travel with other news only.
      const print = JSON.stringify({ ...session, evidence: 0, outputAt: 0 });
      if (print === printed) return null;
      printed = print;
      told = session;
      outputToldAt = clock.now();
      live.put(session);
      return session;
    },
    publish() {
      if (outputDue()) printed = '';
      const session = entry.publish0();
      if (session) bus.emit('session.changed', { session });
    },
    noteQueue(next) {
      if (next.queued === queue.queued && next.held === queue.held) return;
      queue = next;
      entry.publish();
    },
    attach(pane, fresh) {
      entry.detach();
      exitTold = false;
      entry.pane = pane;
      entry.tap = createTap({
        tmux: place.tmux,
        clock,
        pane,
        fresh,
        makeScreen: deps.makeScreen,
        bracketed: entry.row.bracketed,
        events: {
          parsed() {
            const bracketed = entry.tap?.screen.bracketedPaste;
            if (bracketed !== undefined && bracketed !== entry.row.bracketed && entry.tap?.cold === false)
              entry.row = store.update(id, { bracketed }) ?? entry.row;
            status.dirty();
          },
          hint: (hint) => status.hint(hint),
          output() {
            entry.outputAt = clock.now();
            signs?.life();
          },
          bytes: (bytes) => deps.heard.bytes(id, bytes),
          anew: () => deps.heard.anew(id),
          typed(bytes) {
            entry.typedAt = clock.now();
            // A lone Escape or C-c may end a turn, of which some agents tell nothing.
            if (bytes.byteLength === 1 && (bytes[0] === 0x1b || bytes[0] === 0x03)) status.interrupted();
            bus.emit('session.typed', { id, at: entry.typedAt });
            if (status.state !== 'unreachable') {
              if (!lostKeys.of(id)) return;
              // Who types on has seen it, or sees now that it is missing.
              lostKeys.seen(id);
            }
            entry.publish();
          },
          untyped(count, error) {
            log(error, 'typing');
            lostKeys.lose(id, count, error);
            entry.publish();
          },
          sized(cols, rows) {
            deps.heard.size(id, cols, rows);
            if (cols !== entry.row.cols || rows !== entry.row.rows)
              entry.row = store.update(id, { cols, rows }) ?? entry.row;
            entry.publish();
          },
        },
        failed: log,
      });
      // Another terminal: what was heard of the one before says nothing of it. A cold one tells when it is filled.
      if (fresh) deps.heard.anew(id);
      openSigns();
      if (!fresh)
        void entry.tap.settled().then(
          () => status.dirty(),
          () => undefined,
        );
      signs?.life();
      entry.saw(pane);
      entry.refreshBranch();
    },
    saw(pane) {
      entry.pane = pane;
      // tmux tells of the end of a terminal before it has waited for the program: the end is told with its status.
      if (pane.dead && pane.deadStatus === null && pane.pid !== endedWithout) {
        clock.after(STATUS_WITHIN_MS, () => {
          const now = entry.pane;
          if (!now?.dead || now.pid !== pane.pid) return;
          endedWithout = now.pid;
          entry.saw(now);
        });
        return;
      }
      if (pane.dead) {
        if (entry.row.exitStatus !== pane.deadStatus)
          entry.row = store.update(id, { exitStatus: pane.deadStatus }) ?? entry.row;
        const how = pane.deadStatus === null ? '' : ` with status ${pane.deadStatus}`;
        status.ended({ status: pane.deadStatus, saw: `the program ended${how}` });
        tellExit();
      } else {
        exitTold = false;
        status.ended(null);
      }
      entry.publish();
    },
    detach() {
      signs?.close();
      signs = null;
      entry.tap?.close();
      entry.tap = null;
      entry.pane = null;
    },
    rebind() {
      openSigns();
      tokens = null;
      contextLeft = null;
      signs?.life();
    },
    refreshBranch() {
      if (branchBusy || closed) return;
      branchBusy = true;
      branchOf(place.host, entry.row.cwd)
        .then((found) => {
          branch = found;
          entry.publish();
        })
        .catch((error: unknown) => log(error, 'reading the git branch'))
        .finally(() => {
          branchBusy = false;
        });
    },
    close() {
      closed = true;
      entry.detach();
      status.close();
    },
  };
  return entry;
}
