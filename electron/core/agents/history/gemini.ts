/** Gemini CLI: `~/.gemini/tmp/SLUG/chats/session-DATE-ID8.jsonl`; the folder's path stands in `SLUG/.project_root`. */
import type { Host } from '../../../platform/ports.ts';
import { clip, type Fact } from './facts.ts';
import type { FileHistory } from './history.ts';
import { count, type Json, list, object, string, textOf, time } from './values.ts';

async function files(host: Host): Promise<readonly string[]> {
  const root = `${host.home}/.gemini/tmp`;
  const found: string[] = [];
  for (const folder of await host.list(root)) {
    if (!folder.directory) continue;
    const chats = `${root}/${folder.name}/chats`;
    for (const entry of await host.list(chats))
      if (!entry.directory && /^session-.*\.jsonl$/.test(entry.name)) found.push(`${chats}/${entry.name}`);
  }
  return found;
}

/** The file's name has only the beginning of the id; the first line has all of it. */
export const geminiHistory: FileHistory = {
  agent: 'gemini',
  kind: 'files',
  files,
  about: async (host, path) => {
    const cwd = await folderOf(host, path);
    return cwd === null ? { kind: 'about' } : { kind: 'about', cwd };
  },
  skip: () => false,
  facts,
};

export function facts(value: unknown): readonly Fact[] {
  const line = object(value);
  if (!line) return [];
  const id = string(line['sessionId']);
  if (id !== null) {
    const at = time(line['startTime']);
    const hidden = line['kind'] !== undefined && line['kind'] !== 'main';
    return [{ kind: 'about', id, hidden, ...(at === null ? {} : { at }) }];
  }
  const set = object(line['$set']);
  if (set) {
    const out: Fact[] = [];
    const summary = string(set['summary']);
    if (summary) out.push({ kind: 'title', text: summary, by: 'agent' });
    // The whole history again, with the ids it had: no new prompts, and its tokens were counted line by line.
    const messages = list(set['messages']).map(object);
    const prompts = messages.filter((each) => each?.['type'] === 'user').map((each) => textOf(each?.['content']));
    if (prompts.length > 0) out.push({ kind: 'rewrite', prompts });
    return out;
  }
  const at = time(line['timestamp']);
  return at === null ? [] : messageFacts(line, at);
}

function messageFacts(line: Json, at: number): readonly Fact[] {
  const text = textOf(line['content']);
  switch (line['type']) {
    case 'user': {
      const parts = list(line['content']).map(object);
      if (parts.some((part) => part?.['functionResponse'] !== undefined)) return [{ kind: 'working', at }];
      const attachment = parts.some((part) => part?.['inlineData'] !== undefined || part?.['fileData'] !== undefined);
      return [{ kind: 'prompt', at, text, attachment }];
    }
    case 'gemini':
      return answerFacts(line, text, at);
    case 'error':
      return [
        {
          kind: 'failed',
          at,
          message: clip(text, 300),
          retrying: false,
          limited: /quota|RESOURCE_EXHAUSTED|429/.test(text),
        },
      ];
    case 'info':
      return /^Request cancelled/.test(text) ? [{ kind: 'interrupted', at }] : [];
    default:
      return [];
  }
}

function answerFacts(line: Json, text: string, at: number): readonly Fact[] {
  const out: Fact[] = [];
  const key = string(line['id']);
  const tokens = object(line['tokens']);
  if (key !== null && tokens) {
    // The service counts cached tokens inside the input, and thoughts beside the output.
    const cacheRead = count(tokens['cached']);
    const input = Math.max(0, count(tokens['input']) - cacheRead) + count(tokens['tool']);
    const output = count(tokens['output']) + count(tokens['thoughts']);
    const all = { input, output, cacheRead, cacheWrite: 0 };
    out.push({ kind: 'usage', at, key, model: string(line['model']), tokens: all, side: false });
    out.push({ kind: 'context', used: count(tokens['total']) || count(tokens['input']) + output, window: null });
  }
  if (text !== '') out.push({ kind: 'said', at, text });
  // The line of an answer is written before its tool calls are: without them it need not be the last of the turn.
  out.push(list(line['toolCalls']).length > 0 ? { kind: 'working', at } : { kind: 'unclear', at });
  return out;
}

/** The folder a conversation belongs to: from the note beside it, else from the table of all projects. */
async function folderOf(host: Host, path: string): Promise<string | null> {
  const dir = path.replace(/\/chats\/[^/]+$/, '');
  const note = await smallFile(host, `${dir}/.project_root`);
  if (note?.trim().startsWith('/')) return note.trim();
  try {
    const projects = object(
      object(JSON.parse((await smallFile(host, `${host.home}/.gemini/projects.json`)) ?? '{}'))?.['projects'],
    );
    const slug = dir.slice(dir.lastIndexOf('/') + 1);
    return Object.entries(projects ?? {}).find(([, each]) => each === slug)?.[0] ?? null;
  } catch {
    // A table that cannot be read leaves the folder unknown, nothing worse.
    return null;
  }
}

async function smallFile(host: Host, path: string): Promise<string | null> {
  const stat = await host.stat(path);
  if (stat === null || stat.directory) return null;
  return new TextDecoder().decode(await host.read(path, 0, Math.min(stat.size, 1_000_000)));
}
