/** What a pane asks of the browser around it: links, the clipboard, the width of a letter. */
import type { Box } from './fit.ts';

/** Only web addresses, in a tab that cannot reach back. */
export function openLink(uri: string): void {
  const url = URL.parse(uri);
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) {
    window.open(url.href, '_blank', 'noopener,noreferrer');
  }
}

const widths = new Map<string, number>();

/** Width of a column at a font size of one pixel, measured once a font. */
export function widthOf(family: string): number {
  const known = widths.get(family);
  if (known !== undefined) return known;
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen) return 0.6;
  pen.font = `100px ${family}`;
  const width = pen.measureText('W').width / 100;
  widths.set(family, width);
  return width;
}

/** Rejects when the browser refuses. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // On plain http in a local network there is no clipboard API; the old command still works inside a press.
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  Object.assign(area.style, { position: 'fixed', top: '0', opacity: '0' });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  if (!done) throw new Error('the browser refused');
}

/** The room inside the padding of an element, in pixels. */
export function innerBox(element: HTMLElement): Box {
  const style = getComputedStyle(element);
  const pad = (side: string) => Number.parseFloat(style.getPropertyValue(`padding-${side}`)) || 0;
  return {
    width: element.clientWidth - pad('left') - pad('right'),
    height: element.clientHeight - pad('top') - pad('bottom'),
  };
}
