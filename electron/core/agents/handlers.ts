/** The agents room's answers to the contract. */
import type { HooksView } from '../../../shared/contract/agents.ts';
import type { Audit } from '../../kernel/audit.ts';
import { actor } from '../../kernel/audit.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import type { Agents } from './agents.ts';

export type AgentHandlers = Pick<Handlers, Extract<keyof Handlers, `agents.${string}`>>;

export function agentHandlers(agents: Agents, audit: Audit): AgentHandlers {
  const view = async (agent: string): Promise<HooksView> => {
    agents.get(agent);
    const standing = await agents.hooks(agent);
    return { agent, state: standing?.state ?? null, plan: standing ? await agents.hookPlan(agent, 'install') : null };
  };
  return {
    'agents.list': async ({ refresh }) => [...(await agents.list(refresh === true))],
    'agents.conversations': async (query) => [...(await agents.conversations(query)).conversations],
    'agents.usage': async (query) => [...(await agents.usage(query))],
    'agents.hookPlan': ({ agent }) => view(agent),
    'agents.installHooks': async ({ agent }, { who }) => {
      const plan = await agents.installHooks(agent);
      audit({ ...actor(who), action: 'hooks.install', target: agent, detail: { file: plan.file } });
      return view(agent);
    },
    'agents.removeHooks': async ({ agent }, { who }) => {
      const plan = await agents.removeHooks(agent);
      audit({ ...actor(who), action: 'hooks.remove', target: agent, detail: { file: plan.file } });
      return view(agent);
    },
  };
}
