/** The agents whose conversations we can read. */
import { agyHistory } from './history/agy.ts';
import { claudeHistory } from './history/claude.ts';
import { codexHistory } from './history/codex.ts';
import { copilotHistory } from './history/copilot.ts';
import { geminiHistory } from './history/gemini.ts';
import type { History } from './history/history.ts';
import { opencodeHistory } from './history/opencode.ts';
import { qwenHistory } from './history/qwen.ts';

export const HISTORIES: readonly History[] = [
  claudeHistory,
  codexHistory,
  geminiHistory,
  qwenHistory,
  opencodeHistory,
  agyHistory,
  copilotHistory,
];
