/**
 * What the screen of an agent's sign-in tells: the address to open, even where the program wrapped it over lines, the code to
 * type there, and where the browser will come back to. Pure; the screen is as a terminal shows it, a row a line.
 */

export interface SignIn {
  /** As a browser takes it. */
  readonly url: string;
  readonly host: string;
  /** The page returns to this port of the machine that the agent runs on; null: to none. */
  readonly callbackPort: number | null;
}
export interface SignInScreen {
  readonly link: SignIn | null;
  /** To be typed on the page. */
  readonly code: string | null;
  /** The agent waits for something that the page shows in the end. */
  readonly wantsCode: boolean;
}

const URL_CHAR = /[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/;
const START = /https?:\/\//g;
/** What may stand at the edge of a row and is no part of an address. */
const BORDER = /[│┃║|▏▕┆┊]/;

/** The row without the box around it, and where its text begins. */
function inner(row: string): { readonly text: string; readonly from: number } {
  let text = row.trimEnd();
  if (BORDER.test(text.at(-1) ?? '')) text = text.slice(0, -1).trimEnd();
  const lead = /^(\s*)([│┃║|▏▕┆┊]?)(\s*)/.exec(text);
  const from = lead?.[0].length ?? 0;
  return { text, from };
}

const run = (text: string, at: number): string => {
  let end = at;
  while (end < text.length && URL_CHAR.test(text[end] ?? '')) end++;
  return text.slice(at, end);
};

/** Every address of a screen, put together again. Programs wrap where their box or the terminal ends, by no other sign. */
export function addresses(rows: readonly string[], cols: number): readonly string[] {
  const lines = rows.map(inner);
  const edge = Math.max(...lines.map(({ text }) => text.length), 0);
  /** Nothing more would have gone into this row: it reaches the terminal's edge, or as far as any row of its block. */
  const full = (i: number, from: number): boolean => {
    const length = lines[i]?.text.length ?? 0;
    if (length >= cols - 1) return true;
    const next = lines[i + 1]?.text.length ?? 0;
    return length >= Math.min(edge, cols) - 4 && length >= next && length - from > 20;
  };
  const found: string[] = [];
  lines.forEach(({ text }, first) => {
    for (const match of text.matchAll(START)) {
      let url = run(text, match.index);
      let i = first;
      let from = match.index;
      // As long as the address goes to the end of its row, and the row is full, the next begins with what is missing.
      while (from + run(lines[i]?.text ?? '', from).length === (lines[i]?.text.length ?? 0)) {
        if (!full(i, from)) break;
        const next = lines[i + 1];
        if (!next || next.text === '' || next.from >= next.text.length) break;
        const more = run(next.text, next.from);
        if (more === '' || /^https?:\/\//.test(more)) break;
        const alone = next.from + more.length === next.text.length;
        // A word of a sentence looks like a piece of an address; one with these signs in it does not.
        if (!alone && !/[%&=]/.test(more)) break;
        if (/^[A-Za-z]+$/.test(more) && (lines[i]?.text.length ?? 0) < cols - 8) break;
        if (alone && next.from > from + 2 && i === first) break;
        url += more;
        i++;
        from = next.from;
      }
      found.push(url.replace(/[).,;:!?'\]]+$/, ''));
    }
  });
  return [...new Set(found)];
}

/** Higher: more surely the page to sign in at. 0: another page. */
function weight(url: URL): number {
  const at = `${url.pathname}${url.search}`.toLowerCase();
  let sum = 0;
  if (/oauth|authorize|sso\b/.test(at)) sum += 4;
  if (/[?&](client_id|code_challenge|redirect_uri|state)=/.test(at)) sum += 4;
  if (/\bdevice\b|activate|user_code|verify/.test(at)) sum += 3;
  if (/log-?in|sign-?in|\bauth\b/.test(at)) sum += 2;
  if (/docs|terms|tos|privacy|help|support|policies/.test(at)) sum -= 4;
  return sum;
}

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

function callbackOf(url: URL): number | null {
  const back = url.searchParams.get('redirect_uri');
  if (back === null || !URL.canParse(back)) return null;
  const to = new URL(back);
  const port = Number(to.port);
  return to.protocol === 'http:' && LOCAL.has(to.hostname) && port > 0 ? port : null;
}

/** Letters and digits in groups, as device codes are; never part of a longer word. */
const CODE = /(?<![A-Za-z0-9-])(?:[A-Z0-9]{4,5}-[A-Z0-9]{4,6}|[A-Z0-9]{3}-[A-Z0-9]{3}-[A-Z0-9]{3})(?![A-Za-z0-9-])/;

export function readSignIn(rows: readonly string[], cols: number): SignInScreen {
  const all = addresses(rows, cols).flatMap((text) => {
    if (!URL.canParse(text)) return [];
    const url = new URL(text);
    return url.username === '' && url.password === '' ? [{ url, weight: weight(url) }] : [];
  });
  const [best] = all.filter((each) => each.weight > 0).sort((a, b) => b.weight - a.weight);
  const text = rows.join('\n');
  const code = /\bcode\b/i.test(text)
    ? (rows.map((row) => CODE.exec(row)?.[0]).find((each) => each !== undefined) ?? null)
    : null;
  return {
    link: best ? { url: best.url.href, host: best.url.host, callbackPort: callbackOf(best.url) } : null,
    code,
    wantsCode: /(paste|enter) (the |your )?(authorization )?code/i.test(text),
  };
}
