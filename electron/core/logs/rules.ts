/** What may be written down: secrets are taken out of every line before anybody sees it. Rather too much than too little. */

const GONE = '[redacted]';
/** Longer text is cut before the patterns run, so that a hostile line costs little. */
const SCAN_MAX = 65_536;
const TEXT_MAX = 8192;

const SECRET_NAME =
  /token|secret|passw(?:or)?d|passphrase|api[-_]?key|access[-_]?key|private[-_]?key|credential|authorization|cookie|setup[-_]?code|bearer/i;
/** `tokenId`, `tokensUsed`: about a secret, not one. */
const HARMLESS_NAME = /(?:ids?|count|used|names?)$/i;

/** Whether a field, variable or parameter of this name holds something to hide. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);

/** Shapes of secrets that are known by themselves, wherever they stand. */
const SHAPES: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, GONE],
  [/\bqd_([A-Za-z0-9]{1,64})_[A-Za-z0-9_-]+/g, `qd_$1_${GONE}`],
  [/\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/g, GONE],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|npm_|hf_|xox[a-z]-|AIza|ya29\.)[A-Za-z0-9_.-]{10,}/g, GONE],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, GONE],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, GONE],
  [/\b(authorization|proxy-authorization|cookie|set-cookie)(["']?[ \t]{0,8}[:=][ \t]{0,8})[^\r\n]+/gi, `$1$2${GONE}`],
  [/\b(bearer|basic)[ \t]{1,8}[^\s"',]+/gi, `$1 ${GONE}`],
];

/**
 * User and password of a URL. Everything up to the LAST `@` goes: a password may itself hold `@` or `/`, and what
 * connects splits there, so that cutting at the first one would leave the password's tail.
 */
const hideUserinfo = (text: string): string =>
  text.replace(/\b([A-Za-z][A-Za-z0-9+.-]{0,30}:\/\/)(\S+)/g, (whole, scheme: string, rest: string) => {
    const at = rest.lastIndexOf('@');
    if (at < 0) return whole;
    const end = rest.search(/[/?#]/);
    const authority = end < 0 ? rest : rest.slice(0, end);
    // `https://registry.example/@scope/name` has no userinfo; `https://u:p/w@host` may have.
    if (!/[@:]/.test(authority)) return whole;
    return `${scheme}${GONE}@${rest.slice(at + 1)}`;
  });

const PAIR = /(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]+)((?:\\?["'])?[ \t]{0,8}[=:][ \t]{0,8})/g;
const VALUE = /\\"[\s\S]*?(?:\\"|$)|"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?|\S+/y;

/** `NAME=value`, `"name": "value"`, `?name=value` where the name says that the value is a secret. */
function hideNamed(text: string): string {
  let clean = '';
  let done = 0;
  // Only secrets are stepped over: `url=https://x/?token=abc` holds a pair inside the value of another one.
  for (const match of text.matchAll(PAIR)) {
    const [pair, name = ''] = match;
    if (match.index < done) continue;
    // `code` and `key` are ordinary words, but not in the query or fragment of a URL.
    const parameter = /[?&#]/.test(text[match.index - 1] ?? '') && /^(?:setup|code|key|state)$/i.test(name);
    if (!parameter && !isSecretName(name)) continue;
    VALUE.lastIndex = match.index + pair.length;
    const value = VALUE.exec(text);
    if (!value) continue;
    clean += `${text.slice(done, match.index)}${pair}${GONE}`;
    done = VALUE.lastIndex;
  }
  return clean + text.slice(done);
}

/** Control characters shown as `\x1b`: a log is read in terminals, and must not drive them. Line ends and tabs stay. */
const printable = (text: string): string =>
  text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });

const cut = (text: string): string =>
  text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}… (${text.length} characters)` : text;

/** `known`: secrets that are known as such, longest first, taken out literally. */
export function redact(text: string, known: readonly string[] = []): string {
  let clean = text.length > SCAN_MAX ? text.slice(0, SCAN_MAX) : text;
  for (const secret of known) clean = clean.replaceAll(secret, GONE);
  for (const [shape, instead] of SHAPES) clean = clean.replace(shape, instead);
  clean = hideNamed(hideUserinfo(clean));
  return cut(printable(clean));
}

const DEPTH = 6;
const ENTRIES = 100;

/** Any value as plain JSON data without secrets, bounded in depth and width. Never throws. */
export function redactData(value: unknown, known: readonly string[] = []): unknown {
  try {
    return plain(value, known, 0);
  } catch {
    // A getter or proxy that throws: whatever it hides is not worth the log's life.
    return '[unreadable]';
  }
}

function plain(value: unknown, known: readonly string[], depth: number): unknown {
  if (typeof value === 'string') return redact(value, known);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return redact(String(value), known);
  if (value === undefined || typeof value === 'function') return undefined;
  if (depth >= DEPTH) return '[deep]';
  if (value instanceof Error) {
    const code = (value as { code?: unknown }).code;
    return {
      error: redact(value.stack ?? `${value.name}: ${value.message}`, known),
      ...(code === undefined ? {} : { code: redact(String(code), known) }),
      ...(value.cause === undefined ? {} : { cause: plain(value.cause, known, depth + 1) }),
    };
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Set) return plain([...value].slice(0, ENTRIES), known, depth);
  if (value instanceof Map) return plain([...value].slice(0, ENTRIES), known, depth);
  if (Array.isArray(value)) {
    const some: unknown[] = value.slice(0, ENTRIES).map((item) => plain(item, known, depth + 1) ?? null);
    return value.length > ENTRIES ? [...some, `… ${value.length - ENTRIES} more`] : some;
  }
  const pairs: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value).slice(0, ENTRIES)) {
    const hidden = isSecretName(name) && typeof inner !== 'number' && typeof inner !== 'boolean' && inner !== null;
    pairs.push([redact(name, known), hidden ? GONE : plain(inner, known, depth + 1)]);
  }
  return Object.fromEntries(pairs);
}

/** Values of variables whose names look secret; short ones would blank out ordinary words. Longest first. */
export const secretsOf = (env: Readonly<Record<string, string | undefined>>): string[] =>
  [
    ...new Set(
      Object.entries(env).flatMap(([name, value]) => (value && value.length >= 8 && isSecretName(name) ? [value] : [])),
    ),
  ].sort((a, b) => b.length - a.length);
