/** Which agent programs are installed, asked until the hub has looked at all of them. */
import { useEffect, useState } from 'react';
import type { Agent } from '../../shared/contract/agents.ts';
import { messageOf, useLink, wire } from './connect.ts';

const AGAIN_MS = 400;

/** `agents` is null until something is known; it grows while the hub still looks. */
export function useAgentsHere(): {
  readonly agents: readonly Agent[] | null;
  readonly looking: boolean;
  readonly error: string | null;
} {
  const [agents, setAgents] = useState<readonly Agent[] | null>(null);
  const [looking, setLooking] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const online = useLink((link) => link.state === 'online');
  useEffect(() => {
    if (!online) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const ask = () =>
      void wire()
        .call('agents.list', {})
        .then(
          (all) => {
            if (over) return;
            const more = all.some(({ checked }) => !checked);
            setAgents(all.filter(({ installed, kind }) => installed && kind === 'agent'));
            setLooking(more);
            setError(null);
            if (more) timer = setTimeout(ask, AGAIN_MS);
          },
          (failure: unknown) => over || setError(messageOf(failure)),
        );
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [online]);
  return { agents, looking, error };
}
