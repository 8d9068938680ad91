/**
 * With every line that scrolls, xterm asks for its selection to be drawn again, and the page's own renderer then makes all
 * rows anew, also where nothing is selected: half of the work of a pane that streams. Here it is asked only when
 * something is selected or was. xterm has no option for it; an xterm that is built otherwise just draws as it did.
 */
import type { Terminal } from '@xterm/xterm';

interface Selection {
  readonly hasSelection: boolean;
  refresh(byMouse?: boolean): void;
}

function selectionOf(term: Terminal): Selection | null {
  const core: unknown = Reflect.get(term, '_core');
  const service: unknown = typeof core === 'object' && core ? Reflect.get(core, '_selectionService') : null;
  if (typeof service !== 'object' || !service) return null;
  return 'hasSelection' in service && typeof Reflect.get(service, 'refresh') === 'function'
    ? (service as Selection)
    : null;
}

/** After the terminal was opened. */
export function drawOnlyRealSelections(term: Terminal): void {
  const selection = selectionOf(term);
  if (!selection) return;
  const refresh = selection.refresh.bind(selection);
  let drawn = false;
  selection.refresh = (byMouse) => {
    const now = selection.hasSelection;
    if (!now && !drawn) return;
    drawn = now;
    refresh(byMouse);
  };
}
