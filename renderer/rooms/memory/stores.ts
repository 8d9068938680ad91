/** The notes and facts while a screen of this room is open, and what is typed and not yet saved. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { Fact, NoteRow } from '../../../shared/contract/memory.ts';
import { follow, type RowsStore } from '../../app/feeds.ts';
import { noRows, type Rows } from '../../app/rows.ts';

export const useNoteRows: RowsStore<NoteRow> = create<Rows<NoteRow>>(() => noRows);
export const useFactRows: RowsStore<Fact> = create<Rows<Fact>>(() => noRows);

/** Follows both feeds while the caller is there; answers why the hub ended one, null while it did not. */
export function useMemoryFeeds(): string | null {
  const notes = useNoteRows((rows) => rows.refused);
  const facts = useFactRows((rows) => rows.refused);
  useEffect(() => {
    const ends = [
      follow('memory.noteRows', useNoteRows, (row) => row.id),
      follow('memory.factRows', useFactRows, (row) => row.id),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return notes ?? facts;
}

/** Typed text of a note and the version it began from. */
export interface Draft {
  readonly body: string;
  readonly version: number;
}
const KEY = 'quarterdeck.note.';

/** A draft lives as long as the tab, through reloads: what is typed is never lost by going elsewhere. */
export function readDraft(id: string): Draft | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY + id) ?? 'null');
    if (value === null || typeof value !== 'object') return null;
    const { body, version } = value as Record<string, unknown>;
    return typeof body === 'string' && typeof version === 'number' ? { body, version } : null;
  } catch {
    // Storage is denied or holds something odd: then there is no draft.
    return null;
  }
}

export function keepDraft(id: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(KEY + id);
    else sessionStorage.setItem(KEY + id, JSON.stringify(draft));
  } catch {
    // Without storage the draft lives in the page alone.
  }
}
