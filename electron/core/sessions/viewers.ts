/** The fan-out of one session: bytes coalesced once for all viewers, each with its own cap. The agent is never paused. */
import type { ViewerNotice } from '../../../shared/contract/viewers.ts';
import type { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { PipeSink } from '../../kernel/handlers.ts';

/** Milliseconds between two sendings while output flows. */
const COALESCE_MS = 8;
/** Bytes in such a stretch that still go at once: an echo of typing, however fast, never waits for company. */
const AT_ONCE = 2048;
/** Bytes that may wait at a viewer's connection; above it the viewer gets nothing until a part of it has drained. */
const VIEWER_CAP = 1024 * 1024;
const VIEWER_DRAINED = 64 * 1024;
const DRAIN_POLL_MS = 50;
/** Bytes gathered at most before they are sent on. */
const GATHER = 256 * 1024;

export interface Viewer {
  readonly id: string;
  readonly sink: PipeSink;
  /** Lines of history it wants with a whole screen. */
  readonly scrollback: number;
}

interface Seat {
  readonly viewer: Viewer;
  /** `wait`: gets a whole screen soon; `over`: its connection is full; `hidden`: asked for nothing. */
  state: 'wait' | 'live' | 'over' | 'hidden';
  reason: 'open' | 'gap' | 'resync' | 'shown';
}

export interface Viewers {
  add(viewer: Viewer): void;
  remove(id: string): void;
  show(id: string, visible: boolean): void;
  /** Bytes of the pane, for all who are live. */
  push(bytes: Uint8Array): void;
  /** Everyone needs a whole screen again: bytes were lost or the pane was resized. */
  restart(): void;
  notice(make: (viewer: Viewer) => ViewerNotice): void;
  close(fault?: Fault): void;
  readonly count: number;
}

export interface ViewersDeps {
  readonly clock: Clock;
  /**
   * Calls `serve` at a quiet point of the screen with the screen's escapes and the bytes that are not in them yet.
   * Not called when there is no screen any more.
   */
  readonly wholeScreen: (
    viewer: Viewer,
    serve: (screen: {
      readonly cols: number;
      readonly rows: number;
      readonly escapes: string;
      readonly rest: readonly Uint8Array[];
    }) => void,
  ) => void;
}

export function createViewers({ clock, wholeScreen }: ViewersDeps): Viewers {
  const seats = new Map<string, Seat>();
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  let stretchAt = 0;
  let stretchBytes = 0;
  let cancelFlush: (() => void) | null = null;
  let soon = false;
  let cancelPoll: (() => void) | null = null;

  const flush = () => {
    cancelFlush?.();
    cancelFlush = null;
    if (gathered === 0) return;
    const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, gathered);
    chunks = [];
    stretchBytes += gathered;
    gathered = 0;
    for (const seat of seats.values()) {
      if (seat.state !== 'live') continue;
      if (seat.viewer.sink.buffered() > VIEWER_CAP) {
        seat.state = 'over';
        poll();
      } else seat.viewer.sink.bytes(bytes);
    }
  };

  const serve = (seat: Seat, reason: Seat['reason']) => {
    seat.state = 'wait';
    seat.reason = reason;
    const { viewer } = seat;
    wholeScreen(viewer, ({ cols, rows, escapes, rest }) => {
      if (seats.get(viewer.id) !== seat || seat.state !== 'wait') return;
      // What is gathered for the others is in the screen or in `rest` for this one: it must leave before it joins them.
      flush();
      viewer.sink.notice({ kind: 'screen', cols, rows, reason: seat.reason } satisfies ViewerNotice);
      viewer.sink.bytes(Buffer.from(escapes));
      for (const bytes of rest) viewer.sink.bytes(bytes);
      seat.state = 'live';
    });
  };

  const poll = () => {
    cancelPoll ??= clock.every(DRAIN_POLL_MS, () => {
      let over = 0;
      for (const seat of seats.values()) {
        if (seat.state !== 'over') continue;
        if (seat.viewer.sink.buffered() <= VIEWER_DRAINED) serve(seat, 'gap');
        else over += 1;
      }
      if (over === 0) {
        cancelPoll?.();
        cancelPoll = null;
      }
    });
  };

  return {
    add(viewer) {
      const seat: Seat = { viewer, state: 'wait', reason: 'open' };
      seats.set(viewer.id, seat);
      serve(seat, 'open');
    },
    remove(id) {
      seats.delete(id);
    },
    show(id, visible) {
      const seat = seats.get(id);
      if (!seat) return;
      if (!visible) seat.state = 'hidden';
      else if (seat.state === 'hidden') serve(seat, 'shown');
    },
    push(bytes) {
      let live = false;
      for (const seat of seats.values()) if (seat.state === 'live') live = true;
      if (!live) return;
      chunks.push(bytes);
      gathered += bytes.byteLength;
      if (gathered >= GATHER) return flush();
      if (cancelFlush || soon) return;
      const now = clock.now();
      if (now - stretchAt >= COALESCE_MS) {
        stretchAt = now;
        stretchBytes = 0;
      }
      if (stretchBytes + gathered > AT_ONCE) cancelFlush = clock.after(COALESCE_MS - (now - stretchAt), flush);
      else {
        // The first piece of a read leaves before anything else is done with it; what else came with it leaves together.
        soon = true;
        flush();
        queueMicrotask(() => {
          soon = false;
          flush();
        });
      }
    },
    restart() {
      flush();
      for (const seat of seats.values()) if (seat.state === 'live') serve(seat, 'resync');
    },
    notice(make) {
      for (const { viewer } of seats.values()) viewer.sink.notice(make(viewer));
    },
    close(fault) {
      flush();
      cancelPoll?.();
      cancelPoll = null;
      for (const { viewer } of seats.values()) viewer.sink.close(fault);
      seats.clear();
    },
    get count() {
      return seats.size;
    },
  };
}
