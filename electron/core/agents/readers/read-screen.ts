/** How a reading is made: one rule for `needs you`, evidence as sentences, and what every reader asks first. */
import { NEEDS_YOU, type State } from '../../../../shared/contract/states.ts';
import type { ScreenView } from '../../../platform/ports.ts';
import type { Composer, Dialog, Reading, ScreenFacts, ScreenReader, Sighting } from '../reading.ts';
import { beforeCursor, joined, line, type Rows, rowsOf } from './screen-rows.ts';

export type Found = Partial<Omit<Reading, 'state' | 'needsYou' | 'evidence'>> & {
  readonly state: State;
  readonly evidence: readonly Sighting[];
};

export function saw(what: string, means: string, confidence = 0.9, source: Sighting['source'] = 'screen'): Sighting {
  const text = what.replace(/[\s\u00a0\p{Cc}]+/gu, ' ').trim();
  return {
    saw: text.length > 200 ? `${text.slice(0, 199).replace(/[\ud800-\udbff]$/, '')}…` : text,
    means,
    source,
    confidence,
  };
}

/** `row 12: ❯ 1. Yes`: rows count from 1, as a person counts them. */
export function at(rows: Rows, row: number, what?: string): string {
  return `row ${row + 1}: ${what ?? line(rows, row).trim()}`;
}

export function reading(found: Found): Reading {
  const composer = found.composer ?? null;
  const retrying = found.retrying ?? false;
  const dialog = found.dialog ?? null;
  return {
    state: found.state,
    draft: found.draft ?? (composer !== null && composer.text !== ''),
    asks: found.asks ?? false,
    retrying,
    needsYou: NEEDS_YOU.has(found.state) && !retrying,
    composer,
    dialog,
    // The countdown to a retry after another failure is no reset of a limit.
    resets: found.state === 'ratelimit' ? (found.resets ?? null) : null,
    contextLeft: found.contextLeft ?? null,
    evidence: found.evidence,
  };
}

export const UNKNOWN: Found = { state: 'unknown', evidence: [saw('nothing that this reader knows', 'unknown', 0.5)] };

/** Shells that run launcher scripts. */
const WRAPPERS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash']);
const SHELLS = new Set([
  'bash',
  'zsh',
  'sh',
  'fish',
  'dash',
  'ksh',
  'tcsh',
  'csh',
  'nu',
  'pwsh',
  'elvish',
  'xonsh',
  'ash',
]);

export function isShell(command: string | undefined): boolean {
  return (
    command !== undefined &&
    SHELLS.has(
      command
        .replace(/^-/, '')
        .replace(/^.*[/\\]/, '')
        .toLowerCase(),
    )
  );
}

/** tmux's own words in a pane kept after its program ended. */
const PANE_IS_DEAD = /^Pane is dead \((?:status|signal) /;
/** What the programs print when they are left; only a shell prompt may follow. */
const FAREWELL =
  /(?:Resume this session with:|To continue this session, run|To resume this session:|Continue +opencode -s |Agent powering down)/;

/** A shell's word for a program that a signal ended. */
const KILLED = /\b(?:Killed|Terminated|Aborted|Hangup|Segmentation fault)\b/;

function exited(rows: Rows, facts: ScreenFacts): Found | null {
  if (facts.dead === true) {
    const status = facts.deadStatus;
    const how = status === null || status === undefined ? '' : ` with status ${status}`;
    return { state: 'exited', evidence: [saw(`the pane's process ended${how}`, 'exited', 1, 'process')] };
  }
  if (facts.dead === undefined && PANE_IS_DEAD.test(line(rows, rows.last))) {
    return { state: 'exited', evidence: [saw(at(rows, rows.last), 'exited', 0.9)] };
  }
  return null;
}

/** A prompt of a shell where the cursor stands; `❯` and `>` are left out, as agents use them too. */
function atShellPrompt(rows: Rows): boolean {
  return /[$#%] ?$/.test(beforeCursor(rows));
}

function said(rows: Rows, words: RegExp): boolean {
  return words.test(joined(rows, Math.max(0, rows.last - 24), rows.last));
}

function leftForShell(rows: Rows, facts: ScreenFacts): Found | null {
  if (facts.command !== undefined || !atShellPrompt(rows)) return null;
  const { y } = rows.view.cursor;
  if (!said(rows, FAREWELL) && !KILLED.test(joined(rows, y - 1, y))) return null;
  return {
    state: 'exited',
    evidence: [
      saw(`${at(rows, rows.view.cursor.y, 'a shell prompt')} below what the program left behind`, 'exited', 0.8),
    ],
  };
}

/**
 * The frame of every agent's reader: a dead pane and a shell in front come first, as a killed program leaves its
 * screen and its title behind; then `look` reads the live part.
 */
export function readerOf(look: (rows: Rows, facts: ScreenFacts) => Found): ScreenReader {
  return (view: ScreenView, facts: ScreenFacts): Reading => {
    const rows = rowsOf(view);
    const gone = exited(rows, facts) ?? leftForShell(rows, facts);
    if (gone !== null) return reading(gone);
    const found = look(rows, facts);
    if (!isShell(facts.command)) {
      if (found.state !== 'unknown' || !said(rows, FAREWELL)) return reading(found);
      return reading({ state: 'exited', evidence: [saw(at(rows, rows.last), "the program's farewell", 0.7)] });
    }
    // A launcher script may stay in front of its agent: then the agent's screen is whole, with no prompt in or under it.
    const whole = found.dialog != null || found.composer != null;
    if (whole && WRAPPERS.has(facts.command ?? '') && !atShellPrompt(rows) && !said(rows, FAREWELL))
      return reading(found);
    return reading({
      state: 'exited',
      evidence: [saw(`the foreground process is ${facts.command}`, 'exited', 0.95, 'process')],
    });
  };
}

/** For programs of any kind: a shell in front may be the very program of the session. */
export function plainReaderOf(look: (rows: Rows, facts: ScreenFacts) => Found): ScreenReader {
  return (view, facts) => {
    const rows = rowsOf(view);
    return reading(exited(rows, facts) ?? look(rows, facts));
  };
}

/** What is in a composer, as the reading tells it. */
export function composerOf(text: string): Composer {
  return { text, folded: /\[(?:Pasted|Paste|Image|…)[^\]\n]*\]/i.test(text) };
}

export function withDialog(dialog: Dialog, evidence: readonly Sighting[], more: Partial<Found> = {}): Found {
  return { ...more, state: dialog.kind, dialog, evidence };
}
