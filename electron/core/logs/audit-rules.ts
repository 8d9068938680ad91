/** The chain of the audit file: every line carries the hash of the stored bytes of the line before it. */
import { createHash } from 'node:crypto';
import { AuditLine } from '../../../shared/contract/logs.ts';

export const GENESIS = '0'.repeat(64);
/** Written after a crash had cut a line short: the cut line before it is accounted for. */
export const RECOVERED = 'audit.recovered';
/** Written when the file did not agree with its head at the start: somebody changed it. Never forgiven by `verify`. */
export const BROKEN = 'audit.broken';

/** Over the bytes as stored, never over an object written anew: order and spacing of fields would differ. */
export const hashOf = (line: Uint8Array): string => createHash('sha256').update(line).digest('hex');

/** The file's state after its last finished line, kept beside it so that cutting the tail off shows. */
export interface Head {
  readonly lines: number;
  /** Length of the file in bytes. */
  readonly bytes: number;
  /** Hash of the last line. */
  readonly hash: string;
  /** Length of the last line without its end. */
  readonly last: number;
}

export const EMPTY: Head = { lines: 0, bytes: 0, hash: GENESIS, last: 0 };

export function parseLine(line: Uint8Array): AuditLine | null {
  try {
    return AuditLine.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line)));
  } catch {
    // Not a line of ours, which is an answer: the caller says what that means.
    return null;
  }
}

export interface Verdict {
  readonly ok: boolean;
  readonly lines: number;
  readonly problem: string | null;
}

/** Checks line by line; `end` closes the file. Keeps nothing but the line before. */
export function createChecker(head: Head | null): {
  line(bytes: Uint8Array): void;
  end(torn: Uint8Array | null): Verdict;
} {
  let lines = 0;
  let before = GENESIS;
  let beforeCut = false;
  let problem: string | null = null;
  let notice: string | null = null;
  const fail = (message: string) => {
    problem ??= message;
  };
  return {
    line(bytes) {
      lines++;
      const parsed = parseLine(bytes);
      if (beforeCut && parsed?.action !== RECOVERED) fail(`line ${lines - 1} is not an audit line: it was changed`);
      if (parsed) {
        if (parsed.hash !== before)
          fail(`line ${lines} does not follow the line before it: one of them was changed, moved or removed`);
        else if (parsed.seq !== lines) fail(`line ${lines} has number ${parsed.seq}: lines were removed or moved`);
        if (parsed.action === BROKEN)
          fail(`before line ${lines} the file had been changed: ${String(parsed.detail['found'] ?? '')}`);
        if (parsed.action === RECOVERED && beforeCut) notice = `line ${lines - 1} was cut short by a crash`;
      }
      beforeCut = parsed === null;
      before = hashOf(bytes);
      if (head && lines === head.lines && before !== head.hash) fail(`line ${lines} is not the one that was written`);
    },
    end(torn) {
      if (beforeCut) fail(`line ${lines} is not an audit line: it was changed`);
      // To begin anew after a finding, both files are moved away together.
      if (head === null) fail('the file audit.head, which says how long the audit is, is missing or damaged');
      else if (lines < head.lines) fail(`${head.lines} lines were written, ${lines} are there: the end was cut off`);
      if (torn) notice = 'the last line was cut short by a crash; the next start marks it';
      return { ok: problem === null, lines, problem: problem ?? notice };
    },
  };
}
