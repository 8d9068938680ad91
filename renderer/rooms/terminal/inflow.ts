/**
 * Output on its way into terminals. Drawing a pane takes a millisecond or more where the page itself draws; two dozen that
 * draw with every frame leave none for typing. So output goes in by beats: a beat gives some panes their bytes, in turn,
 * sees how long the frame with them takes, and rests as long before the next. How many panes a beat has follows from
 * that time. The pane with the keyboard waits for nothing, and from a key to its echo the others wait. Bytes and what is to
 * happen between them keep their order.
 */
export interface Inflow {
  /** `done` runs when all before it is in the terminal. */
  write(data: Uint8Array | string, done?: () => void): void;
  /** It has the keyboard: its bytes go in at once. */
  urgent(now: boolean): void;
  /** Somebody typed here: the echo goes before all else. */
  typed(): void;
  /** Bytes that wait or are in the terminal's own queue, not parsed yet. */
  backlog(): number;
  /** Bytes that wait are not wanted any more; what is to happen between them still happens. */
  drop(): void;
  dispose(): void;
}

interface Sink {
  write(data: Uint8Array | string, done?: () => void): void;
}

export interface Clockwork {
  /** Milliseconds. */
  now(): number;
  after(ms: number, run: () => void): void;
  /** The work of the next frame: `run` is told how many milliseconds it took, when it is out. */
  frame(run: (took: number) => void): void;
}

/** Milliseconds of one frame that panes without the keyboard may take together. */
const FRAME = { goal: 8, most: 12 } as const;
const PANES = { first: 6, most: 32 } as const;
/** A frame was busy for other reasons now and then; a longer rest helps nobody. */
const REST_MOST = 60;
/** An echo that is not there after this long does not come, or comes too slowly to be helped. */
const ECHO_WITHIN = 60;
/** Somebody who types without a pause sees the other panes move at least this often. */
const STILL_MOST = 150;
/**
 * For so long after a key the next may come, and is not to find the page drawing others: few at a time, and some frames in
 * which none is. A browser that has drawn nothing in the time of a frame draws at once; else it waits for the next.
 */
const TYPING = { ms: 700, panes: 4, rest: 50 } as const;
/** The terminal parses a piece in one go: a task that others wait for. */
const PIECE = 16_384;

interface Item {
  readonly data: Uint8Array | string;
  readonly done: (() => void) | undefined;
}

export function createInflows({ now, after, frame }: Clockwork): (sink: Sink) => Inflow {
  /** In the order of their turns. */
  const waiting = new Set<() => void>();
  let panes: number = PANES.first;
  /** `still`: nobody wrote lately. `giving`: a beat, until its frame is out. `resting`: after it. `held`: an echo is due. */
  let phase: 'still' | 'giving' | 'resting' | 'held' = 'still';
  /** Turns of the beat that runs, and how many of them are left. */
  let turns = 0;
  let left = 0;
  /** Pieces of this beat that are not parsed. */
  let unparsed = 0;
  let lastBeat = 0;
  /** Until then nobody but the pane with the keyboard gets anything. */
  let heldUntil = 0;
  let typedAt = Number.NEGATIVE_INFINITY;
  const typing = () => now() - typedAt < TYPING.ms;
  /** Of the pause for an echo: one that ended early must not wake anybody. */
  let alarm = 0;
  let framing = false;

  const beat = () => {
    const wait = Math.min(heldUntil, lastBeat + STILL_MOST) - now();
    if (wait > 0) {
      phase = 'held';
      alarm += 1;
      const mine = alarm;
      after(wait, () => {
        if (phase === 'held' && alarm === mine) beat();
      });
      return;
    }
    if (waiting.size === 0) {
      phase = 'still';
      return;
    }
    phase = 'giving';
    turns = typing() ? Math.min(panes, TYPING.panes) : panes;
    left = turns;
    for (const flush of [...waiting].slice(0, turns)) {
      left -= 1;
      flush();
    }
    lastBeat = now();
    drawn();
  };
  /** When all of it is parsed, the next frame draws it. */
  const drawn = () => {
    if (unparsed > 0 || framing) return;
    framing = true;
    frame((took) => {
      framing = false;
      // What came while the frame was waited for is drawn with the next.
      if (unparsed > 0) return;
      if (took > FRAME.most) panes = Math.max(1, Math.floor((turns - left) * (FRAME.goal / took)));
      else if (took < FRAME.goal && left === 0 && turns === panes) panes = Math.min(PANES.most, panes + 1);
      phase = 'resting';
      after(Math.max(typing() ? TYPING.rest : 0, Math.min(took, REST_MOST)), beat);
    });
  };
  const release = () => {
    heldUntil = 0;
    if (phase === 'held') beat();
  };

  return (sink) => {
    let queue: Item[] = [];
    let queued = 0;
    let parsing = 0;
    /** Pieces of this pane in `unparsed`. */
    let counted = 0;
    let hurry = false;
    let over = false;
    let echoDue = false;

    const give = ({ data, done }: Item, inBeat: boolean) => {
      for (let from = 0; from === 0 || from < data.length; from += PIECE) {
        const piece = data.length <= PIECE ? data : data.slice(from, from + PIECE);
        const last = from + PIECE >= data.length;
        parsing += piece.length;
        if (inBeat) {
          counted += 1;
          unparsed += 1;
        }
        sink.write(piece, () => {
          parsing -= piece.length;
          if (last) done?.();
          if (!inBeat || over) return;
          counted -= 1;
          unparsed -= 1;
          if (unparsed === 0) drawn();
        });
      }
    };
    const empty = (): Item[] => {
      waiting.delete(flush);
      const all = queue;
      queue = [];
      queued = 0;
      return over ? [] : all;
    };
    const flush = () => {
      for (const each of empty()) give(each, true);
    };
    const rush = () => {
      for (const each of empty()) give(each, false);
    };
    return {
      write(data, done) {
        if (over) return;
        const echo = echoDue && data.length > 0;
        if (!echo) queue.push({ data, done });
        else {
          echoDue = false;
          const shown = () => {
            done?.();
            // The others go on when it is on the screen. Asked for sooner, the frame would be out before it is parsed.
            frame(() => {
              if (!echoDue) release();
            });
          };
          queue.push({ data, done: shown });
        }
        if (hurry) return rush();
        queued += data.length;
        waiting.add(flush);
        if (phase === 'still') beat();
        else if (phase === 'giving' && left > 0 && now() >= heldUntil) {
          left -= 1;
          flush();
        }
      },
      urgent(next) {
        hurry = next;
        if (next) rush();
        else echoDue = false;
      },
      typed() {
        if (!hurry) return;
        echoDue = true;
        typedAt = now();
        heldUntil = typedAt + ECHO_WITHIN;
      },
      backlog: () => queued + parsing,
      drop() {
        for (const { done } of empty()) if (done) give({ data: '', done }, false);
      },
      dispose() {
        empty();
        over = true;
        unparsed -= counted;
        if (counted > 0 && unparsed === 0) drawn();
      },
    };
  };
}

/** The page's own frames; a page in the background has none, and must not keep bytes. */
export const createInflow = createInflows({
  now: () => performance.now(),
  after: (ms, run) => {
    setTimeout(run, ms);
  },
  frame(run) {
    if (document.hidden) {
      setTimeout(() => run(0), 100);
      return;
    }
    requestAnimationFrame(() => {
      const began = performance.now();
      // Style, layout and paint follow the callbacks of a frame in the same task; a message comes after them.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => run(performance.now() - began);
      port2.postMessage(null);
    });
  },
});
