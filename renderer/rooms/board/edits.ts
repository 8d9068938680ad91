/**
 * Cards that are open: the newest that was seen, what is typed and not saved, and what two sides changed at once. It stays
 * while the page is open: closing a card, or losing the connection, loses no word.
 */
import { useMemo } from 'react';
import { create } from 'zustand';
import type { Card } from '../../../shared/contract/board.ts';
import type { CallInput } from '../../../shared/contract/contract.ts';
import { isFault } from '../../../shared/fault.ts';
import { learn } from '../../app/cards.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { type Change, changeOf, conflicts, type Field, needed } from './merge.ts';
import { cardOfFault } from './moves.ts';

export type TextField = 'title' | 'description';

export interface Edit {
  /** As the hub has it. */
  readonly card: Card | null;
  /** What is on its way to the hub, shown at once. */
  readonly pending: Partial<Card>;
  /** Why the card could not be read. */
  readonly missing: string | null;
  /** Texts in work, each with what stood there when the person began. */
  readonly drafts: { readonly [F in TextField]?: Change<F> };
  readonly comment: string;
  /** Changes of both sides: somebody must choose. */
  readonly clash: readonly Change[];
  /** Why the last change was not taken. */
  readonly error: string | null;
  readonly saving: boolean;
}
const NOTHING: Edit = {
  card: null,
  pending: {},
  missing: null,
  drafts: {},
  comment: '',
  clash: [],
  error: null,
  saving: false,
};

const useEdits = create<{ readonly byKey: ReadonlyMap<string, Edit> }>(() => ({ byKey: new Map() }));

export const useEdit = (key: string): Edit => useEdits((edits) => edits.byKey.get(key) ?? NOTHING);
export const editNow = (key: string): Edit => useEdits.getState().byKey.get(key) ?? NOTHING;

/** The card as the screen shows it. */
const shown = ({ card, pending }: Edit): Card | null => card && { ...card, ...pending };
export const useShownCard = (key: string): Card | null => {
  const edit = useEdit(key);
  return useMemo(() => shown(edit), [edit]);
};

function put(key: string, change: Partial<Edit>): void {
  useEdits.setState(({ byKey }) => ({ byKey: new Map(byKey).set(key, { ...(byKey.get(key) ?? NOTHING), ...change }) }));
}

/** Answers may overtake each other: an older card is never shown over a newer one. */
function see(card: Card): void {
  const known = editNow(card.key).card;
  if (known && known.version > card.version) return;
  put(card.key, { card, missing: null });
  learn(card);
}

/** Reads the card as it is now. */
export async function load(key: string): Promise<void> {
  try {
    see(await wire().call('board.get', { key }, { retry: true }));
  } catch (failure) {
    put(key, { missing: messageOf(failure), ...(isFault(failure, 'not-found') ? { card: null } : {}) });
  }
}

export function draft<F extends TextField>(key: string, field: F, mine: Card[F]): void {
  const { card, drafts } = editNow(key);
  if (!card) return;
  const begun: Change<TextField> = drafts[field] ?? changeOf(card, field, card[field]);
  put(key, { drafts: { ...drafts, [field]: { ...begun, mine } } });
}

export function dropDraft(key: string, field: TextField): void {
  const { [field]: _gone, ...drafts } = editNow(key).drafts;
  put(key, { drafts });
}

export const setComment = (key: string, comment: string): void => put(key, { comment });

type Patch = Omit<CallInput<'board.edit'>, 'key' | 'version' | 'fence'>;

function patchOf(changes: readonly Change[]): Patch {
  const patch: Record<string, unknown> = {};
  for (const { field, mine } of changes) {
    // An owner is named by its id; a session that has gone has no other.
    patch[field] = field === 'owner' ? ((mine as Card['owner'])?.id ?? null) : mine;
  }
  return patch as Patch;
}

/** Others may be fast, but not for ever. */
const TRIES = 4;

/** The last save of each card: the next one waits for it, and so is made against what it left. */
const lanes = new Map<string, Promise<unknown>>();

/**
 * Saves fields. Where the other side changed other fields, both stand; where it changed the same one, nothing is sent and
 * `clash` waits for a choice. Answers whether all is in the hub.
 */
export async function save(key: string, changes: readonly Change[]): Promise<boolean> {
  const wanted = Object.fromEntries(changes.map(({ field, mine }) => [field, mine]));
  put(key, { pending: { ...editNow(key).pending, ...wanted }, saving: true, error: null });
  const mine = (lanes.get(key) ?? Promise.resolve()).then(() => send(key, changes));
  lanes.set(key, mine);
  const saved = await mine;
  // A later save of the same field shows its own value until it is answered.
  const left = Object.entries(editNow(key).pending).filter(([field, value]) => wanted[field] !== value);
  const last = lanes.get(key) === mine;
  if (last) lanes.delete(key);
  put(key, { pending: Object.fromEntries(left), saving: !last });
  return saved;
}

/** Never throws: what went wrong is in `error`. */
async function send(key: string, changes: readonly Change[]): Promise<boolean> {
  try {
    for (let i = 0; i < TRIES; i++) {
      const { card, clash } = editNow(key);
      if (!card) return false;
      const both = changes.filter((change) => conflicts(change, card));
      if (both.length > 0) {
        const fields = new Set(both.map(({ field }) => field));
        put(key, { clash: [...clash.filter(({ field }) => !fields.has(field)), ...both] });
        // What is in no conflict is saved all the same.
        const rest = changes.filter(({ field }) => !fields.has(field));
        if (rest.length > 0) await send(key, rest);
        return false;
      }
      const rest = changes.filter((change) => needed(change, card));
      if (rest.length === 0) return true;
      try {
        see(await wire().call('board.edit', { key, version: card.version, ...patchOf(rest) }));
        return true;
      } catch (failure) {
        const now = isFault(failure, 'conflict') ? cardOfFault(failure) : null;
        if (!now) throw failure;
        see(now);
      }
    }
    put(key, { error: 'Others change this card faster than it can be saved. Try again.' });
  } catch (failure) {
    put(key, { error: messageOf(failure) });
  }
  return false;
}

/** One field from what the screen shows. */
export function setField<F extends Field>(key: string, field: F, mine: Card[F]): Promise<boolean> {
  // Against what is shown: a save that is still on its way comes before this one.
  const card = shown(editNow(key));
  return card ? save(key, [changeOf(card, field, mine)]) : Promise.resolve(false);
}

/** Saves a text in work; the draft goes only once the hub has it. */
export async function saveDraft(key: string, field: TextField): Promise<boolean> {
  const begun = editNow(key).drafts[field];
  if (!begun) return true;
  const saved = await save(key, [begun]);
  // What was typed while the answer was on its way is another draft, from what has just been saved.
  const now = editNow(key).drafts[field];
  if (saved && now?.mine === begun.mine) dropDraft(key, field);
  else if (saved && now) put(key, { drafts: { ...editNow(key).drafts, [field]: { ...now, base: begun.mine } } });
  return saved;
}

/** Ends a conflict of one field: `mine` is what shall stand; null takes theirs. */
export async function settle(key: string, change: Change, mine: Change['mine'] | null): Promise<void> {
  const { card } = editNow(key);
  if (!card) return;
  const leave = () => {
    put(key, { clash: editNow(key).clash.filter(({ field }) => field !== change.field) });
    if (change.field === 'title' || change.field === 'description') dropDraft(key, change.field);
  };
  if (mine === null) {
    leave();
    return;
  }
  // Theirs has been seen: it is what the choice is made against.
  if (await save(key, [{ field: change.field, base: card[change.field], mine }])) leave();
}
