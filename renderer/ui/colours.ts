/**
 * Colours for the code on the screen. Only blocks that a visible line asked for are read, in slices of idle time: scrolling
 * never waits for them, and code shows uncoloured until they are there.
 */
import { useCallback, useSyncExternalStore } from 'react';

/** Kind as highlight.js names it (`keyword`, `string`), or null; and the text. */
export type Token = readonly [type: string | null, text: string];

/** Lines that are coloured together. The first `lead` are there for what they begin (a comment, say), not to be shown. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  readonly lead: number;
}

/** Lines of one block: read in one go, so it must take a few milliseconds only. */
export const BLOCK = 100;
export const LEAD = 40;
/** Longer lines are made by programs: they are shown plain. */
const LONGEST = 500;
const SLICE_MS = 8;

const LANGUAGES: Readonly<Record<string, string>> = {
  ...{ js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript' },
  ...{ ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'typescript' },
  ...{ json: 'json', jsonc: 'json', json5: 'json', webmanifest: 'json' },
  ...{
    py: 'python',
    pyi: 'python',
    rb: 'ruby',
    rake: 'ruby',
    gemspec: 'ruby',
    php: 'php',
    pl: 'perl',
    pm: 'perl',
    lua: 'lua',
  },
  ...{ go: 'go', rs: 'rust', c: 'c', h: 'c', cc: 'cpp', cpp: 'cpp', cxx: 'cpp', hpp: 'cpp', hh: 'cpp', cs: 'csharp' },
  ...{
    java: 'java',
    kt: 'kotlin',
    kts: 'kotlin',
    swift: 'swift',
    m: 'objectivec',
    mm: 'objectivec',
    r: 'r',
    vb: 'vbnet',
  },
  ...{
    sh: 'bash',
    bash: 'bash',
    zsh: 'bash',
    fish: 'bash',
    ksh: 'bash',
    sql: 'sql',
    graphql: 'graphql',
    gql: 'graphql',
  },
  ...{
    css: 'css',
    scss: 'scss',
    less: 'less',
    html: 'xml',
    htm: 'xml',
    xml: 'xml',
    svg: 'xml',
    vue: 'xml',
    plist: 'xml',
  },
  ...{
    md: 'markdown',
    markdown: 'markdown',
    mdx: 'markdown',
    yaml: 'yaml',
    yml: 'yaml',
    toml: 'ini',
    ini: 'ini',
    cfg: 'ini',
  },
  ...{ conf: 'ini', properties: 'ini', mk: 'makefile', diff: 'diff', patch: 'diff', wat: 'wasm', ino: 'arduino' },
};
const BY_NAME: Readonly<Record<string, string>> = {
  ...{ makefile: 'makefile', gnumakefile: 'makefile', gemfile: 'ruby', rakefile: 'ruby', podfile: 'ruby' },
  ...{
    '.bashrc': 'bash',
    '.zshrc': 'bash',
    '.profile': 'bash',
    '.editorconfig': 'ini',
    '.gitconfig': 'ini',
    '.npmrc': 'ini',
  },
};

/** By the name alone; null: plain. */
export function languageOf(path: string): string | null {
  const name = (path.split('/').at(-1) ?? '').toLowerCase();
  const end = name.includes('.') ? (name.split('.').at(-1) ?? '') : '';
  return (
    (Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined) ??
    (Object.hasOwn(LANGUAGES, end) ? LANGUAGES[end] : undefined) ??
    null
  );
}

/** A text's lines in blocks; line `i` is in block `floor(i / BLOCK)`. */
export function blocksOf(language: string | null, lines: readonly string[]): readonly Block[] {
  if (language === null) return [];
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += BLOCK) {
    const from = Math.max(0, at - LEAD);
    blocks.push({ language, lines: lines.slice(from, at + BLOCK), lead: at - from });
  }
  return blocks;
}

type Colour = typeof import('./syntax.ts').colour;
let colour: Colour | null = null;
let loading = false;
const done = new WeakMap<Block, readonly (readonly Token[])[]>();
const NONE: readonly (readonly Token[])[] = [];
const listeners = new Map<Block, Set<() => void>>();
/** The last that was asked for is the nearest to where a person looks. */
const wanted: Block[] = [];
let planned = false;

const idle: (work: () => void) => void =
  typeof requestIdleCallback === 'function'
    ? (work) => requestIdleCallback(work, { timeout: 300 })
    : (work) => setTimeout(work, 16);

function plan(): void {
  if (planned || wanted.length === 0) return;
  if (!colour) {
    if (loading) return;
    loading = true;
    void import('./syntax.ts').then(
      (loaded) => {
        colour = loaded.colour;
        plan();
      },
      () => {
        // The page is older than the hub, or it is away: code stays plain, and the next block tries again.
        loading = false;
      },
    );
    return;
  }
  planned = true;
  idle(slice);
}

function slice(): void {
  planned = false;
  const until = performance.now() + SLICE_MS;
  while (wanted.length > 0 && performance.now() < until) {
    const block = wanted.pop();
    if (!block || done.has(block) || !listeners.has(block) || !colour) continue;
    done.set(block, read(block, colour));
    for (const tell of listeners.get(block) ?? []) tell();
  }
  plan();
}

function read(block: Block, by: Colour): readonly (readonly Token[])[] {
  try {
    const short = block.lines.map((line) => (line.length > LONGEST ? '' : line));
    return by(block.language, short)?.slice(block.lead) ?? NONE;
  } catch {
    // A grammar that fails on odd code must not take the code away.
    return NONE;
  }
}

/** Tokens of the block's shown lines; undefined until they are there. Asks for them while the caller shows. */
export function useColours(block: Block | undefined): readonly (readonly Token[])[] | undefined {
  const subscribe = useCallback(
    (tell: () => void) => {
      if (!block || done.has(block)) return () => undefined;
      const tells = listeners.get(block) ?? new Set();
      tells.add(tell);
      if (!listeners.has(block)) {
        listeners.set(block, tells);
        wanted.push(block);
        plan();
      }
      return () => {
        tells.delete(tell);
        if (tells.size === 0) listeners.delete(block);
      };
    },
    [block],
  );
  return useSyncExternalStore(subscribe, () => (block ? done.get(block) : undefined));
}
