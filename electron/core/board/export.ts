/** The board as text for other programs: JSON, CSV, iCalendar. Pure: the caller has chosen the cards. */
import type { Card, Column } from '../../../shared/contract/board.ts';

/** What `board.import` takes back. */
export const EXPORT_FORMAT = 'quarterdeck-board';

export function toJson(columns: readonly Column[], cards: readonly Card[]): string {
  return `${JSON.stringify({ format: EXPORT_FORMAT, version: 1, columns, cards }, null, 1)}\n`;
}

// ---- CSV (RFC 4180) ------------------------------------------------------------------------------------------------

/** What spreadsheets take for the start of a formula, full-width forms included. */
const FORMULA = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** One cell of text: never a formula, quoted where it must be. */
export function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const iso = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());
const CSV: Readonly<Record<string, (card: Card) => string>> = {
  key: (c) => c.key,
  title: (c) => c.title,
  column: (c) => c.column,
  priority: (c) => c.priority,
  owner: (c) => c.owner?.name ?? '',
  claimed_by: (c) => c.claim?.by.name ?? '',
  creator: (c) => c.creator.name,
  tags: (c) => c.tags.join('; '),
  due: (c) => c.due ?? '',
  dependencies: (c) => c.dependencies.join('; '),
  checklist: (c) =>
    c.checklist.length === 0 ? '' : `${c.checklist.filter((i) => i.done).length}/${c.checklist.length}`,
  session: (c) => c.links.session ?? '',
  branch: (c) => c.links.branch ?? '',
  pr: (c) => c.links.pr ?? '',
  cost: (c) => (c.cost === null ? '' : String(c.cost)),
  review: (c) => c.review,
  created: (c) => iso(c.createdAt),
  updated: (c) => iso(c.updatedAt),
  finished: (c) => iso(c.finishedAt),
  description: (c) => c.description,
};

export function toCsv(cards: readonly Card[]): string {
  const values = Object.values(CSV);
  const lines = cards.map((card) => values.map((value) => cell(value(card))).join(','));
  return [Object.keys(CSV).join(','), ...lines, ''].join('\r\n');
}

// ---- iCalendar (RFC 5545) ------------------------------------------------------------------------------------------

/** Text of a property: no control characters, the four special ones escaped. */
export const escapeText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');

/** At most 75 octets a line, cut between characters; what follows begins with a space, which counts. */
export function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).byteLength;
    if (octets + size > 75) {
      parts.push(part);
      part = '';
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n ');
}

/** `20260131T120000Z`. */
const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
/** Calendar programs choke on novels; the card has the whole. */
const DESCRIPTION = 4000;

/** One all-day event for each card that has a due date and is not finished. */
export function toCalendar(cards: readonly Card[]): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Quarterdeck//Board//EN', 'CALSCALE:GREGORIAN'];
  lines.push('METHOD:PUBLISH', 'X-WR-CALNAME:Quarterdeck');
  for (const card of cards) {
    if (card.due === null || card.finishedAt !== null) continue;
    lines.push('BEGIN:VEVENT');
    // The time tells two boards apart whose keys are alike.
    lines.push(`UID:${card.key}-${card.createdAt}@quarterdeck`);
    lines.push(`DTSTAMP:${stamp(card.updatedAt)}`, `LAST-MODIFIED:${stamp(card.updatedAt)}`);
    lines.push(`SEQUENCE:${card.version}`, `DTSTART;VALUE=DATE:${card.due.replaceAll('-', '')}`);
    lines.push(`SUMMARY:${escapeText(`${card.key} ${card.title}`)}`);
    if (card.description)
      lines.push(`DESCRIPTION:${escapeText(card.description.slice(0, DESCRIPTION).toWellFormed())}`);
    if (card.tags.length > 0) lines.push(`CATEGORIES:${card.tags.map(escapeText).join(',')}`);
    if (card.links.pr) lines.push(`URL:${encodeURI(card.links.pr).replace(/%25/g, '%')}`);
    lines.push('TRANSP:TRANSPARENT', 'END:VEVENT');
  }
  lines.push('END:VCALENDAR', '');
  return lines.map(fold).join('\r\n');
}
