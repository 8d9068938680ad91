/** The way to a machine in four steps, as far as its row tells it. Pure. */
import type { Node } from '../../../shared/contract/nodes.ts';

export const STEPS = ['reach', 'key', 'login', 'tmux'] as const;
export type StepName = (typeof STEPS)[number];
export type StepState = 'waiting' | 'doing' | 'asking' | 'done' | 'failed';

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  /** What came out, or what is going on. */
  readonly text: string;
}

export type Way = Pick<Node, 'state' | 'problem' | 'question' | 'tmux' | 'address' | 'retryAt'>;

/** The host key is another than the one that is known, or is known to be bad. Nobody but a person outside can clear that. */
export const keyChanged = ({ state, retryAt, problem }: Pick<Node, 'state' | 'retryAt' | 'problem'>): boolean =>
  state === 'unreachable' && retryAt === null && /\bhas CHANGED\b|\bmarked as revoked\b/.test(problem);

/** Words of a failure, in the order of the steps they belong to; what fits none of them is about reaching it. */
const FAILURES: readonly (readonly [StepName, RegExp])[] = [
  ['key', /\bhas CHANGED\b|\bmarked as revoked\b|\bkey of .* (?:was not confirmed|could not be written down)/],
  [
    'login',
    /\bdoes not let .* in\b|\bwas not given\b|\bbefore anybody could log in\b|\bwhile it waited for an answer\b|\bdid not (?:let us log in|answer) within\b/,
  ],
  ['tmux', /\blet us in, but\b/],
];

function failedAt(problem: string): StepName {
  return FAILURES.find(([, words]) => words.test(problem))?.[0] ?? 'reach';
}

/** A try is under way; a machine that is away stays `unreachable` meanwhile. */
export const trying = ({ problem }: Pick<Node, 'problem'>): boolean => problem.startsWith('connecting ');

/** Which step is under way, and how; `tmux` done is the end. */
function now({ state: told, problem, question }: Way): readonly [StepName, StepState] {
  const state = told === 'unreachable' && trying({ problem }) ? 'connecting' : told;
  switch (state) {
    case 'live':
      return ['tmux', 'done'];
    case 'degraded':
      return ['tmux', 'failed'];
    case 'asking':
      return [question?.kind === 'host-key' ? 'key' : 'login', 'asking'];
    case 'unreachable':
      return [failedAt(problem), 'failed'];
    default:
      if (problem === '' || problem.endsWith('looking around')) return ['tmux', 'doing'];
      return problem.endsWith('with the answer') ? ['login', 'doing'] : ['reach', 'doing'];
  }
}

const DOING: Readonly<Record<StepName, string>> = {
  reach: 'Reaching it',
  key: 'Looking at its key',
  login: 'Signing in',
  tmux: 'Looking for tmux',
};
const ASKING: Readonly<Record<StepName, string>> = { ...DOING, key: 'Is this its key?', login: 'It asks you' };
const WAITING: Readonly<Record<StepName, string>> = {
  reach: 'Reach it',
  key: 'Host key',
  login: 'Sign in',
  tmux: 'tmux',
};

export function stepsOf(way: Way): readonly Step[] {
  const [at, how] = now(way);
  const reached = STEPS.indexOf(at);
  const done: Readonly<Record<StepName, string>> = {
    reach: `${way.address} answers`,
    key: 'Its key is known',
    login: 'Signed in',
    tmux: way.tmux === null ? 'tmux runs' : `tmux ${way.tmux}`,
  };
  return STEPS.map((name, i): Step => {
    if (i < reached) return { name, state: 'done', text: done[name] };
    if (i > reached) return { name, state: 'waiting', text: WAITING[name] };
    if (how === 'failed') return { name, state: how, text: way.problem };
    return { name, state: how, text: how === 'done' ? done[name] : how === 'asking' ? ASKING[name] : DOING[name] };
  });
}

/** Of a fingerprint that somebody gave: whether it is this one. Null while nothing was given. */
export function sameFingerprint(given: string, shown: string): boolean | null {
  const bare = (text: string) =>
    text
      .trim()
      .replace(/^.*?(SHA256:[A-Za-z0-9+/]+)=*.*$/s, '$1')
      .replace(/^SHA256:/, '')
      .replace(/=+$/, '');
  return given.trim() === '' ? null : bare(given) === bare(shown);
}
