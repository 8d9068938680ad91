/** What a screen reader says of one screen. Types only; `readers/` makes them, sessions, prompts and approvals use them. */
import type { State } from '../../../shared/contract/states.ts';
import type { ScreenView } from '../../platform/ports.ts';

/** What a reader gets beside the screen: facts of the process, all optional for recorded screens. */
export interface ScreenFacts {
  /** Foreground process name as tmux tells it (`pane_current_command`). */
  readonly command?: string;
  readonly dead?: boolean;
  readonly deadStatus?: number | null;
  /** The last OSC 7501 state of codex or a like private sequence, when one was heard. */
  readonly osc?: string;
}

export interface Choice {
  /** The number shown, which `answerBy: 'digit'` types; 1-based in the order shown where there are no numbers. */
  readonly n: number;
  readonly label: string;
  readonly description?: string;
  /** The agent's marker stands on it now. */
  readonly selected: boolean;
  /** What choosing it means, when the words say so: allow once, allow and remember, deny, or another thing. */
  readonly means: 'allow' | 'allow-always' | 'deny' | 'other';
}

export interface Dialog {
  readonly kind: 'approval' | 'question' | 'trust' | 'login' | 'menu' | 'ratelimit' | 'error';
  /** The question as shown, one line. */
  readonly title: string;
  /** Tool or subject for approvals: `Bash`, `Edit file`, `shell`... as the agent words it. */
  readonly tool?: string;
  /** The exact command or diff as shown on the screen, lines joined by LF, frames and padding removed. */
  readonly subject?: string;
  readonly choices: readonly Choice[];
  /** How to choose: type the digit; move the marker with the named keys, then Enter; or press a letter. */
  readonly answerBy: 'digit' | 'vertical' | 'horizontal' | 'text' | 'none';
  /** True when the list may go on beyond what is shown. */
  readonly partial: boolean;
  /** True when several choices can be ticked. */
  readonly multiple: boolean;
}

export interface Composer {
  /** Text typed and not sent, soft wraps undone, placeholder and ghost text left out. Empty when nothing is typed. */
  readonly text: string;
  /** The agent shows a folded paste such as `[Pasted text #1 +60 lines]` in it. */
  readonly folded: boolean;
}

export interface Sighting {
  readonly saw: string;
  readonly means: string;
  readonly source: 'screen' | 'title' | 'osc' | 'process';
  readonly confidence: number;
}

export interface Reading {
  readonly state: State;
  /** Unsent text in the composer. */
  readonly draft: boolean;
  /** `done` whose last words are a question in plain text. */
  readonly asks: boolean;
  /** error or ratelimit that the agent retries by itself. */
  readonly retrying: boolean;
  /** Derived by one rule from state, retrying (and asks: plain-text questions do not count). */
  readonly needsYou: boolean;
  /** null when no composer is on the screen. */
  readonly composer: Composer | null;
  readonly dialog: Dialog | null;
  /** Reset time as shown, when a limit names one (text, not parsed into a date). */
  readonly resets: string | null;
  /** 0..100 of context left, when the screen tells. */
  readonly contextLeft: number | null;
  readonly evidence: readonly Sighting[];
}

/** Pure: same screen, same reading. At most 1 ms. */
export type ScreenReader = (view: ScreenView, facts: ScreenFacts) => Reading;
