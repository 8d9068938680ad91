/** On which machine a session starts, and which agents are there. Nothing to choose where there is only one machine. */
import { useEffect, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Agent } from '../../../shared/contract/agents.ts';
import { messageOf } from '../../app/connect.ts';
import { useNodes } from '../../app/feeds.ts';
import { agentsThere, LOCAL, NODE_WORD, useManyNodes, useNode } from '../../app/nodes.ts';
import { SelectField } from '../../ui/Field.tsx';

export function NodeField(props: {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (node: string) => void;
}) {
  const nodes = useNodes(useShallow((rows) => [...rows.byKey.values()]));
  const many = useManyNodes();
  if (!many) return null;
  const chosen = nodes.find(({ id }) => id === props.value);
  const away = chosen !== undefined && chosen.state !== 'live';
  return (
    <SelectField
      label="Machine"
      value={props.value}
      error={
        props.error ??
        (away ? `${chosen.title}: ${chosen.question?.title ?? (chosen.problem || NODE_WORD[chosen.state])}` : undefined)
      }
      onChange={(event) => props.onChange(event.target.value)}
    >
      {nodes.map((node) => (
        <option key={node.id} value={node.id}>
          {node.title}
          {node.id === LOCAL ? ' (this machine)' : ''}
          {node.state === 'live' ? '' : `, ${NODE_WORD[node.state].toLowerCase()}`}
        </option>
      ))}
    </SelectField>
  );
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
