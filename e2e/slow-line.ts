/** A slow, breakable line between a browser and a hub: a TCP proxy, because emulated network conditions spare WebSockets. */
import { createServer, connect as dial, type Socket } from 'node:net';

export interface SlowLine {
  readonly url: string;
  /** Half of it each way. */
  setRoundTrip(ms: number): void;
  /** Connections that stand go silent, new ones are refused: like a tunnel. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** The hub must know the name `127.0.0.1` at any port: `QD_HUB_HOSTS`. */
export async function slowLine(port: number): Promise<SlowLine> {
  let delay = 0;
  let whole = true;
  const open = new Set<Socket>();

  /** In order, each piece `delay` after it came; a piece in the air when the line is cut is lost. */
  const carry = (from: Socket, to: Socket) => {
    // One timer for the head: timers of different lengths overtake each other by a millisecond.
    const air: { at: number; chunk: Buffer }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const land = () => {
      timer = undefined;
      for (;;) {
        const head = air[0];
        if (!head) return;
        const wait = head.at - performance.now();
        if (wait > 0) {
          timer = setTimeout(land, wait);
          return;
        }
        air.shift();
        if (whole && !to.destroyed) to.write(head.chunk);
      }
    };
    from.on('data', (chunk: Buffer) => {
      air.push({ at: Math.max(air.at(-1)?.at ?? 0, performance.now() + delay), chunk });
      if (!timer) land();
    });
    const end = () => setTimeout(() => to.destroy(), delay);
    from.on('close', end);
    from.on('error', end);
  };
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = dial(port, '127.0.0.1');
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const each of [near, far]) {
      open.add(each);
      each.on('close', () => open.delete(each));
    }
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    setRoundTrip(ms) {
      delay = ms / 2;
    },
    cut() {
      whole = false;
    },
    mend() {
      whole = true;
      // What stood before the break lost bytes: it is of no use any more.
      for (const each of open) each.destroy();
    },
    async close() {
      for (const each of open) each.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
