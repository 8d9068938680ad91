/** A session's state, told three times: by shape, by word and by colour. */
import {
  Circle,
  CircleCheck,
  CircleDashed,
  CircleDotDashed,
  CircleQuestionMark,
  Hourglass,
  KeyRound,
  List,
  LoaderCircle,
  type LucideIcon,
  ShieldAlert,
  ShieldQuestionMark,
  Square,
  TriangleAlert,
  Unplug,
} from 'lucide-react';
import type { State } from '../../shared/contract/states.ts';
import { cx } from './cx.ts';
import s from './State.module.css';

type Tone = 'quiet' | 'busy' | 'need' | 'good' | 'bad';

const LOOKS: Readonly<Record<State, { readonly word: string; readonly icon: LucideIcon; readonly tone: Tone }>> = {
  starting: { word: 'Starting', icon: CircleDotDashed, tone: 'busy' },
  login: { word: 'Needs sign-in', icon: KeyRound, tone: 'need' },
  trust: { word: 'Asks for trust', icon: ShieldQuestionMark, tone: 'need' },
  idle: { word: 'Idle', icon: Circle, tone: 'quiet' },
  working: { word: 'Working', icon: LoaderCircle, tone: 'busy' },
  approval: { word: 'Needs approval', icon: ShieldAlert, tone: 'need' },
  question: { word: 'Asks you', icon: CircleQuestionMark, tone: 'need' },
  menu: { word: 'In a menu', icon: List, tone: 'quiet' },
  done: { word: 'Done', icon: CircleCheck, tone: 'good' },
  ratelimit: { word: 'Rate limited', icon: Hourglass, tone: 'need' },
  error: { word: 'Error', icon: TriangleAlert, tone: 'bad' },
  exited: { word: 'Exited', icon: Square, tone: 'quiet' },
  unreachable: { word: 'Unreachable', icon: Unplug, tone: 'bad' },
  unknown: { word: 'Unknown', icon: CircleDashed, tone: 'quiet' },
};

export const stateWord = (state: State): string => LOOKS[state].word;
/** The word and colour of the state themselves say that somebody is needed. */
export const calls = (state: State): boolean => LOOKS[state].tone === 'need' || LOOKS[state].tone === 'bad';

export function StateMark(props: { readonly state: State; readonly word?: boolean; readonly stalled?: boolean }) {
  const { word, icon: Icon, tone } = LOOKS[props.state];
  const told = props.stalled ? 'Stalled' : word;
  return (
    <span className={s['mark']} data-tone={props.stalled ? 'need' : tone}>
      <Icon
        size={14}
        strokeWidth={2.25}
        aria-hidden
        className={cx(props.state === 'working' && !props.stalled && s['turning'])}
      />
      <span className={props.word === false ? 'visually-hidden' : undefined}>{told}</span>
    </span>
  );
}
