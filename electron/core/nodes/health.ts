/** How a machine is, and what on it keeps sessions from running well. */
import type { Check } from '../../../shared/contract/hub.ts';
import type { Node, NodeHealth } from '../../../shared/contract/nodes.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Remote } from '../../platform/ports.ts';
import type { Place } from './place.ts';
import { HEALTH, type HealthText, healthFrom } from './rules.ts';

const HEALTH_MS = 8000;
const LITTLE_DISK = 512 * 1024 * 1024;
const MUCH_SKEW_MS = 5000;
const FEW_CHANNELS = 3;

const NOTHING: HealthText = { system: '', now: null, cpus: null, load: null, memory: null, disk: null };

export async function healthOf(
  node: Node,
  place: Place,
  remote: Remote | null,
  clock: Clock,
  deep: boolean,
  heard: (found: HealthText) => void,
): Promise<NodeHealth> {
  const checks: Check[] = [];
  const say = (name: string, result: Check['result'], message: string, hint?: string) =>
    checks.push({ name, result, message, ...(hint === undefined ? {} : { hint }) });
  let found = NOTHING;
  let skew: number | null = null;
  const agents: NodeHealth['agents'] = [];

  if (remote) {
    if (remote.state.kind === 'live') {
      const ms = remote.latencyMs === null ? '' : `, ${remote.latencyMs.toFixed(1)} ms away`;
      say('connection', 'pass', `${node.address} answers${ms}`);
    } else say('connection', 'fail', node.problem || 'it is not connected', 'qd node status shows what it waits for');
  }
  if (node.reachable) {
    const began = clock.now();
    try {
      const { stdout } = await place.host.exec(['sh', '-c', HEALTH], { timeoutMs: HEALTH_MS });
      const ended = clock.now();
      found = healthFrom(Buffer.from(stdout).toString('utf8'));
      heard(found);
      if (found.now !== null) skew = Math.round(found.now - (began + ended) / 2);
    } catch (error) {
      say('commands', 'fail', `commands do not run there: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (node.tmux === null) say('tmux', 'fail', node.problem || 'tmux does not run there');
    else say('tmux', 'pass', `tmux ${node.tmux}`);
    if (found.disk) {
      const free = `${(found.disk.free / 2 ** 30).toFixed(1)} GiB free`;
      if (found.disk.free < LITTLE_DISK)
        say('disk', 'warn', `only ${free} where the home folder is`, 'agents fail in odd ways on a full disk');
      else say('disk', 'pass', free);
    }
    if (skew !== null) {
      if (Math.abs(skew) > MUCH_SKEW_MS)
        say(
          'clock',
          'warn',
          `its clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead' : 'behind'}`,
          'set it by the network (timedatectl set-ntp true)',
        );
      else say('clock', 'pass', 'its clock agrees with ours');
    }
    if (remote?.mostChannels != null && remote.mostChannels < FEW_CHANNELS)
      say(
        'channels',
        'warn',
        `its sshd allows ${remote.mostChannels} channels on a connection: commands wait for each other`,
        'raise MaxSessions in its sshd_config',
      );
    if (deep) await lookDeeper(place, agents, say);
  }
  return {
    node,
    server: remote?.peer?.server ?? '',
    channels: remote?.mostChannels ?? null,
    system: found.system,
    cpus: found.cpus,
    load: found.load,
    memory: found.memory,
    disk: found.disk,
    clockSkewMs: skew,
    agents,
    checks,
  };
}

async function lookDeeper(
  place: Place,
  agents: NodeHealth['agents'],
  say: (name: string, result: Check['result'], message: string, hint?: string) => void,
): Promise<void> {
  try {
    const git = await place.host.which('git');
    if (git === null) say('git', 'warn', 'git is not installed there', 'changes and worktrees cannot be shown');
    else say('git', 'pass', git);
    for (const agent of await place.agents.list(true)) {
      if (agent.kind !== 'agent' || agent.path === null) continue;
      agents.push({ key: agent.key, version: agent.version, path: agent.path });
    }
    if (agents.length === 0)
      say(
        'agents',
        'warn',
        'no agent program was found there',
        'install one, such as claude; shells work all the same',
      );
    else say('agents', 'pass', agents.map(({ key, version }) => `${key} ${version ?? '(version unknown)'}`).join(', '));
    if (!place.near)
      say('qd', 'pass', 'agents there have no qd of their own: board, channels and notes are reached from here only');
  } catch (error) {
    say('look', 'fail', error instanceof Error ? error.message : String(error));
  }
}
