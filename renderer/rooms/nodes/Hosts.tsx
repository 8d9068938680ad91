/** Hosts of the hub's ssh configuration, to choose one by a press; what is typed above narrows them. */
import { Check } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import type { NodeHost } from '../../../shared/contract/nodes.ts';
import { wire } from '../../app/connect.ts';
import { score } from '../../app/fuzzy.ts';
import s from './AddNode.module.css';

/** Null until they are known; empty where there are none, or this hub does not tell. */
export function useHosts(): readonly NodeHost[] | null {
  const [hosts, setHosts] = useState<readonly NodeHost[] | null>(null);
  useEffect(() => {
    let gone = false;
    wire()
      .call('nodes.hosts', {})
      // A configuration that cannot be read is told by the try to connect; the field takes any host without it.
      .catch(() => [])
      .then((found) => !gone && setHosts(found));
    return () => {
      gone = true;
    };
  }, []);
  return hosts;
}

export const whereOf = ({ user, host, port, via }: NodeHost): string =>
  `${user}@${host}${port === 22 ? '' : `:${port}`}${via.length === 0 ? '' : ` through ${via.join(', ')}`}`;

export function Hosts(props: {
  readonly hosts: readonly NodeHost[];
  /** As typed: narrows, and is the one that is chosen. */
  readonly typed: string;
  readonly list: RefObject<HTMLUListElement | null>;
  readonly onChoose: (host: NodeHost) => void;
  readonly onLeave: () => void;
}) {
  const { hosts, typed } = props;
  const chosen = hosts.some(({ alias }) => alias === typed);
  // One that was chosen does not hide the others.
  const shown = hosts.filter((each) => chosen || score(typed, `${each.alias} ${whereOf(each)}`) !== null);
  const walk = (event: KeyboardEvent<HTMLUListElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')];
    const next = buttons.indexOf(document.activeElement as HTMLElement) + step;
    if (next < 0) props.onLeave();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  };
  return (
    <section className={s['hosts']} aria-label="From the ssh configuration">
      <h3>
        From the ssh configuration
        <span role="status">{shown.length === hosts.length ? hosts.length : `${shown.length} of ${hosts.length}`}</span>
      </h3>
      <ul ref={props.list} onKeyDown={walk}>
        {shown.map((each) => (
          <li key={each.alias}>
            <button
              type="button"
              className={s['host']}
              data-bad={each.problem !== null}
              disabled={each.node !== null || each.problem !== null}
              aria-pressed={each.alias === typed}
              onClick={() => props.onChoose(each)}
            >
              <b dir="auto">{each.alias}</b>
              <span className={s['where']}>{each.problem ?? whereOf(each)}</span>
              {each.node !== null && (
                <span className={s['badge']}>
                  <Check size={13} aria-hidden />
                  added
                </span>
              )}
            </button>
          </li>
        ))}
        {shown.length === 0 && <li className={s['none']}>None of them fits; it is reached as typed.</li>}
      </ul>
    </section>
  );
}
