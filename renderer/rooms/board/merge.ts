/** Two people (or agents) and one card: what somebody typed against what the card has become since. Pure. */
import type { Card } from '../../../shared/contract/board.ts';

export const EDITABLE = [
  'title',
  'description',
  'priority',
  'owner',
  'tags',
  'due',
  'dependencies',
  'checklist',
  'links',
  'cost',
  'review',
] as const;
export type Field = (typeof EDITABLE)[number];

/** One field as it was when the person began, and as they want it. */
export interface Change<F extends Field = Field> {
  readonly field: F;
  readonly base: Card[F];
  readonly mine: Card[F];
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const changeOf = <F extends Field>(card: Card, field: F, mine: Card[F]): Change<F> => ({
  field,
  base: card[field],
  mine,
});

/** Both sides changed the field, and not to the same. */
export const conflicts = (change: Change, now: Card): boolean =>
  !same(now[change.field], change.base) && !same(now[change.field], change.mine);

/** What is left to save: a field that is already as wanted needs nothing. */
export const needed = (change: Change, now: Card): boolean => !same(now[change.field], change.mine);

export const FIELD_NAMES: Readonly<Record<Field, string>> = {
  title: 'Title',
  description: 'Description',
  priority: 'Priority',
  owner: 'Owner',
  tags: 'Tags',
  due: 'Due',
  dependencies: 'Waits for',
  checklist: 'Checklist',
  links: 'Links',
  cost: 'Cost',
  review: 'Review',
};

/** A field's value for people to read. */
export function told(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'nothing';
    return value
      .map((each: unknown) =>
        isItem(each) ? `${each.done ? '☑' : '☐'} ${each.text}` : typeof each === 'string' ? each : JSON.stringify(each),
      )
      .join(field === 'checklist' ? '\n' : ', ');
  }
  if (typeof value === 'object') {
    if ('name' in value && typeof value.name === 'string') return value.name;
    const parts = Object.entries(value).filter(([, each]) => each !== null && each !== '');
    return parts.length === 0 ? 'nothing' : parts.map(([name, each]) => `${name}: ${String(each)}`).join('\n');
  }
  if (field === 'review') return value === 'other' ? 'somebody else' : 'anyone';
  return String(value);
}

const isItem = (value: unknown): value is { readonly text: string; readonly done: boolean } =>
  typeof value === 'object' && value !== null && 'text' in value && 'done' in value;

/** Fields whose two sides can stand one after the other. */
export function joined(change: Change, now: Card): Change['mine'] | null {
  if (change.field === 'description') return `${now.description}\n\n${String(change.mine)}`;
  if (change.field === 'tags' && Array.isArray(change.mine)) {
    return [...new Set([...now.tags, ...(change.mine as string[])])];
  }
  if (change.field === 'dependencies') return [...new Set([...now.dependencies, ...(change.mine as string[])])];
  return null;
}
