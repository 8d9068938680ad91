/**
 * A recorded screen (JSON, as under `e2e/recordings`) as a live one: the same terminal parses it, so that a reader
 * sees in tests and in `qd explain FILE` what it sees in a session. The recording is foreign input: it is checked here.
 */
import { Fault } from '../../shared/fault.ts';
import type { ScreenView } from './ports.ts';
import { createScreen } from './screen.ts';

export interface RecordedScreen {
  /** The key of the agent as the recording names it; lower case. */
  readonly agent: string;
  readonly view: ScreenView;
  readonly facts: {
    readonly command?: string;
    readonly dead?: boolean;
    readonly deadStatus?: number | null;
    readonly osc?: string;
  };
}

const MAX_SIDE = 1000;
const MAX_TEXT = 4 * 1024 * 1024;

function refuse(what: string): never {
  throw new Fault('invalid', `This is not a recorded screen: ${what}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function side(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_SIDE) {
    refuse(`"${name}" must be a whole number from 1 to ${MAX_SIDE}`);
  }
  return value;
}

function optional<T>(value: unknown, name: string, is: (given: unknown) => given is T): T | undefined {
  if (value === undefined || value === null) return undefined;
  return is(value) ? value : refuse(`"${name}" has the wrong type`);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
const isLines = (value: unknown): value is string | readonly string[] =>
  isText(value) || (Array.isArray(value) && value.length <= MAX_SIDE * 10 && value.every(isText));

/** `json` is the file's text, or what JSON.parse made of it. Rejects with a Fault `invalid` when it is anything else. */
export async function readRecorded(json: unknown): Promise<RecordedScreen> {
  const record = parse(json);
  const cols = side(record['cols'], 'cols');
  const rows = side(record['rows'], 'rows');
  const agent = optional(record['agent'], 'agent', isText) ?? refuse('"agent" is missing');
  if (!/^[\w.-]{1,64}$/.test(agent)) refuse('"agent" is not a name');
  const lines = optional(record['ansi'], 'ansi', isLines) ?? optional(record['screen'], 'screen', isLines);
  if (lines === undefined) refuse('neither "ansi" nor "screen" is there');
  const title = optional(record['title'], 'title', isText);
  const command = optional(record['current_command'], 'current_command', isText);
  const dead = optional(record['pane_dead'], 'pane_dead', isFlag);
  const deadStatus = optional(record['dead_status'], 'dead_status', isWhole);
  const osc = optional(record['osc'], 'osc', isText);
  const alternate = optional(record['alternate_on'], 'alternate_on', isFlag);
  const cursor = optional(record['cursor'], 'cursor', isRecord);

  const screen = createScreen({ cols, rows, scrollback: 0 });
  if (alternate === true) screen.write('\u001b[?1049h');
  if (title !== undefined) screen.write(`\u001b]2;${title.slice(0, 4096).replace(/\p{Cc}/gu, '')}\u0007`);
  screen.write(drawing(lines, rows));
  screen.write(cursorAt(cursor, cols, rows));
  await screen.settled();
  const view = screen.view();
  // The view makes its runs when asked, from the live screen: make them now, then the screen may go.
  for (let row = 0; row < rows; row += 1) view.runs(row);
  screen.dispose();
  return {
    agent: agent.toLowerCase(),
    view,
    facts: {
      ...(command !== undefined && { command }),
      ...(dead !== undefined && { dead }),
      ...(deadStatus !== undefined && { deadStatus }),
      ...(osc !== undefined && { osc }),
    },
  };
}

function parse(json: unknown): Record<string, unknown> {
  let value = json;
  if (typeof json === 'string') {
    try {
      value = JSON.parse(json);
    } catch {
      // The parser's own words quote the input, which may be anything; what matters is that it is not JSON.
      refuse('it is not JSON');
    }
  }
  return isRecord(value) ? value : refuse('it is not a JSON object');
}

/** Each line at its own row, without wrapping: a line that is too long, or one too many, must not push the others up. */
function drawing(lines: string | readonly string[], rows: number): string {
  const list = typeof lines === 'string' ? lines.split(/\r?\n/) : lines;
  const placed = list.slice(0, rows).map((line, row) => `\u001b[${row + 1};1H${line}`);
  return `\u001b[?7l${placed.join('')}\u001b[m\u001b[?7h`;
}

function cursorAt(cursor: Record<string, unknown> | undefined, cols: number, rows: number): string {
  if (cursor === undefined) return '\u001b[H';
  const x = optional(cursor['x'], 'cursor.x', isWhole) ?? 0;
  const y = optional(cursor['y'], 'cursor.y', isWhole) ?? 0;
  const visible = optional(cursor['visible'], 'cursor.visible', isFlag) ?? true;
  const within = (value: number, most: number): number => Math.max(0, Math.min(value, most - 1)) + 1;
  return `\u001b[${within(y, rows)};${within(x, cols)}H\u001b[?25${visible ? 'h' : 'l'}`;
}
