/** What recorded screens read as, without a hub: the readers alone, for `qd explain --capture`. A composition root like app.ts. */
import { readFile } from 'node:fs/promises';
import type { RecordedReading } from '../shared/contract/sessions.ts';
import { Fault, isFault } from '../shared/fault.ts';
import { readerFor } from './core/agents/readers/readers.ts';
import { readRecorded } from './platform/recorded-screen.ts';

export type RecordedResult = RecordedReading | { readonly file: string; readonly error: string };

/** One answer a file, in order; a file that cannot be read or is no recorded screen gets an `error` instead of a state. */
export async function explainRecorded(files: readonly string[]): Promise<RecordedResult[]> {
  const results: RecordedResult[] = [];
  for (const file of files) {
    try {
      results.push(await one(file));
    } catch (error) {
      if (!isFault(error)) throw error;
      results.push({ file, error: error.message });
    }
  }
  return results;
}

async function one(file: string): Promise<RecordedReading> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Fault('not-found', `${file} cannot be read`, undefined, cause);
  });
  let capture: unknown;
  try {
    capture = JSON.parse(text);
  } catch (cause) {
    throw new Fault('invalid', `${file} is not JSON`, undefined, cause);
  }
  const { agent, view, facts } = await readRecorded(capture);
  const reading = readerFor(agent)(view, facts);
  const at = Date.now();
  return {
    file,
    agent,
    state: reading.state,
    needsYou: reading.needsYou,
    draft: reading.draft,
    asks: reading.asks,
    evidence: reading.evidence.map((e) => ({ ...e, at })),
  };
}
