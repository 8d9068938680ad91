/** For tests: the recorded screens, and the rules by which a reading of one is right (labels are what a person would say). */
import { readdir, readFile } from 'node:fs/promises';
import { type RecordedScreen, readRecorded } from '../../../platform/recorded-screen.ts';
import type { Reading } from '../reading.ts';

export interface Recording {
  readonly name: string;
  readonly label: string;
  readonly note: string;
  readonly retrying: boolean;
  readonly json: Readonly<Record<string, unknown>>;
  readonly screen: RecordedScreen;
}

export const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'qwen'] as const;

const ROOT = new URL('../../../../e2e/recordings/', import.meta.url);

export async function recordings(agent: string): Promise<readonly Recording[]> {
  const names = (await readdir(new URL(`${agent}/`, ROOT))).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const json: Record<string, unknown> = JSON.parse(await readFile(new URL(`${agent}/${name}`, ROOT), 'utf8'));
      return {
        name: `${agent}/${name}`,
        label: String(json['state']),
        note: String(json['note'] ?? ''),
        retrying: json['retrying'] === true,
        json,
        screen: await readRecorded(json),
      };
    }),
  );
}

const RESTING = new Set(['idle', 'done']);

/** Whether the dialog that the label names is one that stands open on the screen. */
export function plainQuestion(recording: Recording): boolean {
  return recording.label === 'question' && /plain text/.test(recording.note);
}

export function needsPerson(recording: Recording): boolean {
  if (recording.retrying || plainQuestion(recording)) return false;
  return ['login', 'trust', 'approval', 'question', 'ratelimit', 'error'].includes(recording.label);
}

export function isRight(recording: Recording, reading: Reading): boolean {
  const { label } = recording;
  if (plainQuestion(recording)) return reading.state === 'done' && reading.asks;
  if (label === 'draft') return RESTING.has(reading.state) && reading.draft;
  if (RESTING.has(label)) return RESTING.has(reading.state) && !reading.draft;
  if (recording.retrying) return reading.state === label || reading.state === 'working';
  if (label === 'menu' && /slash/.test(recording.note)) return reading.state === 'menu' || reading.draft;
  return reading.state === label;
}
