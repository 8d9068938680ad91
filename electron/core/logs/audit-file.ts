/** `audit.jsonl`, append-only and hash-chained, with `audit.head` beside it. One writer; entries keep their order. */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditLine } from '../../../shared/contract/logs.ts';
import type { AuditEntry } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import { BROKEN, createChecker, EMPTY, type Head, hashOf, parseLine, RECOVERED, type Verdict } from './audit-rules.ts';

export interface AuditFile {
  add(entry: AuditEntry): void;
  /** Newest first. */
  list(limit: number): Promise<AuditLine[]>;
  verify(): Promise<Verdict>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const CHUNK = 65_536;
const RETRY_MS = 5000;
/** Entries that wait while the disk refuses. */
const WAITING = 10_000;

async function readHead(path: string): Promise<Head | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { lines, bytes, hash, last } = JSON.parse(text) as Record<string, unknown>;
    if (![lines, bytes, last].every((n) => Number.isSafeInteger(n) && Number(n) >= 0) || typeof hash !== 'string')
      return null;
    if (Number(lines) > 0 && Number(last) >= Number(bytes)) return null;
    return { lines: Number(lines), bytes: Number(bytes), hash, last: Number(last) };
  } catch {
    // Damaged is as good as missing: the caller reports it.
    return null;
  }
}

/** Calls `each` for every finished line from `offset` on; answers what stands after the last line end, null when nothing. */
async function eachLine(
  file: FileHandle,
  offset: number,
  each: (line: Uint8Array) => void,
): Promise<Uint8Array | null> {
  let rest = Buffer.alloc(0);
  for (let at = offset; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
    if (bytesRead === 0) return rest.length > 0 ? rest : null;
    at += bytesRead;
    const data = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    let from = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
      each(data.subarray(from, end));
      from = end + 1;
    }
    rest = data.subarray(from);
  }
}

interface Opened {
  readonly file: FileHandle;
  readonly head: Head;
  /** A line cut short by a crash, to be ended and accounted for. */
  readonly torn: Uint8Array | null;
  /** What does not agree with the head; null when all does. */
  readonly found: string | null;
}

/** Looks only at the end of the file: a long audit must not slow the start. */
async function openFile(path: string, headPath: string): Promise<Opened> {
  const file = await open(path, 'a+', 0o600);
  await file.chmod(0o600);
  const { size } = await file.stat();
  const known = await readHead(headPath);
  let head = known ?? EMPTY;
  let found: string | null = null;
  if (known === null && size > 0) found = 'audit.head was missing or damaged';
  else if (size < head.bytes)
    found = `${head.lines} lines in ${head.bytes} bytes were written, ${size} bytes were there`;
  else if (head.lines > 0) {
    const last = Buffer.alloc(head.last + 1);
    await file.read(last, 0, last.length, head.bytes - last.length);
    if (last.at(-1) !== 10 || hashOf(last.subarray(0, -1)) !== head.hash)
      found = 'the last line was not the one written';
  }
  // What stands after the head was written by a crash between the line and the head; what disagrees is counted anew.
  if (found !== null) head = EMPTY;
  const torn = await eachLine(file, head.bytes, (line) => {
    head = { lines: head.lines + 1, bytes: head.bytes + line.length + 1, hash: hashOf(line), last: line.length };
  });
  return { file, head, torn, found };
}

export function openAudit({
  dir,
  clock,
  clean,
  onError,
}: {
  readonly dir: string;
  readonly clock: Clock;
  /** Takes secrets out of an entry. */
  readonly clean: (entry: AuditEntry) => AuditEntry;
  readonly onError: (error: unknown) => void;
}): AuditFile {
  const path = join(dir, 'audit.jsonl');
  const headPath = join(dir, 'audit.head');
  let waiting: { readonly entry: AuditEntry; readonly at: number }[] = [];
  let opened: { readonly file: FileHandle } | null = null;
  let head = EMPTY;
  let working: Promise<void> | null = null;
  let retry: (() => void) | null = null;

  const saveHead = async (next: Head) => {
    const temporary = `${headPath}.tmp`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(next)}\n`);
    } finally {
      await file.close();
    }
    await rename(temporary, headPath);
    head = next;
  };
  const append = async (
    file: FileHandle,
    prefix: string,
    entries: readonly { entry: AuditEntry; at: number }[],
    from: Head,
  ) => {
    let next = from;
    let text = prefix;
    for (const { entry, at } of entries) {
      const { who, via, action, target, detail = {} } = entry;
      const line = JSON.stringify({ seq: next.lines + 1, at, who, via, action, target, detail, hash: next.hash });
      const bytes = Buffer.from(line);
      next = { lines: next.lines + 1, bytes: next.bytes + bytes.length + 1, hash: hashOf(bytes), last: bytes.length };
      text += `${line}\n`;
    }
    // Not `appendFile`, which cuts what is long into several writes.
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
    // The head must never be ahead of the file after a loss of power: that would look like tampering.
    await file.datasync();
    await saveHead(next);
  };
  const ready = async (): Promise<FileHandle> => {
    if (opened) return opened.file;
    const { file, head: there, torn, found } = await openFile(path, headPath);
    opened = { file };
    const hub = { who: 'hub', via: 'hub', target: 'audit' };
    const notes: AuditEntry[] = [];
    let from = there;
    if (torn) {
      from = { lines: there.lines + 1, bytes: there.bytes + torn.length + 1, hash: hashOf(torn), last: torn.length };
      notes.push({ ...hub, action: RECOVERED, detail: { bytes: torn.length } });
    }
    if (found !== null) notes.push({ ...hub, action: BROKEN, detail: { found } });
    const at = clock.now();
    if (notes.length > 0)
      await append(
        file,
        torn ? '\n' : '',
        notes.map((entry) => ({ entry, at })),
        from,
      );
    else await saveHead(there);
    return file;
  };
  const work = async () => {
    try {
      const file = await ready();
      while (waiting.length > 0) {
        const batch = waiting.slice(0, 1000);
        await append(file, '', batch, head);
        waiting = waiting.slice(batch.length);
      }
    } catch (error) {
      // Opened anew next time: half a line may stand in the file now.
      await opened?.file.close().catch(() => undefined);
      opened = null;
      onError(error);
      retry ??= clock.after(RETRY_MS, () => {
        retry = null;
        start();
      });
    }
  };
  const start = () => {
    working ??= work().finally(() => {
      working = null;
    });
  };
  const flush = async () => {
    while (working) await working;
  };
  const reading = async <T>(read: (file: FileHandle) => Promise<T>, none: T): Promise<T> => {
    await flush();
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === 'ENOENT') return none;
      throw error;
    }
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  };

  start();
  return {
    add(entry) {
      if (waiting.length >= WAITING)
        return onError(new Error('the audit file cannot be written and too many entries wait'));
      waiting.push({ entry: clean(entry), at: clock.now() });
      start();
    },
    list: (limit) =>
      reading(async (file) => {
        const { size } = await file.stat();
        for (let window = CHUNK; ; window *= 4) {
          const from = Math.max(0, size - window);
          const lines: Uint8Array[] = [];
          await eachLine(file, from, (line) => void lines.push(line));
          // Unless it begins at the file's start, the first line of the window is the tail of one.
          if (from > 0) lines.shift();
          if (from > 0 && lines.length < limit) continue;
          return lines
            .slice(-limit)
            .reverse()
            .flatMap((line) => parseLine(line) ?? []);
        }
      }, []),
    async verify() {
      await flush();
      const known = await readHead(headPath);
      const none: Verdict =
        known && known.lines > 0
          ? { ok: false, lines: 0, problem: `${known.lines} lines were written, but the file is gone` }
          : { ok: true, lines: 0, problem: null };
      return reading(async (file) => {
        const checker = createChecker(known);
        return checker.end(await eachLine(file, 0, (line) => checker.line(line)));
      }, none);
    },
    flush,
    async close() {
      retry?.();
      await flush();
      await opened?.file.close();
      opened = null;
    },
  };
}
