/** Screens of agents that only the user knows: the patterns of the settings, asked where no reader of ours says anything. */
import { NEEDS_YOU, type State } from '../../../shared/contract/states.ts';
import type { ScreenReader } from './reading.ts';
import type { AgentSpec } from './rules.ts';

/** What waits for a person goes before what merely looks busy, so that a dialog is never taken for work. */
const ORDER: readonly State[] = ['approval', 'question', 'trust', 'login', 'error', 'working', 'done', 'idle'];

export function patternReader(spec: Pick<AgentSpec, 'ready' | 'states'>, base: ScreenReader): ScreenReader {
  const patterns = ORDER.flatMap((state) => {
    const sources = [spec.states[state], state === 'idle' ? spec.ready : null].filter(
      (each) => typeof each === 'string',
    );
    return sources.map((source) => ({ state, pattern: new RegExp(source, 'mu') }));
  });
  if (patterns.length === 0) return base;
  return (view, facts) => {
    const reading = base(view, facts);
    if (reading.state !== 'unknown') return reading;
    const screen = view.lines.join('\n');
    for (const { state, pattern } of patterns) {
      const found = pattern.exec(screen)?.[0];
      if (found === undefined) continue;
      const saw = `"${found.slice(0, 100)}" fits the pattern of the settings`;
      const evidence = [{ saw, means: state, source: 'screen' as const, confidence: 0.7 }];
      return { ...reading, state, needsYou: NEEDS_YOU.has(state), evidence };
    }
    return reading;
  };
}
