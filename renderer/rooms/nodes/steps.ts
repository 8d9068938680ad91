/** The way to a machine in four steps, as far as its row tells it. Pure. */
import type { Node, NodeReason } from '../../../shared/contract/nodes.ts';

export const STEPS = ['reach', 'key', 'login', 'tmux'] as const;
export type StepName = (typeof STEPS)[number];
export type StepState = 'waiting' | 'doing' | 'asking' | 'done' | 'failed';

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  /** What came out, or what is going on. */
  readonly text: string;
}

export type Way = Pick<Node, 'state' | 'problem' | 'reason' | 'trying' | 'question' | 'tmux' | 'address'>;

/** The host key is another than the one that is known, or is known to be bad. Nobody but a person outside can clear that. */
export const keyChanged = ({ reason }: Pick<Node, 'reason'>): boolean => reason === 'host-key';

/** Which step a failure belongs to. Of what was declined the words tell whether it was the key. */
function failedAt({ reason, problem }: Pick<Node, 'reason' | 'problem'>): StepName {
  if (reason === 'host-key') return 'key';
  if (reason === 'auth') return 'login';
  if (reason === 'unanswered') return problem.startsWith('The key of ') ? 'key' : 'login';
  if (problem.includes('let us in, but')) return 'tmux';
  return /did not (?:let us log in|answer) within|before anybody could log in/.test(problem) ? 'login' : 'reach';
}

/** Which step is under way, and how; `tmux` done is the end. */
function now(way: Way): readonly [StepName, StepState] {
  const { problem, question } = way;
  const state = way.state === 'unreachable' && way.trying ? 'connecting' : way.state;
  switch (state) {
    case 'live':
      return ['tmux', 'done'];
    case 'degraded':
      return ['tmux', 'failed'];
    case 'asking':
      return [question?.kind === 'host-key' ? 'key' : 'login', 'asking'];
    case 'unreachable':
      return [failedAt(way), 'failed'];
    default:
      if (problem === '' || problem.endsWith('looking around')) return ['tmux', 'doing'];
      return problem.endsWith('with the answer') ? ['login', 'doing'] : ['reach', 'doing'];
  }
}

/** What a person does about it, after what is wrong was said. */
const NEXT: Readonly<Record<NodeReason, string>> = {
  network: 'See that it is switched on and that its address is right.',
  auth: 'Change the user or the key, or let your key in there; then connect again.',
  'host-key':
    'Quarterdeck does not go on by itself. Ask who runs this machine; clear the old key only when they say that it was set up anew, then connect again.',
  unanswered: 'Connect to be asked again.',
  config: 'Change how it is reached, here or in the ssh configuration of the hub.',
  offline: '',
  tmux: 'Install tmux 3.2 or newer there, then look again.',
  prepare: 'When that is mended, look again; Check tells more.',
};
export const nextOf = ({ reason }: Pick<Node, 'reason'>): string => (reason === null ? '' : NEXT[reason]);

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
