/** The agents room's answers to the contract. */
import type { HooksView } from '../../../shared/contract/agents.ts';
import type { Audit } from '../../kernel/audit.ts';
import { actor } from '../../kernel/audit.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import type { Agents } from './agents.ts';

export type AgentHandlers = Pick<Handlers, Extract<keyof Handlers, `agents.${string}`>>;

/** `of`: the agents of a machine, of this one when none is named. */
export function agentHandlers(of: (node: string | undefined) => Agents, audit: Audit): AgentHandlers {
  const view = async (agents: Agents, agent: string): Promise<HooksView> => {
    agents.get(agent);
    const standing = await agents.hooks(agent);
    return { agent, state: standing?.state ?? null, plan: standing ? await agents.hookPlan(agent, 'install') : null };
  };
  return {
    'agents.list': async ({ refresh, node }) => [...(await of(node).list(refresh === true))],
    'agents.conversations': async (query) => [...(await of(query.node).conversations(query)).conversations],
    'agents.usage': async (query) => [...(await of(query.node).usage(query))],
    'agents.hookPlan': ({ agent, node }) => view(of(node), agent),
    'agents.installHooks': async ({ agent, node }, { who }) => {
      const agents = of(node);
      const plan = await agents.installHooks(agent);
      audit({ ...actor(who), action: 'hooks.install', target: agent, detail: { file: plan.file } });
      return view(agents, agent);
    },
    'agents.removeHooks': async ({ agent, node }, { who }) => {
      const agents = of(node);
      const plan = await agents.removeHooks(agent);
      audit({ ...actor(who), action: 'hooks.remove', target: agent, detail: { file: plan.file } });
      return view(agents, agent);
    },
  };
}
