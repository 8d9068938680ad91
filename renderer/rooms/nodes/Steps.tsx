/** The steps to a machine, each with what came out. */
import { Circle, CircleAlert, CircleCheck, CircleHelp, LoaderCircle, type LucideIcon } from 'lucide-react';
import s from './Steps.module.css';
import type { Step, StepState } from './steps.ts';

const LOOK: Readonly<Record<StepState, readonly [LucideIcon, string]>> = {
  waiting: [Circle, 'not yet'],
  doing: [LoaderCircle, 'under way'],
  asking: [CircleHelp, 'needs you'],
  done: [CircleCheck, 'done'],
  failed: [CircleAlert, 'failed'],
};

export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol className={s['steps']} aria-label="Connecting">
      {steps.map(({ name, state, text }) => {
        const [Icon, word] = LOOK[state];
        return (
          <li key={name} data-state={state} aria-current={state === 'doing' || state === 'asking' ? 'step' : undefined}>
            <Icon size={16} aria-hidden className={s['icon']} />
            <span className={s['text']} dir="auto">
              {text}
            </span>
            <span className="visually-hidden">{word}</span>
          </li>
        );
      })}
    </ol>
  );
}
