/**
 * Output on its way into terminals. Drawing a pane costs a millisecond or two without WebGL; two dozen that draw with every
 * frame leave none for typing. So only a few of them are given their bytes in one frame, in turn; the one with the
 * keyboard never waits. Bytes and what is to happen between them keep their order.
 */
export interface Inflow {
  /** `done` runs when all before it is in the terminal. */
  write(data: Uint8Array | string, done?: () => void): void;
  /** It has the keyboard: its bytes go in at once. */
  urgent(now: boolean): void;
  dispose(): void;
}

interface Sink {
  write(data: Uint8Array | string, done?: () => void): void;
}

/** Panes that get their bytes in one frame. */
const EACH_FRAME = 4;
/** Bytes of one pane that wait at most: a flood is for the terminal's own queue, which tells the hub when it is full. */
const MOST_BYTES = 262_144;

export function createInflows(nextFrame: (run: () => void) => void, eachFrame = EACH_FRAME): (sink: Sink) => Inflow {
  /** In the order of their turns. */
  const waiting = new Set<() => void>();
  let left = eachFrame;
  let asked = false;

  const frame = () => {
    asked = false;
    left = eachFrame;
    for (const flush of waiting) {
      if (left === 0) break;
      waiting.delete(flush);
      left -= 1;
      flush();
    }
    // Also when nobody waits: the next frame gives new turns.
    if (left < eachFrame) ask();
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    nextFrame(frame);
  };

  return (sink) => {
    let queue: { readonly data: Uint8Array | string; readonly done: (() => void) | undefined }[] = [];
    let bytes = 0;
    let hurry = false;
    let over = false;
    const flush = () => {
      waiting.delete(flush);
      const all = queue;
      queue = [];
      bytes = 0;
      if (!over) for (const { data, done } of all) sink.write(data, done);
    };
    return {
      write(data, done) {
        if (hurry || (queue.length === 0 && left > 0)) {
          if (!hurry) {
            left -= 1;
            ask();
          }
          flush();
          sink.write(data, done);
          return;
        }
        queue.push({ data, done });
        bytes += data.length;
        if (bytes > MOST_BYTES) flush();
        else {
          waiting.add(flush);
          ask();
        }
      },
      urgent(now) {
        hurry = now;
        if (now) flush();
      },
      dispose() {
        over = true;
        flush();
      },
    };
  };
}

/** Frames of the page; a page in the background has none, and must not keep bytes. */
export const createInflow = createInflows((run) => {
  if (document.hidden) setTimeout(run, 100);
  else requestAnimationFrame(run);
});
