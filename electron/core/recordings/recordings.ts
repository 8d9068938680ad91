/** The door of the recordings room: what every session printed, kept in a ring on disk, to be played, searched and exported. */
import type { Recording } from '../../../shared/contract/recordings.ts';
import { Fault } from '../../../shared/fault.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, maySee, type Principal } from '../../kernel/handlers.ts';
import type { FolderFiles } from '../../platform/ports.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { listenForMarks } from './marks.ts';
import { exportCast, readPage } from './pages.ts';
import { BATCH_MS, createRecorder, type Recorder } from './recorder.ts';
import { searchRecorded } from './search.ts';
import { type About, type Book, createShelf } from './shelf.ts';

export interface RecordingsDeps {
  readonly files: FolderFiles;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: Pick<Sessions, 'get' | 'live' | 'onOutput' | 'wholeScreen' | 'newestLines'>;
  readonly settings: Pick<SettingsAccess, 'value'>;
  readonly audit?: Audit;
  readonly log: (level: 'warn', message: string, data?: Readonly<Record<string, unknown>>) => void;
}

export interface Recordings {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `recordings.${string}`>>;
  /** Resolves when everything that came is on disk. */
  close(): Promise<void>;
}

const SWEEP_MS = 3600_000;
const DAY_MS = 86_400_000;

/** To be made before sessions are found, so that nothing that they print is missed. */
export function createRecordings(deps: RecordingsDeps): Recordings {
  const { bus, clock, sessions, settings } = deps;
  const shelf = createShelf(deps.files, (error, folder) =>
    deps.log('warn', `a recording could not be read: ${String(error)}`, { folder }),
  );
  const recorders = new Map<string, Recorder>();
  const dirty = new Set<Recorder>();
  const waiting = { bytes: 0 };
  let cancelTick: (() => void) | null = null;
  let closed = false;

  const limits = () => ({
    maxBytes: settings.value('recordings.maxMegabytes') * 1024 * 1024,
    oldest: clock.now() - settings.value('recordings.keepDays') * DAY_MS,
  });
  const isOn = () => settings.value('recordings.maxMegabytes') > 0 && settings.value('recordings.keepDays') > 0;
  let on = isOn();

  const aboutOf = (id: string): About => {
    const session = sessions.get(id);
    return session
      ? { session: session.name, agent: session.agent }
      : (shelf.get(id)?.about ?? { session: id, agent: '' });
  };
  // Nothing runs while nothing is printed.
  const arm = () => {
    if (closed) return;
    cancelTick ??= clock.after(BATCH_MS, () => {
      cancelTick = null;
      for (const recorder of [...dirty]) if (!recorder.tick()) dirty.delete(recorder);
      if (dirty.size > 0) arm();
    });
  };
  const recorderOf = (id: string): Recorder => {
    const known = recorders.get(id);
    if (known) return known;
    const made = createRecorder({
      id,
      clock,
      sessions,
      shelf,
      waiting,
      limits,
      about: () => aboutOf(id),
      dirty() {
        dirty.add(made);
        arm();
      },
      failed: (error) =>
        deps.log('warn', `recording ${aboutOf(id).session} is interrupted, the disk takes nothing: ${String(error)}`, {
          id,
        }),
    });
    recorders.set(id, made);
    return made;
  };
  const letGo = async (id: string): Promise<void> => {
    const recorder = recorders.get(id);
    if (!recorder) return;
    recorders.delete(id);
    await recorder.close();
    dirty.delete(recorder);
  };

  const sweep = async (): Promise<void> => {
    await shelf.ready;
    for (const book of shelf.books()) {
      const { oldest } = limits();
      const last = book.segments.at(-1);
      const live = recorders.has(book.id);
      if (!live && (last?.to ?? 0) < oldest) await shelf.remove(book.id);
      else await shelf.trim(book, limits());
    }
  };
  const sweepNow = () => {
    sweep().catch((error: unknown) => deps.log('warn', `old recordings could not be removed: ${String(error)}`));
  };

  const ends = [
    sessions.onOutput({
      bytes(id, bytes) {
        if (on) recorderOf(id).bytes(bytes);
      },
      size(id, cols, rows) {
        if (on) recorderOf(id).size(cols, rows);
      },
      anew(id) {
        if (on) recorderOf(id).anew();
      },
    }),
    listenForMarks(bus, clock, (id, mark) => {
      if (on && sessions.get(id)) recorderOf(id).mark(mark);
    }),
    bus.on('session.removed', ({ id }) => void letGo(id)),
    bus.on('session.changed', ({ session }) => {
      shelf
        .name(session.id, { session: session.name, agent: session.agent })
        .catch((error: unknown) => deps.log('warn', `a recording could not be named: ${String(error)}`));
    }),
    bus.on('settings.changed', ({ keys }) => {
      if (!keys.some((key) => key.startsWith('recordings.'))) return;
      on = isOn();
      if (!on) for (const id of [...recorders.keys()]) void letGo(id);
      sweepNow();
    }),
    clock.every(SWEEP_MS, sweepNow),
  ];
  sweepNow();

  const rowOf = (book: Book): Recording => ({
    id: book.id,
    ...aboutOf(book.id),
    live: sessions.get(book.id) !== undefined,
    from: book.segments[0]?.start ?? 0,
    to: book.segments.at(-1)?.to ?? 0,
    bytes: book.segments.reduce((sum, segment) => sum + segment.bytes, 0),
    trimmed: book.trimmed,
  });
  /** What waits to be written of these sessions is part of what there is. */
  const flush = (who: Principal) =>
    Promise.all([...recorders].filter(([id]) => maySee(who, id)).map(([, recorder]) => recorder.flush()));
  const seen = async (who: Principal): Promise<Book[]> => {
    await shelf.ready;
    return shelf
      .books()
      .filter((book) => maySee(who, book.id) && book.segments.length > 0)
      .sort((a, b) => (b.segments.at(-1)?.to ?? 0) - (a.segments.at(-1)?.to ?? 0));
  };
  /** By session id, by the name of a session there is, else by the name of one that was, the newest. */
  const find = async (who: Principal, wanted: string): Promise<Book> => {
    const named = sessions.live.rows().find((session) => session.name === wanted && maySee(who, session.id));
    const id = named?.id ?? wanted;
    if (maySee(who, id)) await recorders.get(id)?.flush();
    const books = await seen(who);
    const book = books.find((each) => each.id === id) ?? books.find((each) => each.about.session === wanted);
    if (book) return book;
    if (named && !on)
      throw new Fault(
        'not-found',
        `${named.name} is not recorded: recordings.maxMegabytes or recordings.keepDays is 0.`,
      );
    throw new Fault('not-found', named ? `Nothing of ${named.name} is recorded yet.` : 'There is no such recording.');
  };

  return {
    handlers: {
      'recordings.list': async (_input, { who }) => {
        await flush(who);
        return (await seen(who)).map(rowOf);
      },
      'recordings.get': async ({ id }, { who }) => {
        const book = await find(who, id);
        return { ...rowOf(book), marks: await shelf.marks(book), quiet: await shelf.quiet(book) };
      },
      'recordings.read': async ({ id, at, next }, { who }) => readPage(shelf, await find(who, id), { at, next }),
      'recordings.export': async ({ id }, { who }) => ({ text: await exportCast(shelf, await find(who, id)) }),
      'recordings.search': async ({ q, id, limit }, { who, signal }) => {
        if (id === undefined) await flush(who);
        const books = id === undefined ? await seen(who) : [await find(who, id)];
        return searchRecorded(shelf, books, q, limit, {
          nameOf: (book) => aboutOf(book.id).session,
          now: clock.now,
          signal,
        });
      },
      'recordings.remove': async ({ id }, ask) => {
        const book = await find(ask.who, id);
        const { session } = aboutOf(book.id);
        const recorder = recorders.get(book.id);
        if (recorder) await recorder.discard();
        else await shelf.remove(book.id);
        deps.audit?.({ ...actor(ask.who), action: 'recording.remove', target: session, detail: { id: book.id } });
        return { removed: true, id: book.id };
      },
    },
    async close() {
      for (const end of ends) end();
      await Promise.all([...recorders.keys()].map(letGo));
      closed = true;
      cancelTick?.();
    },
  };
}
