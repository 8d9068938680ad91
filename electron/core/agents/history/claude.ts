/** Claude Code: `~/.claude/projects/FOLDER/ID.jsonl`, sub-agents in `FOLDER/ID/subagents/`. */
import type { Host } from '../../../platform/ports.ts';
import { clip, type Fact } from './facts.ts';
import type { About, FileHistory } from './history.ts';
import { count, type Json, list, object, string, textOf, time } from './values.ts';

function root(host: Host): string {
  return `${host.env['CLAUDE_CONFIG_DIR'] || `${host.home}/.claude`}/projects`;
}

async function files(host: Host): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of await host.list(root(host))) {
    if (!folder.directory) continue;
    const dir = `${root(host)}/${folder.name}`;
    for (const entry of await host.list(dir)) {
      if (!entry.directory) {
        if (entry.name.endsWith('.jsonl')) found.push(`${dir}/${entry.name}`);
        continue;
      }
      const subagents = `${dir}/${entry.name}/subagents`;
      for (const each of await host.list(subagents))
        if (!each.directory && each.name.endsWith('.jsonl')) found.push(`${subagents}/${each.name}`);
    }
  }
  return found;
}

/** The file's name is the id that `--resume` takes; lines of a resumed or forked conversation may name another. */
async function about(_host: Host, path: string): Promise<About> {
  const parts = path.split('/');
  const id = (parts.at(-1) ?? '').replace(/\.jsonl$/, '');
  if (parts.at(-2) === 'subagents') return { kind: 'about', id, hidden: true, parent: parts.at(-3) ?? '' };
  return id.startsWith('agent-') ? { kind: 'about', id, hidden: true } : { kind: 'about', id };
}

export const claudeHistory: FileHistory = {
  agent: 'claude',
  kind: 'files',
  files,
  about,
  skip: (head) => head.startsWith('{"type":"file-history-snapshot"'),
  facts,
};

export function facts(value: unknown): readonly Fact[] {
  const line = object(value);
  if (!line) return [];
  switch (line['type']) {
    case 'user':
      return userFacts(line);
    case 'assistant':
      return assistantFacts(line);
    case 'system':
      return systemFacts(line);
    case 'ai-title':
      return title(line['aiTitle'], 'agent');
    case 'custom-title':
      return title(line['customTitle'], 'user');
    case 'summary':
      return title(line['summary'], 'agent');
    default:
      return [];
  }
}

function title(value: unknown, by: 'agent' | 'user'): readonly Fact[] {
  const text = string(value);
  return text ? [{ kind: 'title', text, by }] : [];
}

function where(line: Json): readonly Fact[] {
  const cwd = string(line['cwd']);
  const parent = line['isSidechain'] === true ? string(line['sessionId']) : null;
  return cwd === null ? [] : [{ kind: 'about', cwd, ...(parent ? { parent } : {}) }];
}

function userFacts(line: Json): readonly Fact[] {
  const at = time(line['timestamp']);
  if (at === null) return [];
  if (line['isSidechain'] === true) return where(line);
  const content = object(line['message'])?.['content'];
  const blocks = list(content).map(object);
  const text = textOf(content);
  if (/^\s*\[Request interrupted by user/.test(text)) return [...where(line), { kind: 'interrupted', at }];
  const origin = string(object(line['origin'])?.['kind']);
  const machine =
    line['isMeta'] === true || line['isCompactSummary'] === true || (origin !== null && origin !== 'human');
  const result = blocks.some((block) => block?.['type'] === 'tool_result');
  // A prompt that travels with a refused tool's result is still a prompt, in a text block of its own.
  if (machine || (result && text === '')) return result ? [...where(line), { kind: 'working', at }] : where(line);
  const attachment = blocks.some((block) => block?.['type'] === 'image' || block?.['type'] === 'document');
  return [...where(line), { kind: 'prompt', at, text, attachment }];
}

function assistantFacts(line: Json): readonly Fact[] {
  const at = time(line['timestamp']);
  const message = object(line['message']);
  if (at === null || !message) return [];
  const side = line['isSidechain'] === true;
  const out: Fact[] = [...where(line)];
  const text = textOf(message['content']);
  if (line['isApiErrorMessage'] === true) {
    const limited = line['error'] === 'rate_limit' || /\blimit\b.*\bresets?\b|rate.?limit/i.test(text);
    return side ? out : [...out, { kind: 'failed', at, message: clip(text, 300), retrying: false, limited }];
  }
  const usage = object(message['usage']);
  const model = string(message['model']);
  const id = string(message['id']);
  // `<synthetic>` answers are written by the program itself; no model was asked.
  if (usage && id !== null && model !== '<synthetic>') {
    const tokens = {
      input: count(usage['input_tokens']),
      output: count(usage['output_tokens']),
      cacheRead: count(usage['cache_read_input_tokens']),
      cacheWrite: count(usage['cache_creation_input_tokens']),
    };
    out.push({ kind: 'usage', at, key: id, model, tokens, side });
    const used = tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.output;
    if (!side && used > 0) out.push({ kind: 'context', used, window: null });
  }
  if (side) return out;
  if (text !== '') out.push({ kind: 'said', at, text });
  const stop = string(message['stop_reason']);
  const tool = list(message['content']).some((block) => object(block)?.['type'] === 'tool_use');
  if (!tool && stop !== null && stop !== 'tool_use' && stop !== 'pause_turn') out.push({ kind: 'ended', at });
  else out.push({ kind: 'working', at });
  return out;
}

function systemFacts(line: Json): readonly Fact[] {
  const at = time(line['timestamp']);
  if (at === null || line['isSidechain'] === true) return [];
  if (line['subtype'] === 'turn_duration') return [{ kind: 'ended', at }];
  if (line['subtype'] === 'api_error') {
    const error = object(line['error']);
    const message =
      string(error?.['message']) ?? string(line['content']) ?? 'The model service answered with an error.';
    return [{ kind: 'failed', at, message, retrying: true, limited: error?.['status'] === 429 }];
  }
  return [];
}
