/** WebGL drawing for one pane, while it holds a lease; the add-on's code is loaded with the first lease. */
import type { Terminal } from '@xterm/xterm';
import { drawsWithGl } from './drawing.ts';
import { createLeases, type Holder } from './lease.ts';

const leases = createLeases(12);

/** A context takes many milliseconds to make: one at a time, when the page has nothing better to do. */
let turn: Promise<unknown> = Promise.resolve();
const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 30);
  });
const inTurn = (): Promise<unknown> => {
  turn = turn.then(idle);
  return turn;
};

export interface Gl {
  /** Visible panes want to draw with WebGL; the focused one is urgent. */
  want(urgent: boolean): void;
  release(): void;
  /** It draws now; otherwise the page's elements do. */
  draws(): boolean;
}

/** Whether this machine draws with WebGL. Asking makes a context, the first time. */
let answer: Promise<boolean> | null = null;
const asked = (): Promise<boolean> => {
  answer ??= inTurn().then(drawsWithGl);
  return answer;
};

export function glFor(term: Terminal, onChange: () => void): Gl {
  let addon: { dispose(): void } | null = null;
  let held = false;
  let broken = false;
  let wanted: { readonly urgent: boolean } | null = null;

  const drop = () => {
    held = false;
    addon?.dispose();
    addon = null;
    onChange();
  };
  const holder: Holder = {
    granted() {
      held = true;
      void Promise.all([import('@xterm/addon-webgl'), inTurn()]).then(
        ([{ WebglAddon }]) => {
          if (!held || addon) return;
          try {
            const gl = new WebglAddon();
            gl.onContextLoss(() => fail());
            term.loadAddon(gl);
            addon = gl;
            onChange();
          } catch {
            // No WebGL 2 on this machine: the DOM renderer draws on.
            fail();
          }
        },
        () => fail(),
      );
    },
    revoked: drop,
  };
  /** A lost context does not come back by itself: this pane stays with the DOM, its lease helps another. */
  function fail(): void {
    broken = true;
    drop();
    leases.release(holder);
  }

  return {
    want(urgent) {
      wanted = { urgent };
      void asked().then((does) => {
        if (does && wanted && !broken) leases.want(holder, wanted.urgent);
      });
    },
    draws: () => addon !== null,
    release() {
      wanted = null;
      leases.release(holder);
      if (held) drop();
    },
  };
}
