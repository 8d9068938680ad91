/** Which agent programs are installed, asked until the hub has looked at all of them. */
import { useEffect, useMemo, useState } from 'react';
import type { Agent } from '../../shared/contract/agents.ts';
import { messageOf, useLink, wire } from './connect.ts';
import { agentsThere, LOCAL, useNode } from './nodes.ts';

const AGAIN_MS = 400;

/** `agents` is null until something is known; it grows while the hub still looks. `node`: the machine they are looked for on. */
export function useAgentsHere(node = LOCAL): {
  readonly agents: readonly Agent[] | null;
  readonly looking: boolean;
  readonly error: string | null;
} {
  const [all, setAll] = useState<readonly Agent[] | null>(null);
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
          (list) => {
            if (over) return;
            const more = list.some(({ checked }) => !checked);
            setAll(list);
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
  const there = useAgentsOn(all, node);
  const agents = useMemo(() => there?.filter(({ installed, kind }) => installed && kind === 'agent') ?? null, [there]);
  return {
    agents,
    looking: node === LOCAL ? looking : (there?.some(({ checked }) => !checked) ?? true),
    error: error ?? (node === LOCAL ? null : (there?.find(({ problem }) => problem !== null)?.problem ?? null)),
  };
}

type There = Awaited<ReturnType<typeof agentsThere>>;

/** The agents as they are on that machine. What is started by a command line or is a shell is on every machine. */
export function useAgentsOn(list: readonly Agent[] | null, node: string): readonly Agent[] | null {
  const { state, since = 0 } = useNode(node) ?? {};
  const [there, setThere] = useState<{ readonly node: string; readonly found: There | string } | null>(null);
  useEffect(() => {
    if (node === LOCAL || state !== 'live') return;
    let gone = false;
    const put = (found: There | string) => !gone && setThere({ node, found });
    agentsThere(node, since).then(put, (failure: unknown) => put(messageOf(failure)));
    return () => {
      gone = true;
    };
  }, [node, state, since]);
  if (list === null || node === LOCAL) return list;
  const found = there?.node === node ? there.found : null;
  return list.map((agent) => {
    if (agent.kind !== 'agent') return { ...agent, checked: true, installed: true, version: null, problem: null };
    const one = typeof found === 'string' || found === null ? undefined : found.find(({ key }) => key === agent.key);
    return {
      ...agent,
      checked: found !== null,
      installed: one !== undefined,
      version: one?.version ?? null,
      path: one?.path ?? null,
      problem: typeof found === 'string' ? found : null,
    };
  });
}
