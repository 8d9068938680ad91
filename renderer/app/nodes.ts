/** The machines that sessions run on, for every screen: who they are, whether they answer, what they ask. */
import { create } from 'zustand';
import type { NodeHealth, Node as NodeRow } from '../../shared/contract/nodes.ts';
import { wire } from './connect.ts';
import { useNodes } from './feeds.ts';

/** The id of the hub's own machine. */
export const LOCAL = 'local';

export const useNode = (id: string): NodeRow | undefined => useNodes((rows) => rows.byKey.get(id));
/** With one machine nothing needs to say on which machine it is. */
export const useManyNodes = (): boolean => useNodes((rows) => rows.byKey.size > 1);

export const NODE_WORD: Readonly<Record<NodeRow['state'], string>> = {
  connecting: 'Connecting',
  asking: 'Needs an answer',
  live: 'Live',
  degraded: 'Degraded',
  unreachable: 'Unreachable',
};

/** One word for how it is, which the reason may make another. */
export const nodeWord = ({ state, reason }: Pick<NodeRow, 'state' | 'reason'>): string =>
  reason === 'offline' ? 'Offline' : reason === 'host-key' ? 'Host key changed' : NODE_WORD[state];

interface NodeFace {
  /** The form that adds a machine is open. */
  readonly adding: boolean;
  /** A screen of its own shows what this machine asks: no dialog for it. */
  readonly shownAt: string | null;
  /** The question that is wanted in front now, by its id. */
  readonly front: string | null;
  /** Questions that were put off on this device, by their ids. */
  readonly later: ReadonlySet<string>;
}
export const useNodeFace = create<NodeFace>(() => ({ adding: false, shownAt: null, front: null, later: new Set() }));

export const addNode = (): void => useNodeFace.setState({ adding: true });
export const putOff = (question: string): void =>
  useNodeFace.setState(({ later }) => ({ front: null, later: new Set([...later, question]) }));
export const showQuestion = (question: string): void =>
  useNodeFace.setState(({ later }) => ({
    front: question,
    later: new Set([...later].filter((each) => each !== question)),
  }));

type There = NodeHealth['agents'];
/** Milliseconds. Looking for programs starts them: not for every form and card anew. */
const AGENTS_KEPT = 60_000;
const looked = new Map<string, { readonly at: number; readonly agents: Promise<There> }>();

/** The agent programs that a machine has. `state`: since when it is as it is; another connection is another look. */
export function agentsThere(node: string, state: number): Promise<There> {
  const key = `${node} ${state}`;
  const known = looked.get(key);
  if (known && Date.now() - known.at < AGENTS_KEPT) return known.agents;
  const agents = wire()
    .call('nodes.status', { node, deep: true }, { timeoutMs: 60_000 })
    .then((health) => health.agents);
  looked.set(key, { at: Date.now(), agents });
  agents.catch(() => looked.delete(key));
  return agents;
}
