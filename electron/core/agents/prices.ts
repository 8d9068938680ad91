/**
 * List prices in US dollars for a million tokens, from the public price pages of Anthropic, OpenAI and Google as of
 * 2025-11. They change: the user's `prices:` map goes before them. Models not listed have no cost rather than a guess.
 */
import type { Price } from '../../../shared/contract/agents.ts';

const anthropic = (input: number, output: number): Price => ({
  input,
  output,
  cacheRead: input / 10,
  // Five-minute cache writes.
  cacheWrite: input * 1.25,
});

export const PRICES: Readonly<Record<string, Price>> = {
  'claude-opus-4-5': anthropic(5, 25),
  'claude-opus-4-1': anthropic(15, 75),
  'claude-opus-4': anthropic(15, 75),
  'claude-sonnet-4-5': anthropic(3, 15),
  'claude-sonnet-4': anthropic(3, 15),
  'claude-haiku-4-5': anthropic(1, 5),
  'claude-3-5-haiku': anthropic(0.8, 4),
  'gpt-5.1': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5.1-codex': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5.1-codex-mini': { input: 0.25, output: 2, cacheRead: 0.025 },
  'gpt-5': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5-codex': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gpt-5-mini': { input: 0.25, output: 2, cacheRead: 0.025 },
  'gpt-5-nano': { input: 0.05, output: 0.4, cacheRead: 0.005 },
  // Prompts up to 200,000 tokens.
  'gemini-2.5-pro': { input: 1.25, output: 10, cacheRead: 0.125 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5, cacheRead: 0.03 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4, cacheRead: 0.01 },
  'gemini-3-pro': { input: 2, output: 12, cacheRead: 0.2 },
};
