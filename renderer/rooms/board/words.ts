/** Times and texts of the board for people and agents. Pure. */
import type { Card, CardChange } from '../../../shared/contract/board.ts';
import { FIELD_NAMES, told } from './merge.ts';

const MINUTE = 60_000;

/** What remains of a lease, short. */
export function left(ms: number): string {
  if (ms <= 0) return 'lease over';
  if (ms < MINUTE) return `${Math.ceil(ms / 1000)}s left`;
  if (ms < 60 * MINUTE) return `${Math.floor(ms / MINUTE)}m left`;
  return `${Math.floor(ms / (60 * MINUTE))}h ${Math.floor((ms / MINUTE) % 60)}m left`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day near today by its distance, else as `4 Mar`, with the year when it is another one. Both are YYYY-MM-DD. */
export function dayWords(day: string, today: string): string {
  const days = Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  const [year, month, date] = day.split('-');
  const short = `${Number(date)} ${MONTHS[Number(month) - 1] ?? month}`;
  return year === today.slice(0, 4) ? short : `${short} ${year}`;
}

/** The card as a prompt: all that an agent needs to begin, and how to tell the board about it. */
export function promptOf(card: Card): string {
  const parts = [`${card.key}: ${card.title}`];
  if (card.description !== '') parts.push(card.description);
  if (card.checklist.length > 0) {
    parts.push(card.checklist.map((item) => `- [${item.done ? 'x' : ' '}] ${item.text}`).join('\n'));
  }
  const facts = [
    card.links.branch === null ? '' : `Branch: ${card.links.branch}`,
    card.links.pr === null ? '' : `Pull request: ${card.links.pr}`,
    card.due === null ? '' : `Due: ${card.due}`,
  ].filter((fact) => fact !== '');
  if (facts.length > 0) parts.push(facts.join('\n'));
  parts.push(
    `This is card ${card.key} of the board. Claim it with \`qd board claim ${card.key}\`; when you are done, move it with ` +
      `\`qd board move ${card.key} ${card.review === 'other' ? 'review' : 'done'}\`.`,
  );
  return parts.join('\n\n');
}

/** A session's name for a card; names take no more than 64 letters, digits and dashes. */
export const sessionNameOf = (key: string): string => key.toLowerCase();

/** One line of history, after the name of who did it. */
export function changeWords(change: CardChange, columnTitle: (id: string) => string): string {
  const value = (name: string, side: 'before' | 'after') => told(name, change.changes[name]?.[side]);
  switch (change.what) {
    case 'created':
      return 'made the card';
    case 'commented':
      return 'said';
    case 'claimed':
      return 'claimed it';
    case 'released':
      return 'gave the claim back';
    case 'expired':
      return 'lost the claim: its lease ran out';
    case 'removed':
      return 'deleted it';
    case 'moved':
      return change.changes['column']
        ? `moved it from ${columnTitle(value('column', 'before'))} to ${columnTitle(value('column', 'after'))}`
        : 'moved it inside its column';
    case 'edited': {
      const names = Object.keys(change.changes);
      const only = names[0];
      if (names.length === 1 && only !== undefined && only !== 'description') {
        const short = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text).replaceAll('\n', ', ');
        const name = Object.entries(FIELD_NAMES).find(([field]) => field === only)?.[1] ?? only;
        return `changed ${name.toLowerCase()} from ${short(value(only, 'before'))} to ${short(value(only, 'after'))}`;
      }
      const told = names.map((each) => each.toLowerCase()).join(', ');
      return `changed ${told}`;
    }
  }
}
