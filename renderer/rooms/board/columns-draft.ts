/** Columns as they are being arranged, before they are saved. Pure. */
import type { Column, ColumnKind } from '../../../shared/contract/board.ts';

/** What is in a row of the form; the limit is as it was typed. */
export interface DraftColumn {
  readonly id: string;
  readonly title: string;
  readonly kind: ColumnKind;
  readonly limit: string;
}

export const KINDS: readonly { readonly kind: ColumnKind; readonly word: string }[] = [
  { kind: 'backlog', word: 'Backlog' },
  { kind: 'todo', word: 'To do' },
  { kind: 'doing', word: 'Doing' },
  { kind: 'review', word: 'Review' },
  { kind: 'done', word: 'Done' },
  { kind: 'discarded', word: 'Discarded' },
];
/** One of each of these must be there; the hub refuses otherwise. */
const NEEDED: ReadonlySet<ColumnKind> = new Set<ColumnKind>(['backlog', 'todo', 'doing', 'done', 'discarded']);

export const draftOf = (columns: readonly Column[]): DraftColumn[] =>
  columns.map(({ id, title, kind, limit }) => ({ id, title, kind, limit: limit === null ? '' : String(limit) }));

/** An id from a title, unlike all that are there: they stay when the title changes. */
export function newColumnId(title: string, taken: readonly string[]): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 24)
    .replace(/-+$/, '');
  const base = plain === '' ? 'column' : plain;
  let id = base;
  for (let n = 2; taken.includes(id); n++) id = `${base}-${n}`;
  return id;
}

export function moved(list: readonly DraftColumn[], at: number, by: -1 | 1): DraftColumn[] {
  const next = [...list];
  const [column] = next.splice(at, 1);
  if (column) next.splice(Math.max(0, at + by), 0, column);
  return next;
}

/** Why a column cannot be taken away; null when it can. */
export function whyStays(list: readonly DraftColumn[], column: DraftColumn, holds: number): string | null {
  if (holds > 0) return `It holds ${holds} ${holds === 1 ? 'card' : 'cards'}: move them first`;
  const alike = list.filter(({ kind }) => kind === column.kind).length;
  return NEEDED.has(column.kind) && alike === 1 ? 'It is the only one of its kind' : null;
}

const LIMIT = /^[1-9]\d{0,3}$|^10000$/;

/** The row that is not right and why; null when all can be saved. */
export function problemOf(list: readonly DraftColumn[]): { readonly id: string; readonly why: string } | null {
  for (const { id, title, limit } of list) {
    if (title.trim() === '') return { id, why: 'A column needs a title' };
    if (limit.trim() !== '' && !LIMIT.test(limit.trim())) return { id, why: 'A limit is a number from 1 to 10,000' };
  }
  for (const { kind, word } of KINDS) {
    const first = list[0];
    if (first && NEEDED.has(kind) && !list.some((column) => column.kind === kind)) {
      return { id: first.id, why: `One column of the kind ${word} must stay` };
    }
  }
  return null;
}

export const columnsOf = (list: readonly DraftColumn[]): Column[] =>
  list.map(({ id, title, kind, limit }) => ({
    id,
    title: title.trim(),
    kind,
    limit: limit.trim() === '' ? null : Number(limit),
  }));

export const sameColumns = (a: readonly Column[], b: readonly Column[]): boolean =>
  JSON.stringify(columnsOf(draftOf(a))) === JSON.stringify(columnsOf(draftOf(b)));
