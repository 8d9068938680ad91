/**
 * For tests: sessions over a real tmux on a private socket, as thin as can be, so that delivery is proven against a real
 * terminal without the whole sessions room. The state of a session is what the reader sees.
 */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Bus } from '../../kernel/bus.ts';
import { createLive } from '../../kernel/live.ts';
import { createScreen } from '../../platform/screen.ts';
import { claude } from '../agents/readers/claude.ts';
import type { Reading } from '../agents/reading.ts';
import type { SessionAccess, Typist } from '../sessions/sessions.ts';

const run = promisify(execFile);

export const NOTHING: Reading = {
  state: 'unknown',
  draft: false,
  asks: false,
  retrying: false,
  needsYou: false,
  composer: null,
  dialog: null,
  resets: null,
  contextLeft: null,
  evidence: [],
};

export interface TestSessions extends SessionAccess {
  /** Starts, or finds again when it runs already. */
  add(id: string, options?: { argv?: readonly string[]; agent?: string; cols?: number; rows?: number }): Promise<void>;
  change(id: string, change: Partial<Session>): void;
  typed(id: string, at: number): void;
  /** Presses keys as somebody attached in a plain terminal would. */
  press(id: string, ...keys: readonly string[]): Promise<void>;
  /** Called before each thing typed: throws or kills for tests of what comes between. */
  before: (what: 'paste' | 'keys', id: string) => void | Promise<void>;
  close(killServer: boolean): Promise<void>;
}

interface One {
  session: Session;
  readonly screen: ReturnType<typeof createScreen>;
  readonly control: ReturnType<typeof spawn>;
  readonly changed: Set<() => void>;
  lane: Promise<unknown>;
  typedAt: number | null;
  bracketed: boolean;
}

export function createTestSessions(socket: string, bus: Bus): TestSessions {
  const all = new Map<string, One>();
  const live = createLive<Session>({ key: (s) => s.id });
  const tmux = (args: readonly string[], stdin?: string) => {
    const child = run('tmux', ['-L', socket, '-f', '/dev/null', ...args]);
    if (stdin !== undefined) child.child.stdin?.end(stdin);
    return child;
  };
  const one = (id: string): One => {
    const found = all.get(id);
    if (!found) throw new Fault('not-found', `there is no session ${id}`);
    return found;
  };
  const readNow = (it: One): Reading => (it.session.agent === 'claude' ? claude(it.screen.view(), {}) : NOTHING);
  const change = (id: string, change: Partial<Session>) => {
    const it = one(id);
    const before = it.session.state;
    it.session = { ...it.session, ...change };
    live.put(it.session);
    if (it.session.state !== before) bus.emit('session.state', { session: it.session, before });
    else bus.emit('session.changed', { session: it.session });
  };

  const access: TestSessions = {
    before: () => undefined,
    live,
    async add(id, { argv, agent = 'claude', cols = 100, rows = 40 } = {}) {
      const size = ['-x', String(cols), '-y', String(rows)];
      // The program starts once its output is listened to: what it says first (bracketed paste on) must not be missed.
      const held = ['sh', '-c', `tmux -L ${socket} wait-for go-${id}; exec "$@"`, 'sh'];
      if (argv) await tmux(['new-session', '-d', '-s', id, ...size, ...held, ...argv]);
      const screen = createScreen({ cols, rows });
      const control = spawn('tmux', ['-L', socket, '-C', 'attach', '-t', `=${id}`]);
      const now = Date.now();
      const session: Session = {
        id,
        name: id,
        agent,
        node: 'local',
        cwd: '/',
        command: '',
        flags: '',
        skipPermissions: false,
        tags: [],
        state: agent === 'claude' ? 'starting' : 'unknown',
        needsYou: false,
        draft: false,
        asks: false,
        retrying: false,
        since: now,
        evidence: [],
        stalled: false,
        title: '',
        conversationId: null,
        branch: null,
        exit: null,
        resets: null,
        contextLeft: null,
        tokens: null,
        cols,
        rows,
        sizeOwner: null,
        queued: 0,
        held: null,
        paused: false,
        archived: false,
        createdAt: 1,
        startedAt: argv ? now : 1,
        outputAt: null,
        attach: [],
      };
      const it: One = {
        session,
        screen,
        control,
        changed: new Set(),
        lane: Promise.resolve(),
        typedAt: null,
        bracketed: false,
      };
      all.set(id, it);
      live.put(session);
      let line: Buffer = Buffer.alloc(0);
      let block: string[] | null = null;
      const commands: ((lines: string[]) => void)[] = [() => undefined];
      const parsed = async () => {
        await screen.settled();
        const reading = readNow(it);
        if (it.session.agent === 'claude' && reading.state !== it.session.state) {
          change(id, { state: reading.state, since: Date.now() });
        }
        bus.emit('session.screen', { id });
        for (const look of [...it.changed]) look();
      };
      control.stdout?.on('data', (bytes: Buffer) => {
        line = Buffer.concat([line, bytes]);
        for (let end = line.indexOf(10); end >= 0; end = line.indexOf(10)) {
          const text = line.subarray(0, end).toString('latin1');
          line = line.subarray(end + 1);
          if (block) {
            if (/^%(?:end|error) /.test(text)) {
              commands.shift()?.(block);
              block = null;
            } else block.push(text);
          } else if (text.startsWith('%begin ')) block = [];
          else if (text.startsWith('%output ')) {
            const data = text.slice(text.indexOf(' ', 8) + 1);
            const raw = data.replace(/\\(\d{3})/g, (_all, octal: string) =>
              String.fromCharCode(Number.parseInt(octal, 8)),
            );
            screen.write(Buffer.from(raw, 'latin1'));
            void parsed();
          }
        }
      });
      const ask = (command: string) =>
        new Promise<string[]>((resolve) => {
          commands.push(resolve);
          control.stdin?.write(`${command}\n`);
        });
      if (argv) {
        await ask('refresh-client');
        await tmux(['wait-for', '-S', `go-${id}`]);
      } else {
        const rowsNow = await ask(`capture-pane -p -e -t =${id}:`);
        const where = (await ask(`display-message -p -t =${id}: '#{cursor_y} #{cursor_x}'`))[0]?.split(' ') ?? [];
        screen.write(
          Buffer.from(
            `\x1b[?2004h\x1b[2J\x1b[H${rowsNow.join('\r\n')}\x1b[${Number(where[0]) + 1};${Number(where[1]) + 1}H`,
            'latin1',
          ),
        );
        await parsed();
      }
    },
    change,
    typed(id, at) {
      one(id).typedAt = at;
      bus.emit('session.typed', { id, at });
    },
    press: async (id, ...keys) => void (await tmux(['send-keys', '-t', `=${id}:`, ...keys])),
    resolve(name) {
      return one(name).session;
    },
    get: (id) => all.get(id)?.session,
    async read(id) {
      const it = one(id);
      await it.screen.settled();
      return readNow(it);
    },
    until(id, test, { timeoutMs, signal }) {
      const it = one(id);
      return new Promise((resolve) => {
        const finish = (reading: Reading | null) => {
          clearTimeout(timer);
          it.changed.delete(look);
          resolve(reading);
        };
        const look = () => {
          const reading = readNow(it);
          if (test(reading)) finish(reading);
        };
        const timer = setTimeout(() => finish(null), timeoutMs);
        signal?.addEventListener('abort', () => finish(null));
        it.changed.add(look);
        void it.screen.settled().then(look);
      });
    },
    settled(id, quietMs, timeoutMs) {
      const it = one(id);
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(quiet);
          clearTimeout(latest);
          it.changed.delete(again);
          resolve();
        };
        const again = () => {
          clearTimeout(quiet);
          quiet = setTimeout(finish, quietMs);
        };
        let quiet = setTimeout(finish, quietMs);
        const latest = setTimeout(finish, timeoutMs);
        it.changed.add(again);
      });
    },
    text: (id) => one(id).screen.view().lines.join('\n'),
    bracketed: (id) => one(id).screen.bracketedPaste,
    withInput(id, work) {
      const it = one(id);
      const typist: Typist = {
        async paste(text) {
          await access.before('paste', id);
          const buffer = `b${Math.random().toString(36).slice(2)}`;
          await tmux(
            ['load-buffer', '-b', buffer, '-', ';', 'paste-buffer', '-p', '-r', '-d', '-b', buffer, '-t', `=${id}:`],
            text,
          );
        },
        async keys(...names) {
          await access.before('keys', id);
          await tmux(['send-keys', '-t', `=${id}:`, ...names]);
        },
        input: (bytes) =>
          tmux(['send-keys', '-t', `=${id}:`, '-H', ...[...bytes].map((b) => b.toString(16))]).then(() => undefined),
      };
      const next = it.lane.then(() => work(typist));
      it.lane = next.catch(() => undefined);
      return next;
    },
    typedAt: (id) => one(id).typedAt,
    noteQueue: () => undefined,
    interruptKeys: () => ['Escape'],
    initPrompts: () => [],
    async close(killServer) {
      for (const it of all.values()) {
        it.control.kill();
        it.screen.dispose();
      }
      if (killServer) await tmux(['kill-server']).catch(() => undefined);
    },
  };
  return access;
}
