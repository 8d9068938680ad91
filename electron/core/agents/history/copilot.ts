/**
 * GitHub Copilot CLI: the database `~/.copilot/session-store.db`, read-only. Written after public descriptions of its
 * tables (sessions, turns, assistant_usage_events); not tried with the real program.
 */
import { isFault } from '../../../../shared/fault.ts';
import type { Host } from '../../../platform/ports.ts';
import type { Fact } from './facts.ts';
import type { Looking, RowConversation, RowHistory } from './history.ts';
import { count, string, time } from './values.ts';

const file = (host: Host) => `${host.env['COPILOT_HOME'] || `${host.home}/.copilot`}/session-store.db`;

export const copilotHistory: RowHistory = {
  agent: 'copilot',
  kind: 'rows',
  file,
  beside: (host) => [`${file(host)}-wal`],
  conversations,
  facts,
};

async function conversations({ host, readSqlite }: Looking): Promise<readonly RowConversation[]> {
  const rows = await readSqlite(file(host), `SELECT id, updated_at FROM sessions ORDER BY updated_at DESC`, []);
  return rows.flatMap((row) => {
    const id = string(row['id']);
    return id === null ? [] : [{ id, updatedAt: at(row['updated_at']) ?? 0 }];
  });
}

async function facts({ host, readSqlite }: Looking, id: string): Promise<readonly Fact[]> {
  const [session] = await readSqlite(
    file(host),
    `SELECT cwd, summary, created_at, updated_at FROM sessions WHERE id = ?`,
    [id],
  );
  if (!session) return [];
  const cwd = string(session['cwd']);
  const summary = string(session['summary']);
  const started = at(session['created_at']);
  const updated = at(session['updated_at']);
  const out: Fact[] = [{ kind: 'about', id, ...(cwd ? { cwd } : {}), ...(started === null ? {} : { at: started }) }];
  if (summary) out.push({ kind: 'title', text: summary, by: 'agent' });
  const turns = await readSqlite(
    file(host),
    `SELECT substr(user_message, 1, 4000) AS asked, substr(assistant_response, 1, 4000) AS said, timestamp
     FROM turns WHERE session_id = ? ORDER BY turn_index`,
    [id],
  );
  for (const turn of turns) {
    const when = at(turn['timestamp']) ?? updated ?? 0;
    const asked = string(turn['asked']);
    const said = string(turn['said']);
    if (asked) out.push({ kind: 'prompt', at: when, text: asked });
    // A row stands for a finished turn: the response is written with it.
    if (said) out.push({ kind: 'said', at: when, text: said }, { kind: 'ended', at: when });
  }
  for (const row of await usage({ host, readSqlite }, id)) out.push(row);
  if (updated !== null) out.push({ kind: 'about', at: updated });
  return out;
}

/** One row for a model call; input counts the cached tokens in. Older versions have no such table. */
async function usage({ host, readSqlite }: Looking, id: string): Promise<readonly Fact[]> {
  const sql = `SELECT id, model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, created_at
    FROM assistant_usage_events WHERE session_id = ? ORDER BY id`;
  try {
    return (await readSqlite(file(host), sql, [id])).flatMap((row): Fact[] => {
      const when = at(row['created_at']);
      if (when === null) return [];
      const cacheRead = count(row['cache_read_tokens']);
      const cacheWrite = count(row['cache_write_tokens']);
      const input = Math.max(0, count(row['input_tokens']) - cacheRead - cacheWrite);
      const tokens = { input, output: count(row['output_tokens']), cacheRead, cacheWrite };
      return [
        {
          kind: 'usage',
          at: when,
          key: `${id}:${String(row['id'])}`,
          model: string(row['model']),
          tokens,
          side: false,
        },
      ];
    });
  } catch (error) {
    if (isFault(error, 'unavailable')) return [];
    throw error;
  }
}

/** SQLite's own `CURRENT_TIMESTAMP` is UTC without saying so. */
function at(value: unknown): number | null {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value))
    return time(`${value.replace(' ', 'T')}Z`);
  return time(value);
}
