/**
 * Channels of one connection. A server allows some at a time (MaxSessions, 10 by default, perhaps 2): how many is learnt
 * when it refuses one, and then whoever wants another waits for one to end. The lasting ones (tmux) go first.
 */
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { Fault } from '../../../shared/fault.ts';

/** One below the default of OpenSSH: a person's own `ssh` over a shared connection is no concern here, but servers count late. */
const MOST = 9;
const OPEN_MS = 15_000;
const MOST_WAITING = 2000;
/** In a row, with nothing but lasting channels open. */
const MOST_REFUSALS = 6;
const REFUSED_MS = 40;
/** Refusals further apart say nothing of each other: servers count late now and then. */
const IN_A_ROW_MS = 3000;
/**
 * Such a server may still have been late twice: after so long without a refusal one more than learnt is tried, later each
 * time that it is refused.
 */
const CLIMB_MS = { first: 60_000, most: 60 * 60_000 };
/** The end of one that the server told before it let another in is heard by then. */
const HEARD_MS = 20;
/** A file channel that nobody used for so long makes room. */
const SFTP_IDLE_MS = 30_000;

export interface Running {
  readonly channel: ClientChannel;
  /** How it ended, once that was told; the code is null for a signal. */
  exit(): { readonly code: number | null } | null;
}

export interface Channels {
  /** Runs one line; `lasts`: it does not end by itself. `deadline` by `performance.now()`. Rejects with a Fault `unavailable` when the server allows no channel, or the connection is gone. */
  exec(line: string, deadline: number, lasts?: boolean): Promise<Running>;
  /** Uses the file channel, which is opened for it or is there already. */
  withSftp<T>(work: (sftp: SFTPWrapper) => Promise<T>): Promise<T>;
  /** As learnt from refusals; null before, and again when it was found to be as many as are ever wanted. */
  readonly most: number | null;
  /** The connection is gone: everybody who waits hears of it. */
  close(why: Fault): void;
}

/** `steady`: milliseconds of a clock that nobody sets. */
export function createChannels(client: Client, steady: () => number = () => performance.now()): Channels {
  /** Asked for or there; there. */
  let open = 0;
  let standing = 0;
  let refusals = 0;
  /** The fewest that stood when one was refused (the end of one is heard late), in how many rounds in a row, and when last. */
  const full = { at: 0, times: 0, when: Number.NEGATIVE_INFINITY };
  let rounds = 0;
  let lasting = 0;
  let most = MOST;
  let learnt: number | null = null;
  /** One more than learnt is being tried; and how long it must have been quiet before. */
  let climbing = false;
  let climbWait = CLIMB_MS.first;
  let closed: Fault | null = null;
  const waiting: { readonly run: (trial: boolean) => void; readonly fail: (fault: Fault) => void }[] = [];
  let file: { readonly sftp: SFTPWrapper; users: number; idle: NodeJS.Timeout | undefined } | null = null;
  let opening: Promise<SFTPWrapper> | null = null;

  const mayClimb = (): boolean => learnt !== null && !climbing && steady() - full.when > climbWait;
  const pump = (): void => {
    while (waiting.length > 0) {
      const trial = (open === most || (learnt !== null && lasting >= learnt)) && mayClimb();
      if (open >= most && !trial) break;
      if (trial) climbing = true;
      open += 1;
      waiting.shift()?.run(trial);
    }
    // Somebody waits for a channel that the files hold and do not use.
    if (waiting.length > 0 && file?.users === 0) endFiles();
  };
  const release = (): void => {
    open -= 1;
    standing -= 1;
    pump();
  };
  const endFiles = (): void => {
    const ended = file;
    file = null;
    clearTimeout(ended?.idle);
    ended?.sftp.end();
  };
  /** What stood above the number learnt is proof, unless the end of another was only not heard yet. */
  const climbed = (): void => {
    setTimeout(() => {
      climbing = false;
      if (closed || learnt === null || standing <= learnt) return;
      most = Math.max(most, standing);
      learnt = standing >= MOST ? null : standing;
      climbWait = CLIMB_MS.first;
      // On to the next one without a wait.
      full.when = Number.NEGATIVE_INFINITY;
      pump();
    }, HEARD_MS);
  };
  /** `again`: it had its turn already, and was refused. Resolves with whether it is one more than learnt. */
  const slot = (deadline: number, again: boolean): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(closed);
      if (learnt !== null && lasting >= learnt && !mayClimb()) return reject(tooFew(learnt));
      if (waiting.length >= MOST_WAITING)
        return reject(new Fault('unavailable', 'Too much waits for this machine already.'));
      const late = setTimeout(
        () => {
          const at = waiting.indexOf(entry);
          if (at >= 0) waiting.splice(at, 1);
          reject(new Fault('timeout', 'The machine was too busy: the command did not get its turn.'));
        },
        Math.max(1, deadline - performance.now()),
      );
      const entry = {
        run: (trial: boolean) => {
          clearTimeout(late);
          resolve(trial);
        },
        fail: (fault: Fault) => {
          clearTimeout(late);
          reject(fault);
        },
      };
      if (again) waiting.unshift(entry);
      else waiting.push(entry);
      pump();
    });

  /**
   * Answers come in the order of the questions, so what stands now is what there may be. But a server that has just been told
   * of the end of a channel may still count it: only what is refused again after a while is believed. Many that were asked
   * for at once (in the round `asked`) and refused are one refusal.
   */
  const learn = (asked: number): void => {
    if (steady() - full.when > IN_A_ROW_MS) Object.assign(full, { at: standing, times: 0 });
    if (asked === rounds) {
      rounds += 1;
      refusals += 1;
      full.times += 1;
    }
    full.at = Math.min(full.at, standing);
    // What is let in between took the place of one that ended: it proves nothing.
    if (full.times < 2) return;
    most = Math.max(lasting + 1, full.at);
    learnt = most;
  };
  /** Opens one; a refusal for want of channels teaches how many there may be, and then it waits its turn again. */
  const opened = async <T>(
    deadline: number,
    start: (done: (error: Error | undefined, made: T) => void) => void,
    drop: (late: T) => void,
  ): Promise<T> => {
    for (let turns = 0; ; turns += 1) {
      const trial = await slot(deadline, turns > 0);
      const asked = rounds;
      try {
        const made = await new Promise<T>((resolve, reject) => {
          let given = false;
          const late = setTimeout(
            () => {
              given = true;
              reject(new Fault('timeout', 'The machine did not open a channel in time.'));
            },
            Math.max(1, Math.min(OPEN_MS, deadline - performance.now())),
          );
          start((error, channel) => {
            clearTimeout(late);
            if (given) {
              // Nobody waits for it any more: what runs in it would run for ever, unheard.
              if (error) return;
              open += 1;
              standing += 1;
              return drop(channel);
            }
            if (error) return reject(error);
            standing += 1;
            refusals = 0;
            if (trial) climbed();
            resolve(channel);
          });
        });
        return made;
      } catch (error) {
        if (closed) throw closed;
        if (trial) climbing = false;
        if (!isRefusal(error)) {
          open -= 1;
          pump();
          throw error instanceof Fault
            ? error
            : new Fault('unavailable', `No channel: ${messageOf(error)}.`, undefined, error);
        }
        if (trial) climbWait = Math.min(2 * climbWait, CLIMB_MS.most);
        else learn(asked);
        full.when = steady();
        if (file?.users === 0) endFiles();
        const none = trial ? learnt !== null && lasting >= learnt : standing <= lasting && refusals > MOST_REFUSALS;
        if (none) {
          learnt = Math.max(1, lasting);
          open -= 1;
          throw tooFew(learnt);
        }
        await new Promise((resolve) => setTimeout(resolve, REFUSED_MS));
        open -= 1;
        pump();
      }
    }
  };

  const sftp = (): Promise<SFTPWrapper> => {
    if (file) return Promise.resolve(file.sftp);
    opening ??= (async () => {
      const made = await opened<SFTPWrapper>(
        performance.now() + OPEN_MS,
        (done) =>
          client.sftp((error, made) => {
            if (!error || isRefusal(error)) done(error, made);
            else done(noFiles(error), made);
          }),
        (late) => {
          late.on('close', release);
          late.on('error', () => undefined);
          late.end();
        },
      );
      const mine = { sftp: made, users: 0, idle: undefined };
      file = mine;
      made.on('close', () => {
        if (file === mine) file = null;
        release();
      });
      made.on('error', () => undefined);
      return made;
    })().finally(() => {
      opening = null;
    });
    return opening;
  };

  return {
    async exec(line, deadline, lasts = false) {
      let exit: { readonly code: number | null } | null = null;
      const channel = await opened<ClientChannel>(
        deadline,
        (done) =>
          client.exec(line, (error, made) => {
            // Now, not when the promise is looked at: of a quick command all that is ever told may stand in the same packet.
            if (!error) {
              if (lasts) lasting += 1;
              made.on('error', () => undefined);
              made.on('exit', (code: number | null) => {
                exit = { code };
              });
              made.once('close', () => {
                if (lasts) lasting -= 1;
                release();
              });
            }
            done(error, made);
          }),
        (late) => {
          try {
            late.signal('KILL');
          } catch {
            // The channel is closed already.
          }
          late.close();
          late.resume();
          late.stderr.resume();
        },
      );
      return { channel, exit: () => exit };
    },
    async withSftp(work) {
      const used = await sftp();
      const mine = file;
      if (mine?.sftp !== used) return work(used);
      mine.users += 1;
      clearTimeout(mine.idle);
      try {
        return await work(used);
      } finally {
        mine.users -= 1;
        if (mine.users === 0 && file === mine) {
          if (waiting.length > 0) endFiles();
          else mine.idle = setTimeout(() => file === mine && mine.users === 0 && endFiles(), SFTP_IDLE_MS).unref();
        }
      }
    },
    get most() {
      return learnt;
    },
    close(why) {
      closed = why;
      clearTimeout(file?.idle);
      file = null;
      for (const each of waiting.splice(0)) each.fail(why);
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const noFiles = (error: Error): Fault =>
  new Fault(
    'unavailable',
    `Files there cannot be reached: its sshd starts no SFTP for this account (${error.message}). It needs a line such as "Subsystem sftp internal-sftp" in its sshd_config, and no forced command that swallows it.`,
    undefined,
    error,
  );

const tooFew = (most: number): Fault =>
  new Fault(
    'unavailable',
    `The server allows ${most} ${most === 1 ? 'channel' : 'channels'} on a connection, and Quarterdeck needs at least 2: raise MaxSessions in its sshd_config.`,
  );

/** `SSH_OPEN_ADMINISTRATIVELY_PROHIBITED` or `..._RESOURCE_SHORTAGE`, as ssh2 reports them, and OpenSSH's plain "open failed". */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const reason = 'reason' in error ? error.reason : undefined;
  return reason === 1 || reason === 4 || reason === 2 || /open failed|Channel open failure/i.test(error.message);
}
