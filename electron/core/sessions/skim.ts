/**
 * Which part of a flood the headless screen need not be given: lines that would have left it and its history again before
 * anybody could look. Only for bytes that do nothing but print lines and choose colours; what stands on the screen in the end
 * is the same, to the last cell.
 */

const LF = 10;
const CR = 13;
const ESC = 27;
const OPEN = 91;
const M = 109;
const C2 = 0xc2;

/** What a byte may do: print, end a line, begin something, or more than is understood here. */
const PRINT = 0;
const LINE = 1;
const BEGINS = 2;
const OTHER = 3;
const KIND = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === LF) return LINE;
  // The second byte tells: a letter, or a control character in UTF-8.
  if (byte === ESC || byte === C2) return BEGINS;
  return byte === 9 || byte === CR || (byte >= 32 && byte !== 127) ? PRINT : OTHER;
});
/** A choice of colours is all of its numbers; one that begins with 0, or has none, forgets those before. */
const RESET = /^\x1b\[0*(?:;|m)/;
/** Choices of colours that would have to be repeated, at most. */
const PEN_MOST = 256;

export interface Skim {
  /** Bytes from the beginning that need not be written. */
  readonly drop: number;
  /** The colours chosen in them that still hold: to be written in their place. */
  readonly pen: string;
}

/**
 * `lines`: after so many ends of lines nothing is left of what stood on the screen before. Null: nothing can be dropped. The
 * screen must not be in the middle of a sequence or a character.
 */
export function skim(chunks: readonly Uint8Array[], lines: number): Skim | null {
  /** Of the last ends of lines: where they are, and the colours there. */
  const room = lines + 1;
  const ends = new Float64Array(room);
  const pens: string[] = [];
  let count = 0;
  let pen = '';
  /** A choice of colours whose end has not come. */
  let open = '';
  let before = 0;
  let from = 0;
  // As many ends of lines as are wanted stand behind the oldest that is known.
  const found = (): Skim | null => {
    const oldest = count % room;
    return count >= room ? { drop: ends[oldest] ?? 0, pen: pens[oldest] ?? '' } : null;
  };
  for (const chunk of chunks) {
    let i = 0;
    while (i < chunk.length) {
      const byte = chunk[i] ?? 0;
      const kind = KIND[byte] ?? OTHER;
      if (open !== '') {
        const fits = open.length === 1 ? byte === OPEN : byte === M || (byte >= 48 && byte <= 59);
        if (!fits) return found();
        open += String.fromCharCode(byte);
        if (byte === M) {
          pen = RESET.test(open) ? open : pen + open;
          open = '';
        }
        if (pen.length + open.length > PEN_MOST) return found();
      } else if (kind === LINE) {
        if (before === CR) {
          ends[count % room] = from + i + 1;
          pens[count % room] = pen;
          count += 1;
        }
      } else if (kind === OTHER) return found();
      else if (byte === ESC) open = '\x1b';
      else if (byte === C2) {
        if ((chunk[i + 1] ?? 0) < 0xa0) return found();
      } else {
        while (i + 1 < chunk.length && KIND[chunk[i + 1] ?? 0] === PRINT) i += 1;
      }
      before = chunk[i] ?? 0;
      i += 1;
    }
    from += chunk.length;
  }
  return found();
}
