/** The screen readers, one an agent. The door of this folder: everything else in it is theirs. */
import type { ScreenReader } from '../reading.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { gemini } from './gemini.ts';
import { generic } from './generic.ts';
import { opencode } from './opencode.ts';
import { qwen } from './qwen.ts';

const READERS: ReadonlyMap<string, ScreenReader> = new Map([
  ['claude', claude],
  ['codex', codex],
  ['gemini', gemini],
  ['opencode', opencode],
  ['qwen', qwen],
]);

/** The reader of this agent; shells, custom programs and agents without a reader of their own get the cautious generic one. */
export function readerFor(agentKey: string): ScreenReader {
  return READERS.get(agentKey) ?? generic;
}
