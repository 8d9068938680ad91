/** Texts between a file and a field that knows only one kind of line end; and two texts in one, to choose from. Pure. */
import { compareLines } from '../../ui/compare.ts';

export type LineEnds = 'lf' | 'crlf' | 'mixed';

/** A text field makes every line end a line feed: only what uses one kind throughout comes back as it was. */
export function lineEnds(text: string): LineEnds {
  const crlf = text.split('\r\n').length - 1;
  const lf = text.split('\n').length - 1;
  const cr = text.split('\r').length - 1;
  if (cr === 0) return 'lf';
  return crlf === lf && crlf === cr ? 'crlf' : 'mixed';
}

export const toField = (text: string): string => text.replaceAll('\r\n', '\n');
export const toFile = (text: string, ends: LineEnds): string =>
  ends === 'crlf' ? text.replaceAll('\n', '\r\n') : text;

/** Both texts in one, with the usual marks where they differ. */
export function marked(mine: string, theirs: string): string {
  const out: string[] = [];
  let ours: string[] = [];
  let other: string[] = [];
  const flush = () => {
    if (ours.length + other.length > 0)
      out.push('<<<<<<< yours', ...ours, '=======', ...other, '>>>>>>> in the folder');
    ours = [];
    other = [];
  };
  for (const hunk of compareLines(theirs, mine, Number.MAX_SAFE_INTEGER)) {
    for (const line of hunk.lines) {
      if (line.kind === 'added') ours.push(line.text);
      else if (line.kind === 'removed') other.push(line.text);
      else {
        flush();
        out.push(line.text);
      }
    }
  }
  flush();
  return out.length === 0 ? mine : `${out.join('\n')}\n`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const;
/** Bytes for people. */
export function sizeWord(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 && value === 1
    ? '1 byte'
    : `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
