/** Pure: what tmux is asked about its panes and how the answer is read; marker variables as one option of the session. */
import type { TmuxPane } from '../ports.ts';

/** The session option that repeats the markers, so that one `list-panes -a` tells them for all sessions. */
export const MARKER_OPTION = '@qd_markers';

const NUMBERS = [
  'pane_width',
  'pane_height',
  'pane_dead',
  'pane_dead_status',
  'pane_dead_signal',
  'pane_pid',
  'session_created',
];
/** Free text: titles, folders and names may hold any character, line feeds and separators included, so their lengths go before. */
const TEXTS = ['session_name', 'pane_current_command', 'pane_current_path', 'pane_title', MARKER_OPTION];

export const PANE_FORMAT = [
  ...['session_id', 'window_id', 'pane_id', ...NUMBERS].map((name) => `#{${name}}`),
  ...TEXTS.map((name) => `#{n:${name}}`),
  TEXTS.map((name) => `#{${name}}`).join(''),
].join('|');

const FIXED = 3 + NUMBERS.length + TEXTS.length;

/** Records of `PANE_FORMAT`, one after the other with a LF between. Reading stops at a record that makes no sense. */
export function parsePanes(body: Uint8Array): TmuxPane[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const panes: TmuxPane[] = [];
  let at = 0;
  while (at < bytes.length) {
    const fields: string[] = [];
    for (let i = 0; i < FIXED; i++) {
      const bar = bytes.indexOf('|', at, 'latin1');
      if (bar < 0) return panes;
      fields.push(bytes.toString('latin1', at, bar));
      at = bar + 1;
    }
    const texts = fields.slice(3 + NUMBERS.length).map((length) => {
      const text = bytes.toString('utf8', at, at + Number(length));
      at += Number(length);
      return text;
    });
    at += 1;
    const [sessionId = '', windowId = '', paneId = '', ...numbers] = fields;
    const [cols = 0, rows = 0, dead = 0, , , pid = 0, created = 0] = numbers.slice(0, NUMBERS.length).map(Number);
    if (!/^%\d+$/.test(paneId) || !Number.isSafeInteger(at)) return panes;
    const [sessionName = '', command = '', cwd = '', title = '', markers = ''] = texts;
    panes.push({
      sessionId,
      windowId,
      paneId,
      sessionName,
      cols,
      rows,
      dead: dead === 1,
      deadStatus: dead === 1 ? exitStatus(numbers[3] ?? '', numbers[4] ?? '') : null,
      pid,
      command,
      cwd,
      title,
      created,
      markers: decodeMarkers(markers),
    });
  }
  return panes;
}

/** tmux gives a status or a signal; 3.2 knows no signal and leaves both empty. */
function exitStatus(status: string, signal: string): number | null {
  if (signal !== '') return 128 + Number(signal);
  return status === '' ? null : Number(status);
}

/** One row a pane: a window linked into several sessions belongs to the one with markers, else to the oldest. */
export function onePerPane(panes: readonly TmuxPane[]): TmuxPane[] {
  const best = new Map<string, TmuxPane>();
  const rank = (pane: TmuxPane) => (Object.keys(pane.markers).length > 0 ? 0 : 1e9) + Number(pane.sessionId.slice(1));
  for (const pane of panes) {
    const other = best.get(pane.paneId);
    if (!other || rank(pane) < rank(other)) best.set(pane.paneId, pane);
  }
  return [...best.values()];
}

/** The QD_* variables that may be listed. Secrets stay in the session's environment alone: lists travel far and are logged. */
export function markersOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith('QD_') && !/TOKEN|SECRET|PASSWORD|_KEY$/.test(name)),
  );
}

export function encodeMarkers(markers: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ ...markers }).toString();
}

export function decodeMarkers(text: string): Record<string, string> {
  return text === '' ? {} : Object.fromEntries(new URLSearchParams(text));
}
