/** What is asked of a node of kind `hub` itself: how it is, call it now, forget it. */
import type { NodeHealth, NodeHistory, NodeSample } from '../../../shared/contract/nodes.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { actor } from '../../kernel/audit.ts';
import { type Asked, type Handlers, mayUseNode } from '../../kernel/handlers.ts';
import type { Hubs } from './hubs.ts';
import type { Member } from './member.ts';
import { ALL_MS, type AnyCall, type Ways } from './ways.ts';

const HEALTH_MS = 10_000;
/** Of two hours, one in ten seconds. */
const MOST_SAMPLES = 720;
const CLOCK_MS = 5000;

/** Milliseconds to the machine and back about that time: only the beats tell it. */
const roundTrip = (beats: readonly NodeSample[], at: number): number | null =>
  beats.findLast((beat) => beat.at <= at + 30_000 && at - beat.at < 60_000)?.latencyMs ?? null;

/** `hubs`: what is kept of those that were added here. */
export function createMachines(ways: Ways, hubs: Pick<Hubs, 'edit' | 'remove'>): Partial<Handlers> {
  const { own, registry, isHub, audit } = ways;
  const memberFor = (node: string, ask: Asked): Member | null => {
    const member = isHub(ask.who) ? null : registry.find(node);
    if (member) ways.admit(ask.who, member, null, member.known.title);
    return member;
  };

  const health = async (member: Member, deep: boolean, ask: Asked): Promise<NodeHealth> => {
    const node = member.row();
    const checks: NodeHealth['checks'] = [];
    const reached = node.latencyMs === null ? '' : `, ${node.latencyMs.toFixed(1)} ms away`;
    if (node.reachable)
      checks.push({ name: 'connection', result: 'pass', message: `${node.address} answers${reached}` });
    else {
      const hint = 'GET /api/fleet of the hub on that machine tells its side; its log too';
      checks.push({ name: 'connection', result: 'fail', message: node.problem, hint });
    }
    if (member.skew !== null) {
      const off = Math.round(Math.abs(member.skew) / 1000);
      const message =
        off * 1000 < CLOCK_MS
          ? 'its clock goes as ours'
          : `its clock is ${off} s ${member.skew > 0 ? 'ahead' : 'behind'}`;
      checks.push({ name: 'clock', result: off * 1000 < CLOCK_MS ? 'pass' : 'warn', message });
    }
    if (node.state === 'degraded') checks.push({ name: 'beats', result: 'warn', message: node.problem });
    else if (node.state === 'live') checks.push({ name: 'beats', result: 'pass', message: 'its beats come' });
    const bare: NodeHealth = {
      node,
      server: `Quarterdeck ${node.hub?.version ?? ''}`.trim(),
      channels: null,
      system: node.hub ? `${node.hub.platform} ${node.hub.arch}` : '',
      cpus: node.hub?.cpus ?? null,
      load: null,
      memory: null,
      disk: null,
      clockSkewMs: member.skew,
      agents: [],
      checks,
    };
    if (!node.reachable) return bare;
    try {
      const theirs = (await ways.forward(
        member,
        'nodes.status',
        { node: 'local', deep },
        ask,
        HEALTH_MS,
      )) as NodeHealth;
      const { system, cpus, load, memory, disk, agents } = theirs;
      return { ...bare, system, cpus, load, memory, disk, agents, checks: [...checks, ...theirs.checks] };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...bare, checks: [...checks, { name: 'health', result: 'fail', message }] };
    }
  };

  const overSsh = (name: 'nodes.forward' | 'nodes.unforward' | 'nodes.callback'): AnyCall =>
    ((input: { readonly node: string }, ask: Asked) => {
      const member = memberFor(input.node, ask);
      if (!member) return (own[name] as AnyCall)(input as never, ask);
      const what = `${member.known.title} is a hub of its own: ports are forwarded over ssh only`;
      throw new Fault('unsupported', `${what}; add the machine by ssh too (qd node add) for that`);
    }) as AnyCall;

  return {
    'nodes.edit': (input, ask) => {
      const member = memberFor(input.node, ask);
      const { node, title, url, ...way } = input;
      if (!member) {
        if (url === undefined) return own['nodes.edit'](input, ask);
        throw new Fault('invalid', `${node} is reached over ssh: only a hub that was added has an address`);
      }
      if (!member.added) {
        const what = `${member.known.title} joins by itself, with the name and address that it says`;
        throw new Fault('unsupported', `${what}: change the settings node.* of its own hub`);
      }
      if (Object.values(way).some((each) => each !== undefined))
        throw new Fault('invalid', `${member.known.title} is a hub: it has a name and an address, and nothing of ssh`);
      return hubs.edit(member, { title, url }, ask);
    },
    'nodes.disconnect': (input, ask) => {
      const member = memberFor(input.node, ask);
      if (!member) return own['nodes.disconnect'](input, ask);
      const { title } = member.known;
      throw new Fault('unsupported', `${title} is a hub of its own: remove it, or end the hub there`);
    },
    'nodes.history': async (input, ask) => {
      const history = async (member: Member) => {
        const { id } = member.known;
        const beats = member.samples(input.since);
        const asked = { since: Math.max(0, input.since + member.used), node: 'local' };
        try {
          const theirs = (await ways.forward(member, 'nodes.history', asked, ask, ALL_MS)) as NodeHistory[];
          const { samples = [] } = theirs[0] ?? {};
          // Its own look at itself says more; what the beats told stands where it says nothing.
          const first = samples[0]?.at ?? Number.POSITIVE_INFINITY;
          const told = samples.slice(-MOST_SAMPLES).map((each) => ({ ...each, latencyMs: roundTrip(beats, each.at) }));
          return [{ node: id, samples: [...beats.filter(({ at }) => at < first), ...told] }];
        } catch (error) {
          if (!isFault(error)) throw error;
          return [{ node: id, samples: beats }];
        }
      };
      const member = input.node === undefined ? null : memberFor(input.node, ask);
      if (member) return history(member);
      const mine = await own['nodes.history'](input, ask);
      if (input.node !== undefined || isHub(ask.who)) return mine;
      const members = registry.members().filter((each) => mayUseNode(ask.who, each.known.id));
      return [...mine, ...(await Promise.all(members.map(history))).flat()];
    },
    'nodes.status': (input, ask) => {
      const member = memberFor(input.node, ask);
      return member ? health(member, input.deep, ask) : own['nodes.status'](input, ask);
    },
    'nodes.doctor': async (input, ask) => {
      const member = memberFor(input.node, ask);
      return member ? (await health(member, true, ask)).checks : own['nodes.doctor'](input, ask);
    },
    'nodes.connect': (input, ask) => {
      const member = memberFor(input.node, ask);
      if (!member) return own['nodes.connect'](input, ask);
      member.call();
      return member.row();
    },
    'nodes.remove': async (input, ask) => {
      const member = memberFor(input.node, ask);
      if (!member) return own['nodes.remove'](input, ask);
      const { id, title } = member.known;
      const { sessions, reachable } = member.row();
      if (member.added && sessions > 0 && !input.force) {
        const many = `${title} has ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;
        throw new Fault('conflict', `${many}; remove it by force, then they go on there and leave this list`, {
          sessions,
        });
      }
      if (reachable && !member.added && !input.force) {
        const how =
          'stop its hub or unset QD_HUB_URL there first, or remove it by force: then it is back with its next start';
        throw new Fault('conflict', `${title} is here; ${how}`, { sessions });
      }
      await hubs.remove(member);
      registry.remove(member);
      audit({ ...actor(ask.who), action: 'node.remove', target: title, detail: { force: input.force, sessions } });
      return { removed: true, id, title };
    },
    'nodes.answer': (input, ask) => {
      const member = memberFor(input.node, ask);
      if (member) throw new Fault('stale', `${member.known.title} asks nothing`);
      return own['nodes.answer'](input, ask);
    },
    'nodes.forward': overSsh('nodes.forward') as Handlers['nodes.forward'],
    'nodes.unforward': overSsh('nodes.unforward') as Handlers['nodes.unforward'],
    'nodes.callback': overSsh('nodes.callback') as Handlers['nodes.callback'],
  };
}
