/** For tests: a remote machine behind a real sshd, with a home of its own on this side too. */
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestClock } from '../../kernel/clock.ts';
import type { LinkTime } from './link.ts';
import type { LinkState, Remote, SshQuestion } from './remote.ts';
import { createRemote } from './ssh.ts';

/** How a person answers; null declines. */
export type Answering = (question: SshQuestion) => readonly string[] | null | undefined;

export interface Client {
  readonly home: string;
  /** Adds to this side's ssh configuration. */
  config(text: string): Promise<void>;
  knows(line: string): Promise<void>;
  remote(wish: Parameters<typeof createRemote>[0]['wish'], answering?: Answering, more?: object): Tested;
  end(): Promise<void>;
}

export interface Tested {
  readonly remote: Remote;
  readonly states: LinkState[];
  readonly asked: SshQuestion[];
  until(kind: LinkState['kind'], ms?: number): Promise<LinkState>;
}

/** Both clocks of this side, turned by hand. Nothing but time stands still meanwhile. */
export function createTime(): {
  readonly time: LinkTime;
  /** Time goes by, in steps between which what the network brought has its turn. */
  pass(ms: number, stepMs: number): Promise<void>;
  /** One of the clocks leaps, or both: nothing ran in between. */
  leap(by: { readonly wall?: number; readonly steady?: number }): void;
} {
  const clock = createTestClock();
  const ahead = { wall: 0, steady: 0 };
  return {
    time: { ...clock, now: () => clock.now() + ahead.wall, steady: () => clock.now() + ahead.steady },
    async pass(ms, stepMs) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await new Promise((turn) => setImmediate(turn));
      }
    },
    leap({ wall = 0, steady = 0 }) {
      ahead.wall += wall;
      ahead.steady += steady;
    },
  };
}

export async function createClient(env: Record<string, string | undefined> = {}): Promise<Client> {
  const home = await mkdtemp(join(tmpdir(), 'qd-client-'));
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  await writeFile(join(home, '.ssh', 'config'), '');
  const remotes: Remote[] = [];
  return {
    home,
    config: (text) => appendFile(join(home, '.ssh', 'config'), `${text}\n`),
    knows: (line) => appendFile(join(home, '.ssh', 'known_hosts'), `${line}\n`),
    remote(wish, answering = () => undefined, more = {}) {
      const remote = createRemote({ id: 'tested', wish, place: { home, env }, ...more });
      remotes.push(remote);
      const states: LinkState[] = [];
      const asked: SshQuestion[] = [];
      const waiting = new Set<() => void>();
      remote.onState((state) => {
        states.push(state);
        if (state.kind === 'asking') {
          asked.push(state.question);
          const answer = answering(state.question);
          // In a turn of its own, as a person's answer comes.
          if (answer !== undefined) setImmediate(() => remote.answer(state.id, answer));
        }
        for (const look of waiting) look();
      });
      remote.connect();
      return {
        remote,
        states,
        asked,
        until: (kind, ms = 20_000) =>
          new Promise((resolve, reject) => {
            const look = (): void => {
              if (remote.state.kind !== kind) return;
              clearTimeout(late);
              waiting.delete(look);
              resolve(remote.state);
            };
            const late = setTimeout(() => {
              waiting.delete(look);
              reject(new Error(`never ${kind}, but ${JSON.stringify(remote.state)}`));
            }, ms);
            waiting.add(look);
            look();
          }),
      };
    },
    async end() {
      await Promise.all(remotes.map((remote) => remote.close()));
      await rm(home, { recursive: true, force: true });
    },
  };
}
