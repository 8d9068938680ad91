/** One configuration file to values by key, with where each stands; whatever does not fit becomes a problem, never a throw. */
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { z } from 'zod';
import { defOf, isSettingKey, SETTING_KEYS, type SettingKey } from './keys.ts';
import { fromFile, type Problem, parseDotenv, placeOf, type Read, unknownKey } from './rules.ts';

export interface Placed {
  readonly value: unknown;
  /** Null where a line means nothing, such as in the overlay. */
  readonly line: number | null;
}

export interface Parsed {
  /** False when the file as a whole cannot be used: its last good content stays in force. */
  readonly usable: boolean;
  readonly values: ReadonlyMap<SettingKey, Placed>;
  readonly problems: readonly Problem[];
}

const unusable = (file: string, message: string, line: number | null = null, column: number | null = null): Parsed => ({
  usable: false,
  values: new Map(),
  problems: [{ file, line, column, message }],
});

/** `hub.port: Too big` in one line, without the values, which may be secret. */
function wrong(key: string, error: z.ZodError): string {
  const issue = error.issues[0];
  const path = issue && issue.path.length > 0 ? ` at ${issue.path.map(String).join('.').slice(0, 120)}` : '';
  return `${key} is not valid${path}: ${(issue?.message ?? 'wrong type').slice(0, 300)}`;
}

/** The text of a file, or why it is not one. UTF-8 with or without byte order mark. */
function textOf(bytes: Uint8Array, file: string): { text: string } | { problem: Parsed } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { problem: unusable(file, 'the file is UTF-16; save it as UTF-8', 1, 1) };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: unusable(file, 'the file is not UTF-8 text') };
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const { line, column } = placeOf(text, nul);
    return { problem: unusable(file, 'the file holds a NUL byte, so it is damaged', line, column) };
  }
  return { text };
}

/** Further checks by key, from the rooms that own the values; they answer what is wrong, or null. */
export type Checks = Partial<Record<SettingKey, (value: unknown) => string | null>>;

/** A value from outside as the setting's own, or what is wrong with it. */
export function checked(key: SettingKey, raw: unknown, checks: Checks): Read<unknown> {
  const parsed = defOf(key).schema.safeParse(raw);
  if (!parsed.success) return { ok: false, message: wrong(key, parsed.error) };
  const problem = checks[key]?.(parsed.data) ?? null;
  return problem === null
    ? { ok: true, value: parsed.data }
    : { ok: false, message: `${key} is not valid: ${problem}` };
}

interface Collector {
  readonly checks: Checks;
  readonly file: string;
  readonly values: Map<SettingKey, Placed>;
  readonly problems: Problem[];
  place(node: unknown): { line: number; column: number } | null;
  plain(node: Node | null): unknown;
}

const isPrefix = (path: string): boolean => SETTING_KEYS.some((key) => key.startsWith(`${path}.`));

function accept(into: Collector, key: SettingKey, value: unknown, at: { line: number; column: number } | null): void {
  const say = (message: string) =>
    into.problems.push({ file: into.file, line: at?.line ?? null, column: at?.column ?? null, message });
  if (into.values.has(key)) return void say(`${key} is set twice in this file; the first one counts`);
  const read = checked(key, fromFile(value, defOf(key).form), into.checks);
  if (read.ok) into.values.set(key, { value: read.value, line: at?.line ?? null });
  else say(read.message);
}

/** Nested maps and dotted keys are the same; a map stops being a path where it is a setting's own value. */
function walk(into: Collector, pairs: readonly Pair[], prefix: string): void {
  for (const pair of pairs) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    const path = prefix + name;
    const at = into.place(pair.key);
    const value = pair.value as Node | null;
    if (isSettingKey(path)) {
      const inner = isMap(value) ? (value.items as Pair[]) : [];
      // `agents` is a setting, and `agents.skipPermissions` another one inside it.
      const own = inner.filter((p) => !(isScalar(p.key) && isSettingKey(`${path}.${String(p.key.value)}`)));
      if (own.length < inner.length) {
        walk(
          into,
          inner.filter((p) => !own.includes(p)),
          `${path}.`,
        );
        if (own.length === 0) continue;
        const rest = into.plain(value) as Record<string, unknown>;
        const kept = Object.entries(rest).filter(([child]) => !isSettingKey(`${path}.${child}`));
        accept(into, path, Object.fromEntries(kept), at);
      } else accept(into, path, into.plain(value), at);
    } else if (isPrefix(path) && (isMap(value) || value === null || (isScalar(value) && value.value === null))) {
      if (isMap(value)) walk(into, value.items as Pair[], `${path}.`);
    } else {
      const message = isPrefix(path)
        ? `${path} is a group of settings: put them below it, indented`
        : unknownKey(path, SETTING_KEYS);
      into.problems.push({ file: into.file, line: at?.line ?? null, column: at?.column ?? null, message });
    }
  }
}

/** `config.yaml` or `.quarterdeck.yaml`. Never throws. */
export function parseYaml(bytes: Uint8Array, file: string, checks: Checks): Parsed {
  const read = textOf(bytes, file);
  if ('problem' in read) return read.problem;
  const lines = new LineCounter();
  try {
    const document = parseDocument(read.text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      version: '1.2',
    });
    const place = (offset: number) => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    };
    const error = document.errors[0];
    if (error) {
      const at = place(error.pos[0]);
      return unusable(file, error.message, at.line, at.column);
    }
    const top = document.contents;
    if (top === null || (isScalar(top) && top.value === null)) return { usable: true, values: new Map(), problems: [] };
    if (!isMap(top)) return unusable(file, 'the file is not a list of settings such as "hub.port: 4097"', 1, 1);
    const into: Collector = {
      checks,
      file,
      values: new Map(),
      problems: [],
      place: (node) => {
        const offset = (node as { range?: readonly number[] } | null)?.range?.[0];
        return offset === undefined ? null : place(offset);
      },
      // Aliases count against a limit, so that a small file cannot unfold into a huge value.
      plain: (node) => (node ? (node.toJS(document, { maxAliasCount: 100 }) as unknown) : null),
    };
    walk(into, top.items as Pair[], '');
    return { usable: true, values: into.values, problems: into.problems };
  } catch (error) {
    return unusable(file, `the file cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `overlay.json`: dotted keys to values. `raw` keeps what this version does not know, for writing it back. */
export function parseOverlay(
  bytes: Uint8Array,
  file: string,
  checks: Checks,
): Parsed & { readonly raw: Record<string, unknown> } {
  const read = textOf(bytes, file);
  if ('problem' in read) return { ...read.problem, raw: {} };
  let data: unknown;
  try {
    data = JSON.parse(read.text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
    const at = Number.isFinite(offset) ? placeOf(read.text, offset) : null;
    return { ...unusable(file, `the file is not JSON: ${message}`, at?.line ?? null, at?.column ?? null), raw: {} };
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { ...unusable(file, 'the file is not a JSON object of settings', 1, 1), raw: {} };
  }
  const raw = data as Record<string, unknown>;
  const into: Collector = { checks, file, values: new Map(), problems: [], place: () => null, plain: () => null };
  for (const [key, value] of Object.entries(raw)) {
    if (isSettingKey(key)) accept(into, key, value, null);
    else into.problems.push({ file, line: null, column: null, message: unknownKey(key, SETTING_KEYS) });
  }
  return { usable: true, values: into.values, problems: into.problems, raw };
}

/** Variables of a `.env` file that belong to Quarterdeck, by name; foreign ones are none of our business. */
export function parseEnvFile(
  bytes: Uint8Array,
  file: string,
): { usable: boolean; variables: ReadonlyMap<string, { value: string; line: number }>; problems: readonly Problem[] } {
  const read = textOf(bytes, file);
  if ('problem' in read) return { usable: false, variables: new Map(), problems: read.problem.problems };
  const { variables, problems } = parseDotenv(read.text, file);
  const names = new Set(SETTING_KEYS.map((key) => defOf(key).env));
  const found = new Map<string, { value: string; line: number }>();
  for (const { name, value, line } of variables) {
    if (names.has(name)) found.set(name, { value, line });
    else if (name.startsWith('QD_')) {
      problems.push({ file, line, column: 1, message: `${name} is not a setting that this file can hold` });
    }
  }
  return { usable: true, variables: found, problems };
}
