/** Cards as text for a terminal. Titles and descriptions come from anybody: they cannot drive it. */
import type { Card, CardChange, CardRow, Column } from '../../shared/contract/board.ts';
import { ago, bold, cut, cyan, dim, green, plain, red, table, yellow } from './print.ts';

/** Several lines of somebody's text, each made harmless. */
const lines = (text: string): string[] => text.split(/\r\n|\r|\n/).map(plain);
const left = (until: number): string => `for ${ago(Date.now(), until)}`;

/** Who works on it, or else whose it is. */
const who = (card: Pick<Card, 'claim' | 'owner'>): string =>
  card.claim ? `${card.claim.by.name} *` : (card.owner?.name ?? '');
const urgency = (card: Pick<Card, 'priority'>, text: string): string =>
  card.priority === 'urgent' ? red(text) : card.priority === 'high' ? yellow(text) : text;

/** Narrower terminals get a list instead of a table. */
const NARROW = 80;

export function boardText(
  cards: readonly CardRow[],
  columns: readonly Column[],
  total = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const titles = new Map(columns.map(({ id, title }) => [id, title]));
  if (total < NARROW) return boardList(cards, titles, total);
  const some = (has: (card: CardRow) => boolean): boolean => cards.some(has);
  return table(
    cards,
    [
      { head: 'COLUMN', value: (c) => titles.get(c.column) ?? c.column },
      { head: 'KEY', value: (c) => c.key, style: (_c, text) => bold(text) },
      { head: 'PRIORITY', value: (c) => c.priority, style: urgency },
      { head: 'TITLE', value: (c) => c.title, shrink: true },
      ...(some((c) => who(c) !== '')
        ? [{ head: 'WHO', value: who, style: (c: CardRow, text: string) => (c.claim ? cyan(text) : text) }]
        : []),
      ...(some((c) => c.due !== null) ? [{ head: 'DUE', value: (c: CardRow) => c.due ?? '' }] : []),
      ...(some((c) => c.blockedBy.length > 0)
        ? [{ head: 'WAITS FOR', value: (c: CardRow) => c.blockedBy.join(' '), shrink: true }]
        : []),
      ...(some((c) => c.tags.length > 0)
        ? [{ head: 'TAGS', value: (c: CardRow) => c.tags.join(' '), shrink: true }]
        : []),
    ],
    total,
  );
}

function boardList(cards: readonly CardRow[], titles: ReadonlyMap<string, string>, total: number): string {
  const text: string[] = [];
  let column: string | null = null;
  for (const card of cards) {
    if (card.column !== column) text.push(bold(plain(titles.get(card.column) ?? card.column)));
    column = card.column;
    text.push(urgency(card, cut(`  ${card.key}  ${plain(card.title)}`, total)));
    const more = [
      ...(card.priority === 'normal' ? [] : [card.priority]),
      ...(who(card) === '' ? [] : [plain(who(card))]),
      ...(card.due === null ? [] : [`due ${card.due}`]),
      ...(card.blockedBy.length === 0 ? [] : [`waits for ${card.blockedBy.join(' ')}`]),
    ];
    if (more.length > 0) text.push(dim(cut(`      ${more.join(', ')}`, total)));
  }
  return text.join('\n');
}

/** One line, for what was just done to it. */
export const cardLine = (card: Card): string =>
  `${bold(card.key)}  ${card.column}  ${plain(card.title)}${claimOf(card)}`;

function claimOf({ claim }: Pick<Card, 'claim'>): string {
  if (!claim) return '';
  return dim(`  claimed by ${plain(claim.by.name)} ${left(claim.expiresAt)}, fence ${claim.fence}`);
}

export function cardText(card: Card, history: readonly CardChange[] = []): string {
  const rows: [string, string][] = [
    ['column', card.column],
    ['priority', urgency(card, card.priority)],
    ['owner', card.owner ? plain(card.owner.name) : ''],
    [
      'claim',
      card.claim ? `${plain(card.claim.by.name)} ${left(card.claim.expiresAt)}, fence ${card.claim.fence}` : '',
    ],
    ['tags', card.tags.map(plain).join(', ')],
    ['due', card.due ?? ''],
    ['waits for', card.dependencies.join(', ')],
    ['session', plain(card.links.session ?? '')],
    ['branch', plain(card.links.branch ?? '')],
    ['link', plain(card.links.pr ?? '')],
    ['cost', card.cost === null ? '' : `${card.cost} USD`],
    ['review', card.review === 'other' ? 'by somebody else' : ''],
    ['made', `${ago(card.createdAt)} ago by ${plain(card.creator.name)}, version ${card.version}`],
  ];
  const facts = rows.filter(([, value]) => value !== '').map(([name, value]) => `${dim(name.padEnd(10))}${value}`);
  const text = [`${bold(card.key)}  ${bold(plain(card.title))}`, ...facts];
  if (card.checklist.length > 0) text.push('');
  for (const item of card.checklist) text.push(`${item.done ? green('[x]') : '[ ]'} ${plain(item.text)}`);
  if (card.description !== '') text.push('', ...lines(card.description));
  if (history.length > 0) text.push('', ...history.map(changeText));
  return text.join('\n');
}

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return plain(text.length > 60 ? `${text.slice(0, 59)}…` : text);
};

export function changeText(change: CardChange): string {
  const changes = Object.entries(change.changes).map(([field, { before, after }]) =>
    field === 'description' ? 'description' : `${plain(field)}: ${short(before)} to ${short(after)}`,
  );
  const head = `${dim(new Date(change.at).toISOString())}  ${plain(change.by.name)} ${change.what}`;
  const told = change.text === '' ? [] : lines(change.text).map((line) => `    ${line}`);
  return [`${head}${changes.length > 0 ? `  ${changes.join(', ')}` : ''}`, ...told].join('\n');
}
