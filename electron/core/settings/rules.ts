/** Pure decisions of the settings room: text to values, variables of a `.env` file, which key was meant. */

/** What can be wrong with a file of settings; line and column count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const TRUE = /^(?:true|yes|on|1)$/i;
const FALSE = /^(?:false|no|off|0)$/i;

const items = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Plain text (environment variable, flag) as a value of the kind of `standard`; the schema checks it afterwards. */
export function fromText(text: string, form: 'plain' | 'list' | 'json', standard: unknown): Read<unknown> {
  const trimmed = text.trim();
  if (form === 'list') return { ok: true, value: items(trimmed) };
  if (form === 'json') {
    try {
      return { ok: true, value: JSON.parse(trimmed) as unknown };
    } catch (error) {
      return { ok: false, message: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  if (typeof standard === 'number') {
    // Number('') is 0 and Number('0x10') is 16: neither is what a person meant.
    if (!/^[+-]?\d+(?:\.\d+)?$/.test(trimmed)) return { ok: false, message: 'is not a number' };
    return { ok: true, value: Number(trimmed) };
  }
  if (typeof standard === 'boolean') {
    if (TRUE.test(trimmed)) return { ok: true, value: true };
    if (FALSE.test(trimmed)) return { ok: true, value: false };
    return { ok: false, message: 'is neither true nor false' };
  }
  return { ok: true, value: trimmed };
}

/** In files a list may also be written as one string with commas, as in the environment. */
export const fromFile = (value: unknown, form: 'plain' | 'list' | 'json'): unknown =>
  form === 'list' && typeof value === 'string' ? items(value) : value;

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

/** One variable a line, `export` allowed, `#` comments, single or double quotes; nothing is expanded or run. */
export function parseDotenv(text: string, file: string): { variables: Variable[]; problems: Problem[] } {
  const variables: Variable[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(content);
    if (!match) {
      problems.push({ file, line, column: 1, message: 'expected NAME=value; this line is ignored' });
      continue;
    }
    const [, name = '', rest = ''] = match;
    const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/.exec(rest);
    if (!quoted && /^["']/.test(rest)) {
      problems.push({ file, line, column: raw.indexOf('=') + 2, message: `the quote of ${name} is not closed` });
      continue;
    }
    const value =
      quoted?.[1] !== undefined
        ? quoted[1].replace(/\\(.)/g, (whole, char: string) => ESCAPES[char] ?? whole)
        : (quoted?.[2] ?? rest.replace(/(?<!\s)\s+#.*$/, '').trim());
    variables.push({ name, value, line });
  }
  return { variables, problems };
}

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const breaks = before.split('\n');
  return { line: breaks.length, column: (breaks.at(-1)?.length ?? 0) + 1 };
}

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The name that was probably meant; null when none is near. */
export function nearest(text: string, names: readonly string[]): string | null {
  const wanted = text.slice(0, 80).toLowerCase();
  let best: { name: string; far: number } | null = null;
  for (const name of names) {
    const far = distance(wanted, name.toLowerCase());
    if (!best || far < best.far) best = { name, far };
  }
  return best && best.far <= Math.max(2, Math.floor(wanted.length / 3)) ? best.name : null;
}

export const unknownKey = (text: string, names: readonly string[]): string => {
  const meant = nearest(text, names);
  // A hostile key may be long or hold control characters: it is shown short and escaped.
  const shown = JSON.stringify(text.slice(0, 80));
  return `there is no setting ${shown}${meant ? `; did you mean ${meant}?` : `; the settings are ${names.join(', ')}`}`;
};

/** User-defined agents may carry keys of model services in their `env`: who may only read sees the names, not the values. */
export function hideEnv(agents: unknown): unknown {
  if (typeof agents !== 'object' || agents === null) return agents;
  const hidden = (fields: unknown): unknown => {
    if (typeof fields !== 'object' || fields === null || !('env' in fields)) return fields;
    const { env } = fields;
    const names = typeof env === 'object' && env !== null ? Object.keys(env) : [];
    return { ...fields, env: Object.fromEntries(names.map((name) => [name, '[hidden]'])) };
  };
  return Object.fromEntries(Object.entries(agents).map(([key, fields]) => [key, hidden(fields)]));
}
