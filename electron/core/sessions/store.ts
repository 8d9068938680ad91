/** The only SQL over the sessions table. */
import type { State } from '../../../shared/contract/states.ts';
import type { Db } from '../../platform/ports.ts';

/** `starting`: decided, tmux may not have it yet; `stopping`: tmux may have it still; `lost`: tmux has it no more. */
export type Phase = 'starting' | 'live' | 'lost' | 'archived' | 'stopping';

export interface SessionRow {
  readonly id: string;
  readonly name: string;
  readonly agent: string;
  readonly node: string;
  readonly cwd: string;
  readonly phase: Phase;
  readonly flags: string;
  readonly flagsMode: 'append' | 'replace';
  /** null: as the settings say for this agent. */
  readonly skip: boolean | null;
  readonly command: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly init: readonly string[];
  readonly tags: readonly string[];
  readonly conversation: string | null;
  /** The command line for people, secrets left out. */
  readonly shownCommand: string;
  readonly paused: boolean;
  readonly cols: number;
  readonly rows: number;
  readonly state: State;
  readonly stateSince: number;
  /** A turn was seen since the last start. */
  readonly turned: boolean;
  readonly bracketed: boolean;
  readonly exitStatus: number | null;
  readonly createdAt: number;
  readonly startedAt: number;
}

interface Raw {
  id: string;
  name: string;
  agent: string;
  node: string;
  cwd: string;
  phase: Phase;
  flags: string;
  flags_mode: 'append' | 'replace';
  skip: number | null;
  command: string | null;
  env: string;
  init: string;
  tags: string;
  conversation: string | null;
  shown_command: string;
  paused: number;
  cols: number;
  rows: number;
  state: State;
  state_since: number;
  turned: number;
  bracketed: number;
  exit_status: number | null;
  created_at: number;
  started_at: number;
}

const rowOf = (raw: Raw): SessionRow => ({
  id: raw.id,
  name: raw.name,
  agent: raw.agent,
  node: raw.node,
  cwd: raw.cwd,
  phase: raw.phase,
  flags: raw.flags,
  flagsMode: raw.flags_mode,
  skip: raw.skip === null ? null : raw.skip === 1,
  command: raw.command,
  env: JSON.parse(raw.env),
  init: JSON.parse(raw.init),
  tags: JSON.parse(raw.tags),
  conversation: raw.conversation,
  shownCommand: raw.shown_command,
  paused: raw.paused === 1,
  cols: raw.cols,
  rows: raw.rows,
  state: raw.state,
  stateSince: raw.state_since,
  turned: raw.turned === 1,
  bracketed: raw.bracketed === 1,
  exitStatus: raw.exit_status,
  createdAt: raw.created_at,
  startedAt: raw.started_at,
});

const COLUMNS = [
  'id',
  'name',
  'agent',
  'node',
  'cwd',
  'phase',
  'flags',
  'flags_mode',
  'skip',
  'command',
  'env',
  'init',
  'tags',
  'conversation',
  'shown_command',
  'paused',
  'cols',
  'rows',
  'state',
  'state_since',
  'turned',
  'bracketed',
  'exit_status',
  'created_at',
  'started_at',
] as const;

const valuesOf = (row: SessionRow): readonly unknown[] => [
  row.id,
  row.name,
  row.agent,
  row.node,
  row.cwd,
  row.phase,
  row.flags,
  row.flagsMode,
  row.skip === null ? null : Number(row.skip),
  row.command,
  JSON.stringify(row.env),
  JSON.stringify(row.init),
  JSON.stringify(row.tags),
  row.conversation,
  row.shownCommand,
  Number(row.paused),
  row.cols,
  row.rows,
  row.state,
  row.stateSince,
  Number(row.turned),
  Number(row.bracketed),
  row.exitStatus,
  row.createdAt,
  row.startedAt,
];

export interface SessionStore {
  all(): readonly SessionRow[];
  get(id: string): SessionRow | undefined;
  byName(name: string): SessionRow | undefined;
  count(): number;
  /** Fails when id or name are there already. */
  insert(row: SessionRow): void;
  /** Changes the named fields; the row as it is now, or undefined when there is none. */
  update(id: string, change: Partial<Omit<SessionRow, 'id'>>): SessionRow | undefined;
  remove(id: string): boolean;
}

export function createSessionStore(db: Db): SessionStore {
  const all = db.prepare<Raw>('SELECT * FROM sessions ORDER BY created_at, id');
  const get = db.prepare<Raw>('SELECT * FROM sessions WHERE id = ?');
  const byName = db.prepare<Raw>('SELECT * FROM sessions WHERE name = ?');
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM sessions');
  const marks = COLUMNS.map(() => '?').join(', ');
  const insert = db.prepare(`INSERT INTO sessions (${COLUMNS.join(', ')}) VALUES (${marks})`);
  const update = db.prepare(`UPDATE sessions SET ${COLUMNS.map((c) => `${c} = ?`).join(', ')} WHERE id = ?`);
  const remove = db.prepare('DELETE FROM sessions WHERE id = ?');
  const one = (raw: Raw | undefined) => (raw ? rowOf(raw) : undefined);
  return {
    all: () => all.all().map(rowOf),
    get: (id) => one(get.get(id)),
    byName: (name) => one(byName.get(name)),
    count: () => count.get()?.n ?? 0,
    insert(row) {
      insert.run(...valuesOf(row));
    },
    update(id, change) {
      const before = one(get.get(id));
      if (!before) return undefined;
      const after = { ...before, ...change };
      update.run(...valuesOf(after), id);
      return after;
    },
    remove: (id) => remove.run(id).changes > 0,
  };
}
