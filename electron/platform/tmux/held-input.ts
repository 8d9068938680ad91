/**
 * What people type into panes of a machine that may go away. Each piece is numbered, and tmux notes the number in the same
 * command line that types it: after a loss it is asked how far it came, and the rest is typed then, in order. So nothing is
 * lost, and nothing typed twice, whatever the network swallowed.
 */
import { Fault, isFault } from '../../../shared/fault.ts';
import { command } from './quote.ts';

export const TYPED_OPTION = '@qd_typed';
/** Bytes that may wait for one pane; more is a paste that the person would have to repeat. */
const MOST_HELD = 256 * 1024;
const AGAIN_MS = 500;

export interface HeldInput {
  /**
   * Takes all of it or nothing. Resolves when tmux has carried it out, however long the machine is away meanwhile.
   */
  type(paneId: string, steps: readonly TypedStep[]): Promise<void>;
  /** Bytes that wait, sent or not. Counted only while the machine is away. */
  waiting(paneId: string): number;
  /** The connection is lost: what has no answer yet may have been carried out or not. */
  lost(): void;
  /** There is a connection again; resolves when everything that waited was typed. */
  back(): Promise<void>;
  /** Nobody waits any more. */
  close(): void;
}

/** What is typed or not, never half: only the last of its lines may reach the program, the others may be repeated. */
export interface TypedStep {
  /** Bytes. */
  readonly size: number;
  /** Command lines, each with the number of its commands. */
  readonly lines: readonly (readonly [line: string, parts: number])[];
}

interface Piece extends TypedStep {
  readonly n: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export function createHeldInput(run: (line: string, parts?: number) => Promise<readonly Uint8Array[]>): HeldInput {
  /** A pane may have come to show copy mode or a message of tmux's meanwhile, where keys are commands of that mode. */
  const leaving = (paneId: string, { lines, ...piece }: Piece): Piece => ({
    ...piece,
    lines: lines.map(([line, parts], i) =>
      i === 0 ? [`${command('copy-mode', '-q', '-t', paneId)} ; ${line}`, parts + 1] : [line, parts],
    ),
  });
  /** Numbers of an earlier hub are of no meaning to this one. */
  const epoch = crypto.randomUUID().slice(0, 8);
  const panes = new Map<string, Piece[]>();
  /** Panes with a piece that tmux did not answer in time, and the timer of the next question: what comes after it waits. */
  const stuck = new Map<string, NodeJS.Timeout>();
  let away = false;
  let losses = 0;
  let next = 0;

  const drop = (paneId: string, piece: Piece): void => {
    const pieces = panes.get(paneId);
    if (!pieces) return;
    const at = pieces.indexOf(piece);
    if (at >= 0) pieces.splice(at, 1);
    if (pieces.length === 0) panes.delete(paneId);
  };
  const isAway = (error: unknown): boolean =>
    isFault(error, 'unavailable') || isFault(error, 'timeout') || isFault(error, 'unreachable');

  const send = async (paneId: string, piece: Piece, leave = false): Promise<void> => {
    const { lines } = leave ? leaving(paneId, piece) : piece;
    const last = lines.length - 1;
    try {
      await Promise.all(
        lines.map(([line, parts], i) =>
          i < last
            ? run(line, parts)
            : run(
                `${line} ; ${command('set-option', '-p', '-t', paneId, TYPED_OPTION, `${epoch}:${piece.n}`)}`,
                parts + 1,
              ),
        ),
      );
      drop(paneId, piece);
      piece.done();
    } catch (error) {
      if (isAway(error)) {
        // Carried out or not, nobody knows now. A machine that is only slow is asked in a while.
        if (away || stuck.has(paneId)) return;
        again(paneId);
        return;
      }
      drop(paneId, piece);
      piece.failed(error);
    }
  };

  const again = (paneId: string): void => {
    stuck.set(paneId, setTimeout(() => void settle(paneId), AGAIN_MS).unref());
  };
  /** Asks how far the pane came and types the rest; false where there was no answer. Nothing else types into it meanwhile: it would be typed twice. */
  const settle = async (paneId: string): Promise<boolean> => {
    let typed: number;
    try {
      const [body] = await run(command('display-message', '-p', '-t', paneId, `#{${TYPED_OPTION}}`));
      const [of, n] = Buffer.from(body ?? [])
        .toString('latin1')
        .split(':');
      typed = of === epoch ? Number(n) : 0;
    } catch (error) {
      if (isAway(error)) {
        // Slow still, but not away: nobody else would ask again.
        if (!away && stuck.has(paneId)) again(paneId);
        return false;
      }
      stuck.delete(paneId);
      for (const piece of panes.get(paneId) ?? []) piece.failed(error);
      panes.delete(paneId);
      return true;
    }
    const pieces = [...(panes.get(paneId) ?? [])];
    stuck.delete(paneId);
    const rest = pieces.filter((piece) => piece.n > typed);
    for (const piece of pieces) {
      if (piece.n > typed) continue;
      drop(paneId, piece);
      piece.done();
    }
    // Written in one go: tmux answers commands in the order in which they came.
    await Promise.all(rest.map((piece, i) => send(paneId, piece, i === 0)));
    return true;
  };

  return {
    async type(paneId, steps) {
      const sum = (of: readonly TypedStep[]) => of.reduce((all, { size }) => all + size, 0);
      if (away && sum(panes.get(paneId) ?? []) + sum(steps) > MOST_HELD)
        throw new Fault('too-large', 'Too much waits for this machine to come back; the last of it was not taken.');
      await Promise.all(
        steps.map(
          (step) =>
            new Promise<void>((done, failed) => {
              next += 1;
              const piece = { ...step, n: next, done, failed };
              // One that was refused may have taken the list away.
              const pieces = panes.get(paneId) ?? [];
              panes.set(paneId, pieces);
              pieces.push(piece);
              if (!away && !stuck.has(paneId)) void send(paneId, piece);
            }),
        ),
      );
    },
    waiting: (paneId) => (away ? (panes.get(paneId) ?? []).reduce((sum, piece) => sum + piece.size, 0) : 0),
    lost() {
      away = true;
      losses += 1;
      for (const timer of stuck.values()) clearTimeout(timer);
      stuck.clear();
    },
    async back() {
      // What is typed meanwhile stands behind what waited, and is sent by the next look. Nothing comes between the last
      // look and the end of the waiting.
      const loss = losses;
      while (panes.size > 0 && losses === loss) {
        const answers = await Promise.all([...panes.keys()].map(settle));
        if (answers.includes(false)) await new Promise((wake) => setTimeout(wake, AGAIN_MS));
      }
      if (losses === loss) away = false;
    },
    close() {
      for (const timer of stuck.values()) clearTimeout(timer);
      stuck.clear();
      for (const pieces of panes.values())
        for (const piece of pieces)
          piece.failed(new Fault('gone', 'They were let go of before the machine came back.'));
      panes.clear();
    },
  };
}
