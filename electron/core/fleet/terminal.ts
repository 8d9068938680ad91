/** A terminal of another hub: bytes through, both ways, and nothing gathered here for a viewer who is slow. */
import type { PipeParsed } from '../../../shared/contract/contract.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Pipe } from '../../../shared/wire/client.ts';
import type { ActsFor } from '../../../shared/wire/frames.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Asked, PipeEnd, PipeSink } from '../../kernel/handlers.ts';
import type { Link } from './link.ts';

/** As at the node itself: above this a viewer gets nothing until it has drained, then a whole screen. */
const CAP = 1024 * 1024;
const DRAINED = 64 * 1024;
const POLL_MS = 50;
const OPEN_MS = 20_000;

interface Control {
  readonly kind: string;
  readonly visible?: boolean;
}

export function openTerminal(
  { link, title, by }: { readonly link: Link; readonly title: string; readonly by: ActsFor },
  params: PipeParsed<'sessions.terminal'>,
  { signal }: Asked,
  sink: PipeSink,
  clock: Clock,
): Promise<PipeEnd> {
  return new Promise((resolve, reject) => {
    let opened = false;
    let over = false;
    /** What the viewer asked for last, said again when the line was cut and is back. */
    let size: unknown = null;
    let visible = true;
    /** The viewer was cut off from the stream: bytes are of no use until a whole screen comes. */
    let skipping = false;
    let stopPolling: (() => void) | null = null;

    const done = () => {
      over = true;
      stopPolling?.();
      stopPolling = null;
      cancelOpen();
      signal.removeEventListener('abort', leave);
    };
    const leave = () => {
      if (over) return;
      done();
      pipe.close();
      if (!opened) reject(signal.reason);
    };
    const show = (on: boolean) => pipe.control({ kind: 'visible', visible: on });
    const full = () => {
      skipping = true;
      show(false);
      stopPolling ??= clock.every(POLL_MS, () => {
        if (sink.buffered() > DRAINED) return;
        stopPolling?.();
        stopPolling = null;
        if (visible) show(true);
      });
    };

    const end: PipeEnd = {
      bytes(chunk) {
        if (!pipe.bytes(chunk) && !over)
          throw new Fault('unreachable', `${title} does not answer: what you typed was not sent`);
      },
      control(message) {
        const control = message as Control;
        if (control.kind === 'visible') visible = control.visible === true;
        else if (control.kind === 'resize') size = message;
        // While it catches up it is hidden, whatever it asks for.
        if (control.kind !== 'visible' || stopPolling === null) pipe.control(message);
      },
      close() {
        done();
        pipe.close();
      },
    };
    const pipe: Pipe = link.client.pipe(
      'sessions.terminal',
      params,
      {
        bytes(chunk) {
          if (over || skipping) return;
          if (sink.buffered() > CAP) full();
          else sink.bytes(chunk);
        },
        notice(message) {
          if (over) return;
          const notice = message as { readonly kind?: unknown; readonly reason?: unknown };
          if (notice.kind === 'screen' && stopPolling === null && skipping) {
            skipping = false;
            return sink.notice({ ...notice, reason: 'gap' });
          }
          sink.notice(message);
        },
        opened() {
          if (over) return;
          if (opened) {
            if (size !== null) pipe.control(size);
            if (!visible || stopPolling !== null) show(false);
            return;
          }
          opened = true;
          cancelOpen();
          resolve(end);
        },
        refused() {
          // Typing was admitted here, and our key may type there: the session may not take it just now, and says so itself.
        },
        ended(fault) {
          if (over) return;
          done();
          if (opened) sink.close(fault);
          else reject(fault ?? new Fault('gone', 'the terminal ended'));
        },
      },
      by,
    );
    const cancelOpen = clock.after(OPEN_MS, () => {
      if (opened || over) return;
      done();
      pipe.close();
      reject(new Fault('timeout', `${title} did not open the terminal within ${OPEN_MS / 1000} s`));
    });
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
  });
}
