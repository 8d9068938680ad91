/** Types an answer into a dialog, step by step, each step seen before the next. Only inside the session's input lane. */
import type { Choice } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Dialog, Reading } from '../agents/reading.ts';
import type { SessionAccess, Typist } from '../sessions/sessions.ts';
import { steps } from './rules.ts';

export interface PressDeps {
  readonly sessions: SessionAccess;
  /** The dialog on this reading is still the one to answer. */
  readonly same: (reading: Reading) => boolean;
}

/** How long an agent may take to act on a key. */
const ACT_MS = 1500;
/** After a digit: agents that take it alone do so at once; others want Enter. */
const DIGIT_MS = 700;
const CLOSE_MS = 4000;
const MOST_MOVES = 60;

/** Fault `unsupported` when nothing was pressed that answers; `timeout` when the dialog stayed open. */
export async function press(
  deps: PressDeps,
  id: string,
  typist: Typist,
  dialog: Dialog,
  choice: Choice,
): Promise<Reading> {
  const { sessions, same } = deps;
  const closed = (timeoutMs: number) => sessions.until(id, (r) => !same(r), { timeoutMs });
  if (dialog.answerBy === 'text' || dialog.answerBy === 'none') {
    throw new Fault('unsupported', 'this dialog cannot be answered by a choice; answer it in the terminal');
  }
  if (dialog.multiple) {
    // A key ticks a box here and answers nothing yet; which boxes are meant, one choice cannot say.
    throw new Fault('unsupported', 'several choices can be ticked in this dialog; answer it in the terminal');
  }
  if (dialog.answerBy === 'digit' && choice.n <= 9) {
    await typist.keys(String(choice.n));
    const done = await closed(DIGIT_MS);
    if (done) return done;
    const now = await sessions.read(id);
    if (!same(now)) return now;
    // The digit only moved the marker. Where it stands elsewhere, Enter would answer something else.
    if (now.dialog && !now.dialog.choices.some((c) => c.n === choice.n && c.selected)) {
      await move(deps, id, typist, choice, ['Up', 'Down']);
    }
  } else {
    await move(deps, id, typist, choice, dialog.answerBy === 'horizontal' ? ['Left', 'Right'] : ['Up', 'Down']);
  }
  await typist.keys('Enter');
  const done = await closed(CLOSE_MS);
  if (done) return done;
  throw new Fault('timeout', 'the answer was typed, but the dialog is still open; look at the terminal', {
    screen: sessions.text(id),
  });
}

/** One arrow at a time: a list may wrap around, skip rows, or not take arrows at all. */
async function move(
  { sessions, same }: PressDeps,
  id: string,
  typist: Typist,
  choice: Choice,
  [back, on]: readonly [string, string],
): Promise<void> {
  for (let n = 0; n < MOST_MOVES; n += 1) {
    const now = await sessions.read(id);
    if (!now.dialog || !same(now)) throw changed();
    const left = steps(now.dialog.choices, choice.n);
    if (left === 0) return;
    if (left === null) throw new Fault('unsupported', 'no marker is seen in the dialog; answer it in the terminal');
    const before = now.dialog.choices.findIndex((c) => c.selected);
    await typist.keys(left < 0 ? back : on);
    const moved = await sessions.until(
      id,
      (r) => !same(r) || (r.dialog?.choices.findIndex((c) => c.selected) ?? -1) !== before,
      { timeoutMs: ACT_MS },
    );
    if (!moved) throw new Fault('unsupported', 'the marker of the dialog does not move; answer it in the terminal');
  }
  throw new Fault(
    'unsupported',
    'the marker of the dialog cannot be brought to that choice; answer it in the terminal',
  );
}

export const changed = (): Fault =>
  new Fault('stale', 'the dialog changed or closed before it could be answered; nothing was answered, look again');
