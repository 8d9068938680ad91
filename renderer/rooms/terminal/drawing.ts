/**
 * Who draws terminals on this device: WebGL, or the page itself. Where WebGL is only imitated by the processor (virtual
 * machines, remote desktops, browsers that block the card) it is many times slower than plain elements: measured with 24
 * streaming panes on two cores, a key showed after 1.3 s with imitated WebGL. Such a machine draws without it.
 */
export const DRAWINGS = ['auto', 'webgl', 'dom'] as const;
export type Drawing = (typeof DRAWINGS)[number];
const KEY = 'quarterdeck.drawing';

export function chosenDrawing(): Drawing {
  try {
    const value = localStorage.getItem(KEY);
    return DRAWINGS.find((each) => each === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Takes effect when the page is loaded anew. */
export function chooseDrawing(drawing: Drawing): void {
  try {
    localStorage.setItem(KEY, drawing);
  } catch {
    // Without storage the machine's own way stays.
  }
}

let fast: boolean | undefined;

/** Asks the browser once, with a context that is given back at once. */
function hardware(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  // Browsers that keep the caveat to themselves still name who draws.
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

export function drawsWithGl(): boolean {
  const chosen = chosenDrawing();
  if (chosen !== 'auto') return chosen === 'webgl';
  fast ??= hardware();
  return fast;
}
