/** Qwen Code: `~/.qwen/projects/FOLDER/chats/ID.jsonl`. */
import type { Tokens } from '../../../../shared/contract/agents.ts';
import type { Host } from '../../../platform/ports.ts';
import { clip, type Fact } from './facts.ts';
import type { FileHistory } from './history.ts';
import { count, type Json, list, object, string, textOf, time } from './values.ts';

async function files(host: Host): Promise<readonly string[]> {
  const root = `${host.home}/.qwen/projects`;
  const found: string[] = [];
  for (const folder of await host.list(root)) {
    if (!folder.directory) continue;
    const chats = `${root}/${folder.name}/chats`;
    for (const entry of await host.list(chats))
      if (!entry.directory && entry.name.endsWith('.jsonl')) found.push(`${chats}/${entry.name}`);
  }
  return found;
}

export const qwenHistory: FileHistory = {
  agent: 'qwen',
  kind: 'files',
  files,
  about: async (_host, path) => ({ kind: 'about', id: path.slice(path.lastIndexOf('/') + 1).replace(/\.jsonl$/, '') }),
  skip: () => false,
  facts,
};

export function facts(value: unknown): readonly Fact[] {
  const line = object(value);
  const at = time(line?.['timestamp']);
  if (!line || at === null) return [];
  const cwd = string(line['cwd']);
  const where: readonly Fact[] = cwd === null ? [] : [{ kind: 'about', cwd }];
  const parts = list(object(line['message'])?.['parts']);
  switch (line['type']) {
    case 'user':
      // A sub-type marks what the program wrote itself: reminders, notices, results handed back.
      if (string(line['subtype']) !== null || parts.some((part) => object(part)?.['functionResponse'] !== undefined))
        return [...where, { kind: 'working', at }];
      return [
        ...where,
        {
          kind: 'prompt',
          at,
          text: textOf(parts),
          attachment: parts.some((part) => object(part)?.['inlineData'] !== undefined),
        },
      ];
    case 'assistant':
      return [...where, ...answerFacts(line, parts, at)];
    case 'tool_result':
      return [{ kind: 'working', at }];
    case 'system':
      return systemFacts(line, at);
    default:
      return [];
  }
}

function answerFacts(line: Json, parts: readonly unknown[], at: number): readonly Fact[] {
  const out: Fact[] = [];
  const usage = object(line['usageMetadata']);
  const key = string(line['uuid']);
  if (usage && key !== null) {
    const tokens = tokensOf(usage['promptTokenCount'], usage['candidatesTokenCount'], usage['cachedContentTokenCount']);
    out.push({ kind: 'usage', at, key, model: string(line['model']), tokens, side: false });
    out.push({ kind: 'context', used: count(usage['totalTokenCount']), window: number0(line['contextWindowSize']) });
  }
  const text = textOf(parts.filter((part) => object(part)?.['thought'] !== true));
  if (text !== '') out.push({ kind: 'said', at, text });
  const calls = parts.some((part) => object(part)?.['functionCall'] !== undefined);
  out.push(calls ? { kind: 'working', at } : { kind: 'ended', at });
  return out;
}

function systemFacts(line: Json, at: number): readonly Fact[] {
  const payload = object(line['systemPayload']);
  if (line['subtype'] === 'custom_title') {
    const text = string(payload?.['customTitle']) ?? string(payload?.['title']);
    return text ? [{ kind: 'title', text, by: 'user' }] : [];
  }
  const event = object(payload?.['uiEvent']);
  if (line['subtype'] !== 'ui_telemetry' || !event) return [];
  const helper = string(event['subagent_name']) !== null;
  const key = string(event['response_id']);
  if (event['event.name'] === 'qwen-code.api_response') {
    // The main thread is counted by its answers; only here do the program's own helpers show.
    if (!helper || key === null) return [];
    const tokens = tokensOf(
      event['input_token_count'],
      event['output_token_count'],
      event['cached_content_token_count'],
    );
    return [{ kind: 'usage', at, key, model: string(event['model']), tokens, side: true }];
  }
  if (event['event.name'] !== 'qwen-code.api_error' || helper) return [];
  const status = event['status_code'];
  const retrying = status === 429 || (typeof status === 'number' && status >= 500);
  const message = clip(string(event['error_message']) ?? 'The model service answered with an error.', 300);
  return [{ kind: 'failed', at, message, retrying, limited: status === 429 }];
}

/** Cached tokens are counted inside the prompt, thoughts inside the candidates. */
function tokensOf(prompt: unknown, candidates: unknown, cached: unknown): Tokens {
  const cacheRead = count(cached);
  return { input: Math.max(0, count(prompt) - cacheRead), output: count(candidates), cacheRead, cacheWrite: 0 };
}

function number0(value: unknown): number | null {
  return count(value) || null;
}
