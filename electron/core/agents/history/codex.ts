/** Codex: `~/.codex/sessions/YYYY/MM/DD/rollout-TIME-ID.jsonl`, lines of `{timestamp, type, payload}`. */
import type { Limit, Tokens } from '../../../../shared/contract/agents.ts';
import type { Host } from '../../../platform/ports.ts';
import { clip, type Fact } from './facts.ts';
import type { About, FileHistory } from './history.ts';
import { count, type Json, list, number, object, string, textOf, time } from './values.ts';

async function files(host: Host): Promise<readonly string[]> {
  const root = `${host.env['CODEX_HOME'] || `${host.home}/.codex`}/sessions`;
  const found: string[] = [];
  const walk = async (dir: string, depth: number): Promise<void> => {
    for (const entry of await host.list(dir)) {
      if (entry.directory) {
        if (depth < 3 && /^\d+$/.test(entry.name)) await walk(`${dir}/${entry.name}`, depth + 1);
      } else if (entry.name.startsWith('rollout-') && entry.name.endsWith('.jsonl')) {
        found.push(`${dir}/${entry.name}`);
      }
    }
  };
  await walk(root, 0);
  return found;
}

async function about(_host: Host, path: string): Promise<About> {
  const id = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i.exec(path)?.[1];
  return id === undefined ? { kind: 'about' } : { kind: 'about', id };
}

export const codexHistory: FileHistory = { agent: 'codex', kind: 'files', files, about, skip: () => false, facts };

export function facts(value: unknown): readonly Fact[] {
  const line = object(value);
  const payload = object(line?.['payload']);
  const at = time(line?.['timestamp']);
  if (!line || !payload || at === null) return [];
  switch (line['type']) {
    case 'session_meta':
      return [metaFact(payload, at)];
    case 'turn_context': {
      const model = string(payload['model']);
      const cwd = string(payload['cwd']);
      return [{ kind: 'about', ...(model ? { model } : {}), ...(cwd ? { cwd } : {}) }];
    }
    case 'token_usage_record': {
      const key = string(payload['response_id']);
      const usage = object(payload['usage']);
      if (key === null || !usage) return [];
      return [{ kind: 'usage', at, key, model: null, tokens: tokensOf(usage), side: false }];
    }
    case 'event_msg':
      return eventFacts(payload, at);
    default:
      return [];
  }
}

/** Sub-agents, reviews and threads that make titles are no conversations of the user's. */
function metaFact(payload: Json, at: number): Fact {
  const id = string(payload['id']);
  const cwd = string(payload['cwd']);
  const source = payload['source'];
  const spawned = object(object(object(source)?.['subagent'])?.['thread_spawn']);
  const parent = string(payload['parent_thread_id']) ?? string(spawned?.['parent_thread_id']);
  const thread = string(payload['thread_source']);
  const hidden = object(source) !== null || (thread !== null && thread !== 'user');
  return {
    kind: 'about',
    at,
    hidden,
    ...(id ? { id } : {}),
    ...(cwd ? { cwd } : {}),
    ...(hidden && parent ? { parent } : {}),
  };
}

function eventFacts(payload: Json, at: number): readonly Fact[] {
  switch (payload['type']) {
    case 'user_message':
      return [
        { kind: 'prompt', at, text: string(payload['message']) ?? '', attachment: list(payload['images']).length > 0 },
      ];
    case 'item_completed':
      return itemFacts(payload, at);
    case 'agent_message':
      return [{ kind: 'said', at, text: string(payload['message']) ?? '' }];
    case 'task_started':
    case 'turn_started':
    case 'exec_command_begin':
      return [{ kind: 'working', at }];
    case 'task_complete':
    case 'turn_complete':
      return endFacts(payload, at);
    case 'turn_aborted':
      return [{ kind: 'interrupted', at }];
    case 'error':
      return [
        {
          kind: 'failed',
          at,
          message: string(payload['message']) ?? 'Codex met an error.',
          retrying: false,
          limited: isLimit(payload['codex_error_info']),
        },
      ];
    case 'stream_error':
      return [
        {
          kind: 'failed',
          at,
          message: string(payload['message']) ?? 'The stream broke.',
          retrying: true,
          limited: false,
        },
      ];
    case 'thread_name_updated':
      return payload['thread_name'] ? [{ kind: 'title', text: string(payload['thread_name']) ?? '', by: 'user' }] : [];
    case 'token_count':
      return countFacts(payload, at);
    default:
      return [];
  }
}

function itemFacts(payload: Json, at: number): readonly Fact[] {
  const item = object(payload['item']);
  if (item?.['type'] === 'UserMessage') {
    const attachment = list(item['content']).some((each) => /image/i.test(string(object(each)?.['type']) ?? ''));
    return [{ kind: 'prompt', at, text: textOf(item['content']), attachment }];
  }
  if (item?.['type'] === 'AgentMessage') return [{ kind: 'said', at, text: textOf(item['content']) }];
  return [];
}

function endFacts(payload: Json, at: number): readonly Fact[] {
  const error = object(payload['error']);
  if (error) {
    const message = clip(string(error['message']) ?? 'The turn failed.', 300);
    return [{ kind: 'failed', at, message, retrying: false, limited: isLimit(error['codex_error_info']) }];
  }
  const said = string(payload['last_agent_message']);
  return [...(said ? [{ kind: 'said', at, text: said } as const] : []), { kind: 'ended', at }];
}

function isLimit(info: unknown): boolean {
  return /usage_?limit|rate_?limit/i.test(typeof info === 'string' ? info : Object.keys(object(info) ?? {}).join(' '));
}

function countFacts(payload: Json, at: number): readonly Fact[] {
  const out: Fact[] = [];
  const info = object(payload['info']);
  const total = object(info?.['total_token_usage']);
  if (total) out.push({ kind: 'total', at, tokens: tokensOf(total) });
  const last = object(info?.['last_token_usage']);
  const window = number(info?.['model_context_window']);
  if (last) out.push({ kind: 'context', used: count(last['total_tokens']), window });
  const rates = object(payload['rate_limits']);
  const limits = ['primary', 'secondary'].flatMap((name) => limitOf(name, object(rates?.[name]), at));
  if (limits.length > 0) out.push({ kind: 'limits', limits });
  return out;
}

function limitOf(name: string, rate: Json | null, at: number): readonly Limit[] {
  const usedPercent = number(rate?.['used_percent']);
  if (!rate || usedPercent === null) return [];
  // Older versions say in how many seconds instead of when.
  const inSeconds = number(rate['resets_in_seconds']);
  const resetsAt = time(rate['resets_at']) ?? (inSeconds === null ? null : at + inSeconds * 1000);
  return [{ name, usedPercent, windowMinutes: number(rate['window_minutes']), resetsAt }];
}

/** Codex counts cached tokens inside the input, and reasoning inside the output. */
function tokensOf(usage: Json): Tokens {
  const cacheRead = count(usage['cached_input_tokens']);
  const cacheWrite = count(usage['cache_write_input_tokens']);
  return {
    input: Math.max(0, count(usage['input_tokens']) - cacheRead - cacheWrite),
    output: count(usage['output_tokens']),
    cacheRead,
    cacheWrite,
  };
}
