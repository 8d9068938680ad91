/**
 * Where the core is: found by its lock, or started. The shell never builds it in its own process. Knows no Electron: how a
 * process is started is handed in.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../shared/fault.ts';
import type { LockRecord } from '../gateway/lock.ts';

/** A core that this shell started. */
export interface CoreProcess {
  /** Once; `said`: the end of what it wrote for people. */
  onExit(listener: (code: number | null, said: string) => void): void;
  /** Asks it to end. */
  end(): void;
}
export interface CoreDeps {
  readonly readLock: () => Promise<LockRecord | null>;
  /** `port`: instead of the configured one. */
  readonly launch: (options: { readonly port?: number }) => CoreProcess;
  /** Milliseconds; a first start on a slow disk takes its time. */
  readonly within?: number;
}
export interface CoreAt {
  readonly url: string;
  readonly token: string;
  readonly version: string;
  readonly protocol: number;
}
export interface CoreFinder {
  /** The running core; started where there is none. Everybody who asks meanwhile waits for the same start. */
  find(): Promise<CoreAt>;
  /** Whether the running one was started here. */
  own(): boolean;
  /** Ends the core that was started here, and waits until it is gone. Others are left alone. */
  stop(): Promise<void>;
}

const WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 25;
/** Exit code of a hub whose port another program has. */
export const PORT_TAKEN = 3;

/** The last thing a person should read of what a hub said before it ended. */
export function lastWords(said: string): string {
  const lines = said
    .replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-4).join('\n') || 'it said nothing';
}

export function createCoreFinder({ readLock, launch, within = WITHIN_MS }: CoreDeps): CoreFinder {
  let child: {
    readonly process: CoreProcess;
    readonly gone: Promise<{ code: number | null; said: string }>;
    exited: boolean;
  } | null = null;
  let finding: Promise<CoreAt> | null = null;

  const start = (port?: number) => {
    const process = launch(port === undefined ? {} : { port });
    const gone = new Promise<{ code: number | null; said: string }>((resolve) =>
      process.onExit((code, said) => {
        mine.exited = true;
        resolve({ code, said });
      }),
    );
    const mine = { process, gone, exited: false };
    child = mine;
    return mine;
  };

  const look = async (): Promise<CoreAt> => {
    let started: ReturnType<typeof start> | null = null;
    for (const began = Date.now(); ; await sleep(LOOK_EVERY_MS)) {
      // Before the lock is read: a core that ended after its lock was seen is found gone the next time.
      const ended = started?.exited === true;
      const lock = await readLock();
      if (lock && lock.url !== '') return lock;
      if (Date.now() - began > within)
        throw new Fault('timeout', `the core did not answer within ${Math.round(within / 1000)} seconds`);
      // Somebody's core is on its way: theirs or ours, it will say where it listens.
      if (lock || (started && !ended)) continue;
      if (!started) {
        started = start();
        continue;
      }
      const { code, said } = await started.gone;
      if (code !== PORT_TAKEN) throw new Fault('unavailable', `the core could not start: ${lastWords(said)}`);
      // The window needs no certain port; phones that know one are told by the settings why they find nobody.
      started = start(0);
    }
  };

  return {
    find() {
      finding ??= look().finally(() => {
        finding = null;
      });
      return finding;
    },
    own: () => child !== null && !child.exited,
    async stop() {
      const mine = child;
      if (!mine || mine.exited) return;
      mine.process.end();
      await mine.gone;
    },
  };
}
