/** What the doctor says of a machine; looked at when it is opened, because it starts programs there. */
import { CircleAlert, CircleCheck, type LucideIcon, TriangleAlert } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { LOCAL } from '../../app/nodes.ts';
import s from './Part.module.css';
import { Part } from './Part.tsx';

type Check = CallOutput<'nodes.doctor'>[number];
const LOOK: Readonly<Record<Check['result'], readonly [LucideIcon, string]>> = {
  pass: [CircleCheck, 'Pass'],
  warn: [TriangleAlert, 'Warning'],
  fail: [CircleAlert, 'Fail'],
};

export function Checks({ node }: { readonly node: Node }) {
  const [checks, setChecks] = useState<readonly Check[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const run = useCallback(async () => {
    setBusy(true);
    setError(null);
    try {
      const options = { timeoutMs: 90_000 };
      // The hub's own machine has more to be looked at than the others.
      setChecks(
        await (node.id === LOCAL
          ? wire().call('hub.doctor', {}, options)
          : wire().call('nodes.doctor', { node: node.id }, options)),
      );
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  }, [node.id]);
  useEffect(() => void run(), [run]);
  return (
    <Part title="Checks" of={node.title} again="Check again" onAgain={() => void run()} busy={busy} error={error}>
      {checks !== null && (
        <ul className={s['checks']} aria-label="Checks">
          {checks.map((check) => {
            const [Icon, word] = LOOK[check.result];
            return (
              <li key={check.name} data-result={check.result}>
                <span className={s['result']}>
                  <Icon size={14} aria-hidden />
                  <span className="visually-hidden">{word}</span>
                </span>
                <span className={s['check']}>
                  <b>{check.name}</b> {check.message}
                  {check.hint !== undefined && <small>{check.hint}</small>}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Part>
  );
}
