import { expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import type { PipeEvents } from '../../../shared/wire/client.ts';
import { createTestClock } from '../../kernel/clock.ts';
import type { Asked, PipeSink } from '../../kernel/handlers.ts';
import type { Link } from './link.ts';
import { openTerminal } from './terminal.ts';

/** A node's terminal as this hub is connected to it, and a viewer here, both in our hands. */
function both() {
  const clock = createTestClock();
  const sent: unknown[] = [];
  const typed: string[] = [];
  const seen: unknown[] = [];
  let there: PipeEvents | null = null;
  let waiting = 0;
  let connected = true;
  let closed = false;
  const link = {
    client: {
      pipe(_name: string, _params: unknown, on: PipeEvents) {
        there = on;
        return {
          bytes(chunk: Uint8Array) {
            if (connected) typed.push(Buffer.from(chunk).toString());
            return connected;
          },
          control: (message: unknown) => sent.push(message),
          close() {
            closed = true;
          },
        };
      },
    },
  } as unknown as Link;
  const sink: PipeSink = {
    bytes: (chunk) => seen.push(Buffer.from(chunk).toString()),
    notice: (message) => seen.push(message),
    buffered: () => waiting,
    close: (fault) => seen.push(fault?.code ?? 'closed'),
  };
  const stop = new AbortController();
  const params = { name: 's_1', cols: 80, rows: 24, scrollback: 100 };
  const opening = openTerminal(
    { link, title: 'box', by: { name: 'anna', id: null, hub: 'desk' } },
    params,
    { signal: stop.signal } as unknown as Asked,
    sink,
    clock,
  );
  const node = (): PipeEvents => {
    if (!there) throw new Error('no pipe was opened');
    return there;
  };
  return {
    clock,
    sent,
    typed,
    seen,
    opening,
    stop,
    node,
    wait: (bytes: number) => {
      waiting = bytes;
    },
    cut: (is: boolean) => {
      connected = !is;
    },
    closed: () => closed,
    say: (text: string) => node().bytes(Buffer.from(text)),
    screen: (reason: string) => node().notice?.({ kind: 'screen', cols: 80, rows: 24, reason }),
  };
}

it('a viewer that is too slow gets nothing until it has drained, then a whole screen', async () => {
  const it = both();
  it.node().opened?.();
  const end = await it.opening;
  it.say('a');
  it.wait(2 * 1024 * 1024);
  it.say('b');
  it.say('c');
  expect(it.sent).toEqual([{ kind: 'visible', visible: false }]);
  // What it asks for meanwhile is kept for later, what it types goes through.
  end.control({ kind: 'visible', visible: true });
  end.bytes(Buffer.from('x'));
  it.clock.advance(1000);
  expect(it.sent).toHaveLength(1);
  it.wait(1000);
  it.clock.advance(50);
  expect(it.sent.at(-1)).toEqual({ kind: 'visible', visible: true });
  it.say('d');
  it.screen('shown');
  it.say('e');
  expect(it.seen).toEqual(['a', { kind: 'screen', cols: 80, rows: 24, reason: 'gap' }, 'e']);
  expect(it.typed).toEqual(['x']);
});

it('after a cut the size is told again, and typing meanwhile is refused, not swallowed', async () => {
  const it = both();
  it.node().opened?.();
  const end = await it.opening;
  end.control({ kind: 'resize', cols: 100, rows: 30 });
  it.cut(true);
  expect(() => end.bytes(Buffer.from('lost'))).toThrow(/box does not answer: what you typed was not sent/);
  it.cut(false);
  it.sent.length = 0;
  it.node().opened?.();
  expect(it.sent).toEqual([{ kind: 'resize', cols: 100, rows: 30 }]);
});

it('ends as it ends there, and leaves when its viewer does', async () => {
  const one = both();
  one.node().ended?.(new Fault('not-found', 'there is no such session'));
  await expect(one.opening).rejects.toThrow('no such session');
  const two = both();
  two.node().opened?.();
  await two.opening;
  two.node().ended?.(new Fault('gone', 'it ended'));
  expect(two.seen).toEqual(['gone']);
  const three = both();
  three.node().opened?.();
  (await three.opening).close();
  expect(three.closed()).toBe(true);
  const four = both();
  four.stop.abort(new Fault('gone', 'the caller gave up'));
  await expect(four.opening).rejects.toThrow('gave up');
  const five = both();
  five.clock.advance(20_000);
  await expect(five.opening).rejects.toThrow(/did not open the terminal within 20 s/);
  expect(five.closed()).toBe(true);
});
