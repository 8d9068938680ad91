/** Both halves of the port between a page and the shell, over a real MessagePort. */
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { createShellPort, type ShellPort } from '../../shared/wire/shell-port.ts';
import type { TransportEvents } from '../../shared/wire/transports.ts';
import { type Page, type PageDeps, type Socket, type SocketEvents, servePage, type Tty } from './page.ts';

/** The usual second is short where others use the machine. */
const soon = (passes: () => void): Promise<void> => vi.waitFor(passes, 15_000);

const over: (() => void)[] = [];
afterEach(() => {
  for (const end of over.splice(0)) end();
});

interface Dialled {
  readonly events: SocketEvents;
  readonly sent: (string | Uint8Array)[];
  readonly did: string[];
}
function setUp(more: Partial<PageDeps> = {}): { shell: ShellPort; page: Page; dialled: Dialled[]; port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  const dialled: Dialled[] = [];
  const page = servePage(port1, {
    dial: async (events) => {
      const mine: Dialled = { events, sent: [], did: [] };
      dialled.push(mine);
      const socket: Socket = {
        send: (frame) => mine.sent.push(frame),
        close: () => mine.did.push('close'),
        pause: () => mine.did.push('pause'),
        resume: () => mine.did.push('resume'),
      };
      queueMicrotask(() => events.open());
      return socket;
    },
    answers: { browse: ({ url }: { url: string }) => url.startsWith('https:'), hide: () => undefined } as never,
    attach: () => Promise.reject(new Error('no terminals here')),
    ...more,
  });
  over.push(
    () => page.close(),
    () => port2.close(),
  );
  return { shell: createShellPort(port2), page, dialled, port: port2 as unknown as MessagePort };
}
function listen(): TransportEvents & { readonly heard: (string | Uint8Array)[]; readonly closes: string[] } {
  const heard: (string | Uint8Array)[] = [];
  const closes: string[] = [];
  return {
    heard,
    closes,
    open: vi.fn(),
    message: (frame) => heard.push(frame),
    close: (_code, why) => closes.push(why),
  };
}

it('carries frames both ways, text and bytes', async () => {
  const { shell, dialled } = setUp();
  const events = listen();
  const line = shell.connect();
  line.start(events);
  await soon(() => expect(events.open).toHaveBeenCalled());
  line.send('{"t":"hello"}');
  line.send(new Uint8Array([1, 2, 3]));
  await soon(() => expect(dialled[0]?.sent).toEqual(['{"t":"hello"}', new Uint8Array([1, 2, 3])]));
  dialled[0]?.events.message('{"t":"pong"}');
  dialled[0]?.events.message(new Uint8Array([9]));
  await soon(() => expect(events.heard).toEqual(['{"t":"pong"}', new Uint8Array([9])]));
});

it('tells why a line could not be opened, and opens the next', async () => {
  let fail = true;
  const { shell } = setUp({
    dial: async (events) => {
      if (fail) throw new Error('tmux is not installed');
      queueMicrotask(() => events.open());
      return { send: () => undefined, close: () => undefined, pause: () => undefined, resume: () => undefined };
    },
  });
  const first = listen();
  shell.connect().start(first);
  await soon(() => expect(first.closes).toEqual(['tmux is not installed']));
  fail = false;
  const second = listen();
  shell.connect().start(second);
  await soon(() => expect(second.open).toHaveBeenCalled());
});

it('lets nothing of a line that was given up into the next', async () => {
  const { shell, dialled } = setUp();
  const first = listen();
  shell.connect().start(first);
  await soon(() => expect(first.open).toHaveBeenCalled());
  const second = listen();
  shell.connect().start(second);
  dialled[0]?.events.message('late');
  await soon(() => expect(second.open).toHaveBeenCalled());
  dialled[0]?.events.message('later');
  dialled[1]?.events.message('now');
  await soon(() => expect(second.heard).toEqual(['now']));
  expect(dialled[0]?.did).toContain('close');
});

it('reads no more from the core while the page does not take it, and goes on when it does', async () => {
  const { port1, port2 } = new MessageChannel();
  const did: string[] = [];
  const lines: SocketEvents[] = [];
  const page = servePage(port1, {
    dial: async (given) => {
      lines.push(given);
      return {
        send: () => undefined,
        close: () => undefined,
        pause: () => did.push('pause'),
        resume: () => did.push('resume'),
      };
    },
    answers: {} as never,
    attach: () => Promise.reject(new Error('no')),
  });
  over.push(
    () => page.close(),
    () => port2.close(),
  );
  port2.postMessage({ line: 'open', n: 1 });
  await soon(() => expect(lines.length).toBe(1));
  for (let i = 0; i < 40; i++) lines[0]?.message(new Uint8Array(64 * 1024));
  expect(did).toEqual(['pause']);
  port2.postMessage({ took: 40 * 64 * 1024 });
  await soon(() => expect(did).toEqual(['pause', 'resume']));
});

it('answers what it knows and refuses the rest with reasons', async () => {
  const { shell, port } = setUp();
  expect(await shell.ask('browse', { url: 'https://x' })).toBe(true);
  expect(await shell.ask('hide', {})).toEqual({});
  await expect(shell.ask('window', { path: '//evil' })).rejects.toMatchObject({ code: 'invalid' });
  await expect(shell.ask('nothing' as never, {} as never)).rejects.toMatchObject({ code: 'not-found' });
  await expect(shell.ask('toString' as never, {} as never)).rejects.toMatchObject({ code: 'not-found' });
  // What is none of our words is dropped; the port lives.
  for (const junk of [
    null,
    7,
    [],
    {},
    { line: 'open' },
    { ask: -1, verb: 'hide', input: {} },
    { typed: 1, bytes: 'x' },
  ])
    port.postMessage(junk);
  expect(await shell.ask('hide', {})).toEqual({});
});

it('tells news, checked', async () => {
  const { shell, page } = setUp();
  const heard: unknown[] = [];
  shell.on('go', (data) => heard.push(data));
  page.tell('go', { path: '//evil' });
  page.tell('nothing', {});
  page.tell('go', { path: '/inbox' });
  await soon(() => expect(heard).toEqual([{ path: '/inbox' }]));
  // Said before anybody listens: heard by the first who does, once.
  page.tell('run', { command: 'palette' });
  await shell.ask('hide', {});
  const late: unknown[] = [];
  shell.on('run', (data) => late.push(data));
  shell.on('run', (data) => late.push(data));
  expect(late).toEqual([{ command: 'palette' }]);
});

it('carries a terminal of its own, and loses nothing that came early', async () => {
  const typed: Uint8Array[] = [];
  const sizes: number[][] = [];
  let end: (status: number | null) => void = () => undefined;
  const { shell } = setUp({
    attach: async (_session, _size, on): Promise<Tty> => {
      on.bytes(new Uint8Array([65]));
      end = on.ended;
      return {
        write: (bytes) => typed.push(bytes),
        resize: (cols, rows) => sizes.push([cols, rows]),
        pause: () => undefined,
        resume: () => undefined,
        end: () => undefined,
      };
    },
  });
  const { tty } = await shell.ask('attach', { session: 's', cols: 80, rows: 24 });
  const seen: number[] = [];
  let status: number | null | undefined;
  const mine = shell.tty(tty, { bytes: (chunk) => seen.push(...chunk), ended: (code) => (status = code) });
  mine.typed(new Uint8Array([66]));
  mine.sized(100, 30);
  await soon(() => expect(sizes).toEqual([[100, 30]]));
  expect(typed).toEqual([new Uint8Array([66])]);
  end(0);
  await soon(() => expect(status).toBe(0));
  expect(seen).toEqual([65]);
});
