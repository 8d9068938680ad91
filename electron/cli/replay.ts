/** `qd replay`: a recording played in this terminal. */
import type { PlayEvent, Recording } from '../../shared/contract/recordings.ts';
import { RESTORE } from './attach.ts';
import type { Hub } from './connect.ts';
import { EXIT } from './print.ts';
import { createTame, WIPE } from './tame.ts';

export interface ReplayOptions {
  readonly speed: number;
  /** Unix milliseconds. */
  readonly from: number;
  /** Longest pause that is played, milliseconds of the recording. */
  readonly idle: number;
}

const STEP_MS = 5000;
const KEYS: Readonly<Record<string, 'quit' | 'pause' | 'back' | 'on' | 'faster' | 'slower'>> = {
  q: 'quit',
  '\x03': 'quit',
  '\x04': 'quit',
  '\x1b': 'quit',
  ' ': 'pause',
  '\x1b[D': 'back',
  '\x1bOD': 'back',
  '\x1b[C': 'on',
  '\x1bOC': 'on',
  '+': 'faster',
  '=': 'faster',
  '-': 'slower',
};

/** Ends with the exit code, at the end or when somebody leaves. */
export async function replay(hub: Hub, recording: Recording, options: ReplayOptions): Promise<number> {
  const { stdin, stdout } = process;
  let { speed } = options;
  let at = options.from;
  let seek: number | null = options.from;
  let paused = false;
  let left = false;
  let wake: (() => void) | null = null;
  const typed = (chunk: Buffer) => {
    const key = KEYS[chunk.toString('latin1')];
    if (key === 'quit') left = true;
    else if (key === 'pause') paused = !paused;
    else if (key === 'faster') speed = Math.min(64, speed * 2);
    else if (key === 'slower') speed = Math.max(0.125, speed / 2);
    else if (key === 'back') seek = Math.max(recording.from, at - STEP_MS);
    else if (key === 'on') seek = at + STEP_MS;
    else return;
    wake?.();
  };
  /** Until the time has passed; a key ends it sooner. */
  const pause = (ms: number | null) =>
    new Promise<void>((resolve) => {
      const timer = ms === null ? null : setTimeout(() => wake?.(), ms);
      wake = () => {
        if (timer) clearTimeout(timer);
        wake = null;
        resolve();
      };
    });
  /** False when it was left or somebody went elsewhere. */
  const wait = async (ms: number): Promise<boolean> => {
    let rest = ms;
    while (!left && seek === null && (paused || rest > 0)) {
      const began = performance.now();
      const now = speed;
      await pause(paused ? null : rest / now);
      if (!paused) rest -= (performance.now() - began) * now;
    }
    return !left && seek === null;
  };

  const raw = stdin.isTTY;
  if (raw) {
    stdin.setRawMode(true);
    stdin.on('data', typed);
  }
  try {
    while (seek !== null && !left) {
      const start: number = seek;
      seek = null;
      at = start;
      const tame = createTame();
      let page = await hub.call('recordings.read', { id: recording.id, at: start });
      for (;;) {
        for (const event of page.events) {
          if (event[0] > start && !(await wait(Math.min(options.idle, event[0] - at)))) break;
          at = Math.max(at, event[0]);
          stdout.write(shown(event, tame));
        }
        if (left || seek !== null || page.next === null) break;
        page = await hub.call('recordings.read', { id: recording.id, next: page.next });
      }
    }
    return EXIT.ok;
  } finally {
    if (raw) {
      stdin.off('data', typed);
      stdin.setRawMode(false);
      // An input that is still referenced would keep the process alive.
      stdin.pause();
      stdin.unref();
    }
    stdout.write(`${RESTORE}\x1b[r\x1b[999;1H\n`);
  }
}

const shown = ([, kind, text]: PlayEvent, tame: (text: string) => string): string =>
  kind === 'r' ? '' : kind === 's' ? WIPE + tame(text) : tame(text);
