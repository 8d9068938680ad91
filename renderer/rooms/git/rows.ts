/** The rows that a review is made of, in one list: files, hunks, lines, comments. Pure. */
import type { Change } from '../../../shared/contract/git.ts';
import { type FileDiff, type Hunk, pairs } from '../../ui/diff.ts';
import { type Comment, standsAt } from './comments.ts';

export type Layout = 'unified' | 'split';

/** A file with what is known of its difference. */
export interface Section {
  readonly change: Change;
  readonly diff: FileDiff | null;
  /** `absent`: it was not among what the hub sent at once; it is asked for when it shows. */
  readonly state: 'ready' | 'absent' | 'loading' | 'failed';
  readonly error?: string | undefined;
  readonly folded: boolean;
  /** Lines of context asked for. */
  readonly context: number;
}

interface Base {
  readonly key: string;
  readonly path: string;
}
export interface FileRow extends Base {
  readonly kind: 'file';
  readonly section: Section;
}
export interface NoteRow extends Base {
  readonly kind: 'note';
  readonly text: string;
  readonly wait: 'absent' | 'loading' | 'failed' | null;
}
export interface HunkRow extends Base {
  readonly kind: 'hunk';
  readonly hunk: Hunk;
  readonly context: number;
}
export interface LineRow extends Base {
  readonly kind: 'line';
  readonly hunk: Hunk;
  readonly at: number;
}
export interface PairRow extends Base {
  readonly kind: 'pair';
  readonly hunk: Hunk;
  readonly left: number | null;
  readonly right: number | null;
}
export interface CommentRow extends Base {
  readonly kind: 'comment';
  readonly id: string;
  /** The line that it was about is not in the difference any more. */
  readonly adrift: boolean;
}
export type Row = FileRow | NoteRow | HunkRow | LineRow | PairRow | CommentRow;
export type CodeRow = LineRow | PairRow;

export const isCode = (row: Row | undefined): row is CodeRow => row?.kind === 'line' || row?.kind === 'pair';

/** The line of the hunk that a row stands for: of a pair, the new one. */
export const lineOf = (row: CodeRow): number => (row.kind === 'line' ? row.at : (row.right ?? row.left ?? 0));

/** Context that shows a whole file. */
export const WHOLE = 100_000;

/** Written by tools for tools; folded until somebody asks. */
const GENERATED =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|Cargo\.lock|composer\.lock|poetry\.lock|uv\.lock|Gemfile\.lock|go\.sum|flake\.lock|.*\.min\.(?:js|css)|.*\.map|.*\.snap)$/;
export const isGenerated = (path: string): boolean => GENERATED.test(path);

export function rowsOf(sections: readonly Section[], layout: Layout, comments: readonly Comment[]): Row[] {
  const rows: Row[] = [];
  const byPath = new Map<string, Comment[]>();
  for (const comment of comments) byPath.set(comment.path, [...(byPath.get(comment.path) ?? []), comment]);
  for (const section of sections) {
    const { path } = section.change;
    rows.push({ kind: 'file', key: `f\0${path}`, path, section });
    const own = byPath.get(path) ?? [];
    byPath.delete(path);
    if (section.folded) continue;
    const { diff } = section;
    const below = new Map<string, Comment[]>();
    for (const comment of own) {
      const at = diff && standsAt(comment, diff);
      if (!at) rows.push(commentRow(comment, true));
      else below.set(`${at.hunk}:${at.line}`, [...(below.get(`${at.hunk}:${at.line}`) ?? []), comment]);
    }
    for (const note of notesOf(section)) rows.push({ kind: 'note', key: `n\0${path}\0${note.text}`, path, ...note });
    for (const [h, hunk] of diff?.hunks.entries() ?? []) {
      // A new or deleted file is whole already.
      if (diff?.hunks.length !== 1 || (section.context < WHOLE && !isWhole(diff)))
        rows.push({
          kind: 'hunk',
          key: `h\0${path}\0${hunk.oldStart}:${hunk.newStart}`,
          path,
          hunk,
          context: section.context,
        });
      // Side by side, a file that is wholly new would leave one side empty.
      pushLines(rows, path, h, hunk, layout === 'split' && !isWhole(diff) ? 'split' : 'unified', below);
    }
  }
  // A file that is no longer different: what was said about it stays until it is sent or dropped.
  for (const [, left] of byPath) for (const comment of left) rows.push(commentRow(comment, true));
  return rows;
}

const isWhole = (diff: FileDiff | null): boolean => diff?.kind === 'added' || diff?.kind === 'deleted';

function pushLines(
  rows: Row[],
  path: string,
  h: number,
  hunk: Hunk,
  layout: Layout,
  below: ReadonlyMap<string, readonly Comment[]>,
): void {
  const put = (at: number | null) => {
    for (const comment of below.get(`${h}:${at}`) ?? []) rows.push(commentRow(comment, false));
  };
  // By the old number too: a line that was changed twice has one new number and several old ones.
  const key = (at: number | null) => {
    const line = at === null ? undefined : hunk.lines[at];
    return `${line?.old ?? ''}:${line?.now ?? ''}`;
  };
  if (layout === 'unified') {
    for (let at = 0; at < hunk.lines.length; at += 1) {
      rows.push({ kind: 'line', key: `l\0${path}\0${key(at)}`, path, hunk, at });
      put(at);
    }
    return;
  }
  for (const { left, right } of pairs(hunk.lines)) {
    rows.push({ kind: 'pair', key: `p\0${path}\0${key(left)}\0${key(right)}`, path, hunk, left, right });
    put(left);
    if (right !== left) put(right);
  }
}

const commentRow = (comment: Comment, adrift: boolean): CommentRow => ({
  kind: 'comment',
  key: `c\0${comment.id}`,
  path: comment.path,
  id: comment.id,
  adrift,
});

const MODES: Readonly<Record<string, string>> = {
  '100644': 'a plain file',
  '100755': 'executable',
  '120000': 'a symbolic link',
  '160000': 'a submodule',
};
const modeWord = (mode: string): string => MODES[mode] ?? mode;

/** What is so with a file that its lines do not tell. */
function notesOf({ change, diff, state, error }: Section): Pick<NoteRow, 'text' | 'wait'>[] {
  const plain = (text: string) => ({ text, wait: null });
  if (state === 'failed') return [{ text: error ?? 'It could not be read.', wait: 'failed' }];
  if (!diff) {
    if (change.path.endsWith('/'))
      return [plain('A folder with a repository of its own, or with too many new files to name each.')];
    return state === 'ready'
      ? [plain('No difference in content.')]
      : [{ text: 'Reading the difference', wait: state === 'absent' ? 'absent' : 'loading' }];
  }
  const notes: Pick<NoteRow, 'text' | 'wait'>[] = [];
  if (change.kind === 'conflicted') notes.push(plain('A merge left this file in conflict.'));
  if (diff.oldMode !== null && diff.newMode !== null)
    notes.push(plain(`Was ${modeWord(diff.oldMode)}, is ${modeWord(diff.newMode)}.`));
  else if (diff.newMode !== null && diff.newMode !== '100644') notes.push(plain(`New, ${modeWord(diff.newMode)}.`));
  if (diff.binary) notes.push(plain('A binary file: its bytes differ, there are no lines to show.'));
  else if (diff.hunks.length === 0 && notes.length === 0)
    notes.push(
      plain(
        diff.kind === 'renamed'
          ? 'Renamed, with the same content.'
          : diff.kind === 'added' || diff.kind === 'deleted'
            ? 'An empty file.'
            : 'No difference in content.',
      ),
    );
  return notes;
}
