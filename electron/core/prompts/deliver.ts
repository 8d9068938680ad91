/**
 * One delivery: text into the composer, seen there, Enter, the agent seen to take it. What cannot be undone is written
 * down before it is done, so that a core which dies at any instruction knows afterwards how far it may have come.
 */
import type { Session } from '../../../shared/contract/sessions.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Reading } from '../agents/reading.ts';
import type { SessionAccess, Typist } from '../sessions/sessions.ts';
import type { Ear } from './ear.ts';
import { type Echo, echoOf } from './echo.ts';
import {
  ECHO_MS,
  ENTER_AFTER_MS,
  ENTER_AGAIN_MS,
  ENTERS,
  goOn,
  type Hold,
  holdOfScreen,
  isCommand,
  isForeign,
  type Next,
  nameOf,
  type Seen,
  TAKEN_MS,
} from './rules.ts';
import type { PromptRow, PromptStore } from './store.ts';

export interface DeliveryDeps {
  readonly sessions: SessionAccess;
  readonly store: PromptStore;
  readonly clock: Clock;
  /** A row was written; undefined when it was no longer there to be written. */
  readonly wrote: (row: PromptRow | undefined) => void;
}

export interface Delivery {
  /** Delivers a prompt that waits; answers why not when something is in the way. `check` is asked again inside the lane. */
  begin(row: PromptRow, ear: Ear, check: () => Hold | null): Promise<Hold | null>;
  /** Goes on with a delivery that was broken off by a dialog, a failure or the death of the core. */
  resume(row: PromptRow, ear: Ear): Promise<Hold | null>;
}

/** Quiet that means: the agent has drawn what it got. */
const STILL_MS = 60;
/** A program that echoes nothing (a password question, a raw receiver) is waited for no longer than this. */
const BLIND_ECHO_MS = 800;

export function createDelivery({ sessions, store, clock, wrote }: DeliveryDeps): Delivery {
  const delay = (ms: number) => new Promise<void>((resolve) => (ms <= 0 ? resolve() : clock.after(ms, resolve)));
  const seenIn = (reading: Reading, echo: Echo): Seen | null =>
    reading.composer ? echo.inComposer(reading.composer) : null;
  const stands = (seen: Seen | null) => seen !== null && seen !== 'none';
  const screenOf = (id: string): string | null => {
    try {
      return sessions.text(id);
    } catch {
      // The session has no terminal any more; its receipt says what happened without the picture.
      return null;
    }
  };
  const confirm = (row: PromptRow) => wrote(store.confirmed(clock.now(), row.id));
  const end = (row: PromptRow, state: 'unverified' | 'failed', why: string) =>
    wrote(store.end(state, why, screenOf(row.sessionId), clock.now(), row.id));
  /** For this core's successor only: no news. */
  const step = (row: PromptRow, to: 'pasted' | 'entered') => void store.step(to, clock.now(), row.id);
  const nameIn = (id: string): string => nameOf(sessions.get(id)?.agent ?? 'custom');

  /** Waits until the text shows, then until Enter is safe. False when something came in between: look again later. */
  async function shown(row: PromptRow, echo: Echo, pastedAt: number): Promise<boolean> {
    const id = row.sessionId;
    const test = (r: Reading) => isForeign(r, seenIn(r, echo)) || stands(seenIn(r, echo));
    let look = await sessions.until(id, test, { timeoutMs: ECHO_MS });
    if (look && seenIn(look, echo) !== 'ours' && !isForeign(look, seenIn(look, echo))) {
      // It may be on its way still, or the composer is too small for it.
      await sessions.settled(id, 4 * STILL_MS, 3000);
      look = await sessions.read(id);
    }
    if (look === null) {
      // The last change may have come with the deadline.
      const now = await sessions.read(id);
      if (test(now)) look = now;
    }
    if (look === null) {
      if (sessions.get(id)?.state === 'exited') wrote(store.again(row.id));
      else end(row, 'failed', `${nameIn(id)} did not show the text within ${ECHO_MS / 1000} s; it was not submitted`);
      return false;
    }
    if (isForeign(look, seenIn(look, echo)) || !stands(seenIn(look, echo))) return false;
    wrote(store.delivered(clock.now(), row.id));
    await Promise.all([delay(pastedAt + ENTER_AFTER_MS - clock.now()), sessions.settled(id, STILL_MS, 1000)]);
    return true;
  }

  /**
   * A list of files or agents over a text that ends with `@name` takes Enter for itself and puts its own word in place of
   * ours. A blank closes it; it is the one character that is ever added to a prompt.
   */
  async function closePopup(typist: Typist, row: PromptRow, look: Reading, again: boolean): Promise<void> {
    const popup = look.dialog?.kind === 'menu' || look.state === 'menu';
    if (!/(?:^|\s)@\S*$/.test(row.text) && !(popup && (again || !isCommand(row.text)))) return;
    await typist.keys('Space');
    await sessions.settled(row.sessionId, 2 * STILL_MS, 1000);
  }

  /** Presses Enter, again when the text still stands. True when the text left the composer. */
  async function submit(typist: Typist, row: PromptRow, echo: Echo): Promise<boolean> {
    const id = row.sessionId;
    for (let n = 0; n < ENTERS; n += 1) {
      const look = await sessions.read(id);
      const seen = seenIn(look, echo);
      // Enter would answer a dialog that just opened; and what no longer stands needs none.
      if (isForeign(look, seen) || !stands(seen)) return n > 0;
      if (n === 0 && seen === 'mixed') {
        end(row, 'unverified', 'someone typed into the composer beside the prompt; it stands there unsent');
        return false;
      }
      step(row, 'entered');
      await closePopup(typist, row, look, n > 0);
      await typist.keys('Enter');
      const gone = await sessions.until(id, (r) => !stands(seenIn(r, echo)) || isForeign(r, seenIn(r, echo)), {
        timeoutMs: ENTER_AGAIN_MS,
      });
      if (gone) return true;
    }
    const why = `Enter was pressed ${ENTERS} times and the text still stands in the composer of ${nameIn(id)}`;
    end(row, 'unverified', why);
    return false;
  }

  /** After Enter, without the lane: the agent's own word, the text in the conversation, or work that began. */
  async function taken(row: PromptRow, echo: Echo, before: Reading, ear: Ear): Promise<void> {
    const id = row.sessionId;
    const since = row.stepAt;
    const command = isCommand(row.text);
    const test = (r: Reading): boolean => {
      if (ear.heard(echo, since)) return true;
      const seen = seenIn(r, echo);
      if (stands(seen) && seen !== 'other') return false;
      if (echo.onScreen(sessions.text(id)) > row.onScreen) return true;
      if (r.dialog !== null) return command;
      if (seen === null) return false;
      return r.state === 'working' || (r.state !== before.state && (r.state === 'done' || r.state === 'error'));
    };
    const stop = new AbortController();
    const heard = new Promise<true>((resolve) => {
      const off = ear.onHear(() => {
        if (ear.heard(echo, since)) resolve(true);
      });
      stop.signal.addEventListener('abort', off);
    });
    try {
      const found = await Promise.race([heard, sessions.until(id, test, { timeoutMs: TAKEN_MS, signal: stop.signal })]);
      if (found) return confirm(row);
      const look = await sessions.read(id);
      // A dialog hides the composer: when it is gone, `resume` looks again.
      if (isForeign(look, seenIn(look, echo))) return;
      if (command && seenIn(look, echo) === 'none') return confirm(row);
      end(row, 'unverified', `the prompt was submitted, but ${nameIn(id)} does not show that it took it`);
    } finally {
      stop.abort();
    }
  }

  /** A program without a composer: its echo, or any answer on the screen, is all there is to see. */
  async function blindly(typist: Typist, row: PromptRow, echo: Echo, before: string): Promise<void> {
    const id = row.sessionId;
    const echoed = await sessions.until(
      id,
      () => echo.onScreen(sessions.text(id)) > row.onScreen || sessions.text(id) !== before,
      { timeoutMs: BLIND_ECHO_MS },
    );
    if (echoed) wrote(store.delivered(clock.now(), row.id));
    await sessions.settled(id, STILL_MS, 1000);
    const typed = sessions.text(id);
    step(row, 'entered');
    await typist.keys('Enter');
    const answered = await sessions.until(id, () => sessions.text(id) !== typed, { timeoutMs: ENTER_AGAIN_MS });
    if (answered) confirm(row);
    else end(row, 'unverified', 'the prompt was typed and Enter pressed, but nothing on the screen changed');
  }

  /** Asked for by the sender: a program without bracketed paste gets each line with its own Enter. */
  async function byLines(typist: Typist, row: PromptRow, before: string): Promise<void> {
    const id = row.sessionId;
    for (const line of row.text.split('\n')) {
      if (line !== '') await typist.paste(line);
      await sessions.settled(id, STILL_MS, BLIND_ECHO_MS);
      await typist.keys('Enter');
    }
    wrote(store.delivered(clock.now(), row.id));
    step(row, 'entered');
    const answered = await sessions.until(id, () => sessions.text(id) !== before, { timeoutMs: ENTER_AGAIN_MS });
    if (answered) confirm(row);
    else end(row, 'unverified', 'the lines were typed, but nothing on the screen changed');
  }

  async function begin(row: PromptRow, ear: Ear, check: () => Hold | null): Promise<Hold | null> {
    const id = row.sessionId;
    const echo = echoOf(row.text);
    let before: Reading | null = null;
    const hold = await sessions.withInput(id, async (typist): Promise<Hold | null> => {
      const look = await sessions.read(id);
      const session = sessions.get(id);
      const against = check() ?? (session ? holdOfScreen(row, session, look) : null);
      if (against) return against;
      const text = sessions.text(id);
      const lines = row.text.includes('\n') && !sessions.bracketed(id);
      if (lines && !row.lines) {
        const why =
          'the program does not take a paste of several lines as one (no bracketed paste): it would submit each line by itself. Queue the prompt with "lines" to send it line by line';
        wrote(store.end('failed', why, text, clock.now(), row.id));
        return null;
      }
      const blind = lines || look.composer === null;
      const claimed = store.claim(clock.now(), Number(blind), echo.onScreen(text), row.id, row.text);
      // Edited or cancelled in this very moment: whoever did it wins.
      if (!claimed) return null;
      wrote(claimed);
      if (lines) {
        await byLines(typist, claimed, text);
        return null;
      }
      await typist.paste(row.text);
      const pastedAt = clock.now();
      step(claimed, 'pasted');
      if (blind) await blindly(typist, claimed, echo, text);
      else if ((await shown(claimed, echo, pastedAt)) && (await submit(typist, claimed, echo))) before = look;
      return null;
    });
    if (before) await taken(rowNow(row), echo, before, ear);
    return hold;
  }

  /** The row with the time of its last step. */
  const rowNow = (row: PromptRow): PromptRow => store.get(row.id) ?? row;

  const nextOf = (row: PromptRow, session: Session, look: Reading, echo: Echo, ear: Ear): Next => {
    const seen = seenIn(look, echo);
    const line = !(stands(seen) && seen !== 'other') && echo.onScreen(sessions.text(row.sessionId)) > row.onScreen;
    return goOn(
      {
        step: row.step ?? 'pasting',
        stepAt: row.stepAt,
        restarted: session.startedAt > row.stepAt,
        command: isCommand(row.text),
        blind: row.blind,
        evidence: (line && !row.blind) || ear.heard(echo, row.stepAt),
      },
      session,
      look,
      seen,
      clock.now(),
    );
  };

  async function resume(row: PromptRow, ear: Ear): Promise<Hold | null> {
    const id = row.sessionId;
    const session = sessions.get(id);
    if (!session) {
      end(row, 'unverified', 'the session is gone, so it cannot be seen whether the prompt was taken');
      return null;
    }
    if (session.archived || session.state === 'exited') {
      // Unsent text is gone with the program; what may have been sent must not be sent again.
      if (row.step === 'entered' || row.blind)
        end(row, 'unverified', `${nameOf(session.agent)} exited before it showed that it took the prompt`);
      else wrote(store.again(row.id));
      return null;
    }
    const echo = echoOf(row.text);
    const next = nextOf(row, session, await sessions.read(id), echo, ear);
    switch (next.do) {
      case 'wait':
        return { why: next.why, on: 'screen', until: next.until };
      case 'confirmed':
        confirm(row);
        return null;
      case 'again':
        wrote(store.again(row.id));
        return null;
      case 'unverified':
      case 'failed':
        end(row, next.do, next.why);
        return null;
      case 'enter':
        return enter(row, session, echo, ear);
    }
  }

  async function enter(row: PromptRow, session: Session, echo: Echo, ear: Ear): Promise<Hold | null> {
    let before: Reading | null = null;
    await sessions.withInput(row.sessionId, async (typist) => {
      const look = await sessions.read(row.sessionId);
      // The lane may have been taken by others in between.
      if (nextOf(row, session, look, echo, ear).do !== 'enter') return;
      const pastedAt = row.step === 'entered' ? 0 : row.stepAt;
      if ((await shown(row, echo, pastedAt)) && (await submit(typist, row, echo))) before = look;
    });
    if (before) await taken(rowNow(row), echo, before, ear);
    return null;
  }

  return { begin, resume };
}
