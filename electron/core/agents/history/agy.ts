/**
 * Antigravity: `~/.gemini/antigravity-cli/history.jsonl`, one line for every prompt of every conversation. What the agent
 * answered and what it cost is not in it. Written after public descriptions; not tried with the real program.
 */
import type { Host } from '../../../platform/ports.ts';
import type { Fact } from './facts.ts';
import type { Looking, RowConversation, RowHistory } from './history.ts';
import { readLines } from './lines.ts';
import { object, string, time } from './values.ts';

interface Prompt {
  readonly id: string;
  readonly at: number;
  readonly text: string;
  readonly cwd: string | null;
}

const file = (host: Host) => `${host.home}/.gemini/antigravity-cli/history.jsonl`;

export const agyHistory: RowHistory = { agent: 'agy', kind: 'rows', file, beside: () => [], conversations, facts };

async function prompts(host: Host): Promise<readonly Prompt[]> {
  const stat = await host.stat(file(host));
  const found: Prompt[] = [];
  if (stat === null) return found;
  const line = (value: unknown) => {
    const prompt = promptOf(value);
    if (prompt) found.push(prompt);
  };
  await readLines(host, file(host), { from: 0, to: stat.size, line });
  return found;
}

export function promptOf(value: unknown): Prompt | null {
  const line = object(value);
  const id = string(line?.['conversationId']);
  const at = time(line?.['timestamp']);
  if (!line || !id || at === null) return null;
  return { id, at, text: string(line['display']) ?? '', cwd: string(line['workspace']) };
}

async function conversations({ host }: Looking): Promise<readonly RowConversation[]> {
  const byId = new Map<string, Prompt[]>();
  for (const prompt of await prompts(host)) {
    const own = byId.get(prompt.id);
    if (own) own.push(prompt);
    else byId.set(prompt.id, [prompt]);
  }
  return [...byId]
    .map(([id, own]) => ({
      id,
      updatedAt: own.reduce((newest, each) => Math.max(newest, each.at), 0),
      facts: factsOf(own),
    }))
    .sort((a, b) => b.updatedAt - a.updatedAt);
}

async function facts(look: Looking, id: string): Promise<readonly Fact[]> {
  return (await conversations(look)).find((each) => each.id === id)?.facts ?? [];
}

function factsOf(own: readonly Prompt[]): readonly Fact[] {
  return own.flatMap((prompt): Fact[] => [
    { kind: 'about', id: prompt.id, at: prompt.at, ...(prompt.cwd ? { cwd: prompt.cwd } : {}) },
    { kind: 'prompt', at: prompt.at, text: prompt.text },
    // No end is written down here, so the file cannot tell whether the turn goes on.
    { kind: 'unclear', at: prompt.at },
  ]);
}
