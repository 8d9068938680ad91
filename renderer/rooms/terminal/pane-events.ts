/** What a live terminal tells the box around it. */
import type { Grid } from './fit.ts';

export interface PaneSize extends Grid {
  readonly owner: string | null;
  /** This viewer drives the size, or it is the one it would choose anyway. */
  readonly fits: boolean;
}

export interface PaneEvents {
  size(size: PaneSize): void;
  exit(status: number | null): void;
  /** The terminal lives (again): the first screen, a restart, a new connection. */
  live(): void;
  /** The pipe ended and does not come back by itself. */
  failed(message: string): void;
  /** Something typed or asked was not taken. */
  refused(message: string): void;
  link(uri: string | null): void;
  clipboard(text: string): void;
  focus(focused: boolean): void;
  /** Two fingers asked for the next session (1) or the one before. */
  swipe(by: -1 | 1): void;
  /** A finger selected text, or let it go. */
  selected(selected: boolean): void;
  /** Changes typed text before it is sent (sticky modifiers). */
  typed(data: string): string;
}
