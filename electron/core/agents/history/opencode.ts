/** OpenCode: the database `~/.local/share/opencode/opencode.db`, read-only. */
import type { Host } from '../../../platform/ports.ts';
import { clip, type Fact } from './facts.ts';
import type { Looking, RowConversation, RowHistory } from './history.ts';
import { count, number, string, time } from './values.ts';

function file(host: Host): string {
  return `${host.env['XDG_DATA_HOME'] || `${host.home}/.local/share`}/opencode/opencode.db`;
}

export const opencodeHistory: RowHistory = {
  agent: 'opencode',
  kind: 'rows',
  file,
  beside: (host) => [`${file(host)}-wal`],
  conversations,
  facts,
};

async function conversations({ host, readSqlite }: Looking): Promise<readonly RowConversation[]> {
  const rows = await readSqlite(
    file(host),
    `SELECT id, time_updated AS updated FROM session WHERE time_archived IS NULL ORDER BY time_updated DESC`,
    [],
  );
  return rows.flatMap((row) => {
    const id = string(row['id']);
    return id === null ? [] : [{ id, updatedAt: time(row['updated']) ?? 0 }];
  });
}

/** Only the fields that are needed are taken out of the JSON: messages carry whole diffs. */
const MESSAGES = `
  SELECT m.id, m.time_created AS at, json_extract(m.data, '$.role') AS role, json_extract(m.data, '$.modelID') AS model,
    json_extract(m.data, '$.tokens.input') AS input, json_extract(m.data, '$.tokens.output') AS output,
    json_extract(m.data, '$.tokens.reasoning') AS reasoning, json_extract(m.data, '$.tokens.cache.read') AS cache_read,
    json_extract(m.data, '$.tokens.cache.write') AS cache_write, json_extract(m.data, '$.time.completed') AS completed,
    json_extract(m.data, '$.finish') AS finish, json_extract(m.data, '$.error.name') AS error,
    json_extract(m.data, '$.error.data.message') AS error_message, json_extract(m.data, '$.error.data.statusCode') AS status,
    (SELECT group_concat(substr(json_extract(p.data, '$.text'), 1, 2000), char(10)) FROM part p
      WHERE p.message_id = m.id AND json_extract(p.data, '$.type') = 'text'
        AND coalesce(json_extract(p.data, '$.synthetic'), 0) = 0) AS text
  FROM message m WHERE m.session_id = ? ORDER BY m.time_created, m.id`;

async function facts({ host, readSqlite }: Looking, id: string): Promise<readonly Fact[]> {
  const [session] = await readSqlite(
    file(host),
    `SELECT directory, parent_id, title, time_created, time_updated FROM session WHERE id = ?`,
    [id],
  );
  if (!session) return [];
  const out: Fact[] = [];
  const cwd = string(session['directory']);
  const parent = string(session['parent_id']);
  out.push({
    kind: 'about',
    id,
    hidden: parent !== null,
    ...(cwd ? { cwd } : {}),
    ...(parent ? { parent } : {}),
    at: time(session['time_created']) ?? 0,
  });
  const title = string(session['title']);
  // Until the model has made one, the title is a date.
  if (title !== null && !/^(New|Child) session - \d{4}-/.test(title))
    out.push({ kind: 'title', text: title, by: 'agent' });
  for (const row of await readSqlite(file(host), MESSAGES, [id])) out.push(...messageFacts(row));
  const updated = time(session['time_updated']);
  if (updated !== null) out.push({ kind: 'about', at: updated });
  return out;
}

export function messageFacts(row: Readonly<Record<string, unknown>>): readonly Fact[] {
  const at = time(row['at']);
  const key = string(row['id']);
  if (at === null || key === null) return [];
  const text = string(row['text']) ?? '';
  if (row['role'] === 'user') return [{ kind: 'prompt', at, text }];
  if (row['role'] !== 'assistant') return [];
  const out: Fact[] = [];
  const tokens = {
    input: count(row['input']),
    output: count(row['output']) + count(row['reasoning']),
    cacheRead: count(row['cache_read']),
    cacheWrite: count(row['cache_write']),
  };
  out.push({ kind: 'usage', at, key, model: string(row['model']), tokens, side: false });
  const used = tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite;
  if (used > 0) out.push({ kind: 'context', used, window: null });
  if (text !== '') out.push({ kind: 'said', at, text });
  const completed = time(row['completed']);
  const error = string(row['error']);
  if (error === 'MessageAbortedError') out.push({ kind: 'interrupted', at: completed ?? at });
  else if (error !== null) {
    const status = number(row['status']);
    const message = clip(string(row['error_message']) ?? error, 300);
    out.push({ kind: 'failed', at: completed ?? at, message, retrying: false, limited: status === 429 });
  } else if (completed !== null && row['finish'] !== 'tool-calls') out.push({ kind: 'ended', at: completed });
  else out.push({ kind: 'working', at });
  return out;
}
