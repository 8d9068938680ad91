/**
 * Reads the new lines of a growing file of JSON lines by ranges. A torn last line waits until it is whole; a line that
 * is no JSON is left out; a line beyond all measure is skipped without being held in memory.
 */
import type { Host } from '../../../platform/ports.ts';

export interface LineReading {
  /** Where the next reading begins: right after the last whole line. */
  readonly offset: number;
  readonly lines: number;
}

export interface LineOptions {
  readonly from: number;
  /** Size of the file as last seen; nothing beyond it is read. */
  readonly to: number;
  /** True for lines that need not be parsed, judged by their first characters. */
  readonly skip?: (head: string) => boolean;
  readonly line: (value: unknown) => void;
  /** After every chunk, with the offset reached so far; also the place to let others run. */
  readonly pause?: (offset: number) => Promise<void>;
  readonly chunk?: number;
  readonly maxLine?: number;
}

const LF = 10;
const CHUNK = 256 * 1024;
const MAX_LINE = 16 * 1024 * 1024;

export async function readLines(host: Host, path: string, options: LineOptions): Promise<LineReading> {
  const chunk = options.chunk ?? CHUNK;
  const maxLine = options.maxLine ?? MAX_LINE;
  const decoder = new TextDecoder();
  let offset = options.from;
  let at = options.from;
  let lines = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let tooLong = false;

  const take = (bytes: Uint8Array): boolean => {
    const text = decoder.decode(bytes).trim();
    if (text === '' || options.skip?.(text.slice(0, 80))) return true;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Half a line after a crash, NUL bytes after a power cut: nothing to learn from it.
      return false;
    }
    lines += 1;
    options.line(value);
    return true;
  };

  while (at < options.to) {
    const bytes = await host.read(path, at, Math.min(chunk, options.to - at));
    if (bytes.length === 0) break;
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      if (!tooLong) take(heldBytes === 0 ? bytes.subarray(start, end) : joined(held, bytes.subarray(start, end)));
      held = [];
      heldBytes = 0;
      tooLong = false;
      start = end + 1;
      offset = at + start;
    }
    if (start < bytes.length && !tooLong) {
      held.push(bytes.subarray(start));
      heldBytes += bytes.length - start;
      if (heldBytes > maxLine) {
        tooLong = true;
        held = [];
        heldBytes = 0;
      }
    }
    at += bytes.length;
    await options.pause?.(offset);
  }
  // An object that parses is whole even without its line end: no beginning of a longer one does.
  if (heldBytes > 0) {
    const rest = joined(held, new Uint8Array(0));
    const before = lines;
    if (rest[0] === 0x7b && take(rest) && lines > before) offset = at;
  }
  return { offset, lines };
}

function joined(parts: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, last.length));
  let at = 0;
  for (const part of [...parts, last]) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
