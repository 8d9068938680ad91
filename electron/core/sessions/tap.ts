/** One tap a session: the pane's bytes onto the headless screen and out to the viewers, keystrokes and sizes back. */
import type { ViewerControl, ViewerNotice } from '../../../shared/contract/viewers.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { PipeEnd, PipeSink } from '../../kernel/handlers.ts';
import type { Screen, ScreenHint, Tmux, TmuxPane } from '../../platform/ports.ts';
import { type Authority, createAuthority } from './authority.ts';
import { createInput, type Input } from './input.ts';
import { NOBODY, type Size, type SizeEvent, type SizePolicy, sizeAfter } from './size.ts';
import { createViewerInput } from './viewer-input.ts';
import { createViewers } from './viewers.ts';

/** History of a screen that nobody looks at: enough to read a state. Viewers bring their own wish. */
const DEPTH = 100;
/** Lines that a screen keeps at most. */
export const SCROLLBACK = 5000;
const RESIZE_DEBOUNCE_MS = 100;
/** After a resize tmux and xterm may have wrapped lines differently: the screen is taken anew once things are still. */
const REFLOW_MS = 150;
/** Least time between two whole screens taken from tmux, so that a flood does not become a flood of captures. */
const RESYNC_MS = 250;
/** A screen that could not be taken is tried again, at first soon, then at most so late. */
const AGAIN_MS = { first: 500, most: 10_000 };

export interface TapEvents {
  /** A batch is on the screen. */
  parsed(): void;
  hint(hint: ScreenHint): void;
  /** Bytes of the pane came, parsed or not. */
  output(): void;
  /** Bytes that lead from the screen before to the screen after; those lost on the way are not among them. */
  bytes(bytes: Uint8Array): void;
  /** The screen was taken anew from tmux. */
  anew(): void;
  /** A person typed. */
  typed(bytes: Uint8Array): void;
  /** So many bytes that a person typed did not arrive. */
  untyped(count: number, error: unknown): void;
  sized(cols: number, rows: number, owner: string | null): void;
}

export interface TapDeps {
  readonly tmux: Pick<Tmux, 'input' | 'type' | 'held' | 'keys' | 'paste' | 'snapshot' | 'resize'>;
  readonly clock: Clock;
  readonly makeScreen: (size: Size & { readonly scrollback: number }) => Screen;
  readonly pane: Pick<TmuxPane, 'paneId' | 'windowId' | 'cols' | 'rows'>;
  /** The pane was heard from its first byte on: nothing to take from tmux. */
  readonly fresh: boolean;
  /** Whether the program had asked for bracketed paste when the core last knew. */
  readonly bracketed: boolean;
  readonly events: TapEvents;
  readonly failed: (error: unknown, doing: string) => void;
}

/** A screen at a moment, as escapes for a fresh terminal of that size, and the bytes that came until then and are not in it. */
export interface WholeScreen {
  readonly cols: number;
  readonly rows: number;
  readonly escapes: string;
  readonly rest: readonly Uint8Array[];
}

export interface Tap {
  readonly paneId: string;
  readonly windowId: string;
  readonly input: Input;
  readonly screen: Screen;
  readonly viewers: number;
  readonly owner: string | null;
  readonly size: Size;
  /** True until the first screen is there. */
  readonly cold: boolean;
  /** Bytes typed that wait for the machine to come back. */
  readonly unsent: number;
  /** The screen holds all history of the pane, up to its limit. */
  readonly whole: boolean;
  output(bytes: Uint8Array): void;
  /** tmux dropped bytes, or the program was started anew in the pane: the whole screen is taken from tmux. */
  resync(): Promise<void>;
  /** tmux is not connected: what comes before the next `resync` does not lead on from what is shown. */
  away(): void;
  /** To be called before the program is started anew in the pane; then `resync`. */
  restarting(): void;
  resized(cols: number, rows: number): void;
  /** Everything that came is on the screen. */
  settled(): Promise<void>;
  /** Called at the next quiet point of the screen, without history; not called when the tap is closed before. */
  wholeScreen(serve: (screen: WholeScreen) => void): void;
  open(sink: PipeSink, wish: { readonly cols?: number; readonly rows?: number; readonly scrollback: number }): PipeEnd;
  notice(notice: ViewerNotice): void;
  close(fault?: Fault): void;
}

let nextViewer = 0;

export function createTap(deps: TapDeps): Tap {
  const { tmux, clock, events, failed } = deps;
  const { paneId, windowId } = deps.pane;
  let size: Size = { cols: deps.pane.cols, rows: deps.pane.rows };
  let depth = deps.fresh ? SCROLLBACK : 0;
  /** Bytes are missing on the screen: what comes is not put on it until a snapshot was taken. */
  let lost = !deps.fresh;
  let cold = lost;
  let taking: Promise<void> | null = null;
  let takenAt = Number.NEGATIVE_INFINITY;
  let againIn = AGAIN_MS.first;
  let cancelAgain: (() => void) | null = null;
  let closed = false;
  let policy: SizePolicy = NOBODY;
  let want: Size | null = null;
  /** It could not be given to tmux. */
  let ungiven = false;
  let cancelResize: (() => void) | null = null;
  let cancelReflow: (() => void) | null = null;
  let bracketed = deps.bracketed;

  const screen = deps.makeScreen({ ...size, scrollback: SCROLLBACK });
  screen.onHint(events.hint);
  const authority: Authority = createAuthority(
    screen,
    () => {
      if (!lost) bracketed = screen.bracketedPaste;
      events.parsed();
    },
    clock,
  );
  const input = createInput(
    tmux,
    () => paneId,
    (error, count) => events.untyped(count, error),
  );
  const viewers = createViewers({
    clock,
    wholeScreen: (viewer, serve) => whole(viewer.scrollback, serve),
  });
  const whole = (scrollback: number, serve: (screen: WholeScreen) => void) => {
    void ready(scrollback).then(() =>
      authority.quiet((rest) => {
        if (closed) return;
        const view = screen.view();
        serve({ cols: view.cols, rows: view.rows, escapes: screen.serialize(scrollback), rest });
      }),
    );
  };

  /** The screen is whole and has at least `lines` of history, or all there is. */
  const ready = (lines: number): Promise<void> => {
    if (!lost && depth >= Math.min(lines, SCROLLBACK)) return Promise.resolve();
    return take(lines, false);
  };

  /** One at a time; a second wish joins the one under way when that brings enough. */
  const take = async (lines: number, all: boolean): Promise<void> => {
    while (taking) await taking;
    if (closed || (!all && !lost && depth >= Math.min(lines, SCROLLBACK))) return;
    const wanted = Math.min(SCROLLBACK, Math.max(DEPTH, depth === SCROLLBACK && !cold ? 1000 : depth, lines));
    const rest = takenAt + RESYNC_MS - clock.now();
    taking = (async () => {
      if (rest > 0 && lost && !cold) await new Promise<void>((resolve) => clock.after(rest, resolve));
      const disturbed = lost;
      const snapshot = await tmux.snapshot(paneId, wanted);
      takenAt = clock.now();
      if (closed) return;
      // The snapshot holds every byte that came before it: what waited for the screen is in it already.
      authority.replace(snapshot, bracketed);
      depth = wanted;
      lost = false;
      cold = false;
      againIn = AGAIN_MS.first;
      if (snapshot.cols !== size.cols || snapshot.rows !== size.rows) resizedTo(snapshot.cols, snapshot.rows);
      if (disturbed || all) {
        viewers.restart();
        events.anew();
      }
      if (ungiven) give();
    })()
      .catch((error: unknown) => {
        // A pane that is gone is told of by `changed`.
        if (isFault(error, 'not-found')) return;
        failed(error, 'taking a screen');
        // Until one is taken nothing that comes is shown: it must not hang on a single answer of a machine that is slow.
        if (closed || !lost || cancelAgain) return;
        cancelAgain = clock.after(againIn, () => {
          cancelAgain = null;
          if (!closed && lost) void take(DEPTH, true);
        });
        againIn = Math.min(againIn * 2, AGAIN_MS.most);
      })
      .finally(() => {
        taking = null;
      });
    await taking;
  };

  const resizedTo = (cols: number, rows: number) => {
    size = { cols, rows };
    tellSize();
  };
  const tellSize = () => {
    viewers.notice((viewer) => ({ kind: 'size', ...size, owner: policy.owner, mine: policy.owner === viewer.id }));
    events.sized(size.cols, size.rows, policy.owner);
  };
  const give = () => {
    const wish = want;
    if (closed || !wish || (wish.cols === size.cols && wish.rows === size.rows)) return;
    ungiven = false;
    tmux.resize(windowId, wish.cols, wish.rows).catch((error: unknown) => {
      // While a machine is away its windows keep their size, but whoever looks at them does not.
      if (want === wish) ungiven = true;
      failed(error, 'resizing');
    });
  };
  const decide = (event: SizeEvent) => {
    const before = policy.owner;
    const after = sizeAfter(policy, event);
    policy = after.policy;
    if (after.want) {
      want = after.want;
      cancelResize?.();
      cancelResize = clock.after(RESIZE_DEBOUNCE_MS, () => {
        cancelResize = null;
        give();
      });
    }
    if (before !== policy.owner) tellSize();
  };

  return {
    paneId,
    windowId,
    input,
    screen,
    get viewers() {
      return viewers.count;
    },
    get owner() {
      return policy.owner;
    },
    get size() {
      return size;
    },
    get cold() {
      return cold;
    },
    get unsent() {
      return tmux.held(paneId);
    },
    get whole() {
      return !lost && depth === SCROLLBACK;
    },
    output(bytes) {
      if (closed) return;
      if (lost) {
        events.output();
        // These bytes reach the screen through the snapshot, which does not know of bracketed paste.
        bracketed = bracketedAfter(bytes, bracketed);
        return;
      }
      // Whoever types waits for this; all else is work for later.
      viewers.push(bytes);
      events.output();
      if (!authority.write(bytes)) {
        lost = true;
        void take(DEPTH, true);
        return;
      }
      events.bytes(bytes);
    },
    async resync() {
      lost = true;
      againIn = AGAIN_MS.first;
      await take(DEPTH, true);
    },
    away() {
      lost = true;
    },
    restarting() {
      lost = true;
      bracketed = false;
    },
    resized(cols, rows) {
      if (cols === size.cols && rows === size.rows) return;
      authority.resize(cols, rows);
      resizedTo(cols, rows);
      cancelReflow?.();
      cancelReflow = clock.after(REFLOW_MS, () => {
        cancelReflow = null;
        // Not lost: bytes go on meanwhile; the fresh screen only corrects line breaks.
        if (!closed && !lost) void take(0, true);
      });
    },
    settled: async () => {
      if (taking) await taking;
      if (lost && !closed) await take(DEPTH, false);
      await authority.settled();
    },
    wholeScreen: (serve) => whole(0, serve),
    open(sink, wish) {
      nextViewer += 1;
      const id = `v${nextViewer}`;
      const filter = createViewerInput();
      if (wish.cols !== undefined && wish.rows !== undefined)
        decide({ kind: 'room', viewer: id, size: { cols: wish.cols, rows: wish.rows } });
      sink.notice({ kind: 'size', ...size, owner: policy.owner, mine: false } satisfies ViewerNotice);
      viewers.add({ id, sink, scrollback: Math.min(wish.scrollback, SCROLLBACK) });
      return {
        bytes(chunk) {
          if (closed) return;
          const bytes = filter.take(chunk);
          if (bytes.byteLength === 0) return;
          if (!input.type(bytes))
            return events.untyped(
              bytes.byteLength,
              new Fault('too-large', 'Too much was typed while a prompt was being delivered.'),
            );
          events.typed(bytes);
          if (policy.owner !== id) decide({ kind: 'drive', viewer: id });
        },
        control(message) {
          const control = message as ViewerControl;
          if (control.kind === 'resize')
            decide({ kind: 'room', viewer: id, size: { cols: control.cols, rows: control.rows } });
          else if (control.kind === 'take-size') decide({ kind: 'drive', viewer: id });
          else viewers.show(id, control.visible);
        },
        close() {
          viewers.remove(id);
          if (!closed) decide({ kind: 'leave', viewer: id });
        },
      };
    },
    notice: (notice) => viewers.notice(() => notice),
    close(fault) {
      if (closed) return;
      closed = true;
      cancelResize?.();
      cancelReflow?.();
      cancelAgain?.();
      viewers.close(fault);
      authority.dispose();
    },
  };
}

/** What the last switch of bracketed paste among these bytes says. */
function bracketedAfter(bytes: Uint8Array, before: boolean): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const on = text.lastIndexOf('\x1b[?2004h');
  const off = text.lastIndexOf('\x1b[?2004l');
  return on === off ? before : on > off;
}
