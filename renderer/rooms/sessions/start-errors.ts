/** Where in the start form a failure belongs: at the field that must change, else below the form. */
import { isFault } from '../../../shared/fault.ts';

export const START_FIELDS = ['agent', 'name', 'node', 'cwd', 'flags', 'command', 'init', 'resume'] as const;
export type StartField = (typeof START_FIELDS)[number];
export type StartErrors = Partial<Record<StartField | 'form', string>>;

const isField = (text: string): text is StartField => (START_FIELDS as readonly string[]).includes(text);

/** Words of messages that name no field by themselves. */
const HINTS: readonly (readonly [StartField, RegExp])[] = [
  ['cwd', /\b(folder|directory)\b/i],
  ['resume', /\b(conversation|resume)\b/i],
  ['command', /\bcommand\b/i],
  ['flags', /\bflags?\b|\bquot/i],
];

export function startErrors(error: unknown): StartErrors {
  const message = error instanceof Error ? error.message : String(error);
  if (!isFault(error)) return { form: message };
  const problems = error.data?.['problems'];
  if (Array.isArray(problems)) {
    const found: StartErrors = {};
    for (const problem of problems as readonly { readonly path?: unknown; readonly message?: unknown }[]) {
      const field = String(problem.path ?? '').split('.')[0] ?? '';
      found[isField(field) ? field : 'form'] ??= String(problem.message ?? message);
    }
    if (Object.keys(found).length > 0) return found;
  }
  if (error.code === 'taken') return { name: message };
  if (error.code === 'unreachable') return { node: message };
  if (error.code === 'not-installed') return { agent: message };
  if (
    error.code === 'invalid' ||
    error.code === 'not-found' ||
    error.code === 'unsupported' ||
    error.code === 'refused'
  ) {
    const hint = HINTS.find(([, words]) => words.test(message));
    if (hint) return { [hint[0]]: message };
  }
  return { form: message };
}
