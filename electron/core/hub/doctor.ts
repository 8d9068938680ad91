/** `qd doctor`: looks at everything Quarterdeck needs on this machine, each check with a hint that helps. */
import type { Agent } from '../../../shared/contract/agents.ts';
import type { Check } from '../../../shared/contract/hub.ts';
import type { SettingsView } from '../../../shared/contract/settings.ts';
import type { Host } from '../../platform/ports.ts';

export interface DoctorDeps {
  readonly host: Host;
  readonly version: string;
  readonly data: string;
  readonly tmuxVersion: string | null;
  readonly urls: () => readonly string[];
  readonly agents: () => Promise<readonly Agent[]>;
  readonly settings: () => SettingsView;
  readonly audit: () => Promise<{ ok: boolean; lines: number; problem: string | null }>;
}

const LOW_DISK_MB = 500;
const NODE_LEAST = 22;

const check = (name: string, result: Check['result'], message: string, hint?: string): Check => ({
  name,
  result,
  message,
  ...(hint ? { hint } : {}),
});

function node(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= NODE_LEAST
    ? check('node', 'pass', `Node ${process.versions.node}`)
    : check('node', 'fail', `Node ${process.versions.node} is too old`, 'npm start brings a Node of its own');
}

async function dataFolder({ host, data }: DoctorDeps): Promise<Check> {
  const listing = await host.exec(['ls', '-ld', data], { timeoutMs: 5000, env: { LC_ALL: 'C' } });
  const mode = new TextDecoder().decode(listing.stdout).slice(0, 10);
  return mode.startsWith('drwx------')
    ? check('data folder', 'pass', `${data} is yours alone`)
    : check('data folder', 'fail', `${data} has mode ${mode}: others may read it`, `chmod 700 ${data}`);
}

async function disk({ host, data }: DoctorDeps): Promise<Check> {
  const result = await host.exec(['df', '-Pm', data], { timeoutMs: 5000, env: { LC_ALL: 'C' } });
  const free = Number(new TextDecoder().decode(result.stdout).trim().split('\n').at(-1)?.split(/\s+/)[3]);
  if (Number.isNaN(free)) return check('disk', 'warn', 'the free space could not be read');
  return free < LOW_DISK_MB
    ? check(
        'disk',
        'warn',
        `only ${free} MB free where the state is kept`,
        'prompts and recordings need room: free some',
      )
    : check('disk', 'pass', `${free} MB free`);
}

/** Two versions of `qd` on PATH explain many a strange behaviour. */
async function programs({ host, version }: DoctorDeps): Promise<Check> {
  const found = await host.exec(['sh', '-c', 'IFS=:; for d in $PATH; do [ -x "$d/qd" ] && echo "$d/qd"; done; true'], {
    timeoutMs: 5000,
  });
  const paths = [...new Set(new TextDecoder().decode(found.stdout).split('\n').filter(Boolean))];
  return paths.length > 1
    ? check(
        'qd on PATH',
        'warn',
        `${paths.length} of them: ${paths.join(', ')}`,
        'the first one runs; remove the others',
      )
    : check('qd on PATH', 'pass', paths[0] ?? `none; npx qd works in the checkout (version ${version})`);
}

async function agents(deps: DoctorDeps): Promise<Check[]> {
  const all = (await deps.agents()).filter((a) => a.kind === 'agent');
  const there = all.filter((a) => a.installed);
  const rows = [
    there.length > 0
      ? check('agents', 'pass', there.map((a) => `${a.key} ${a.version ?? ''}`.trim()).join(', '))
      : check(
          'agents',
          'warn',
          'no agent program was found',
          all[0]?.install ? `for example: ${all[0].install}` : undefined,
        ),
  ];
  for (const agent of there) {
    if (agent.hooks === 'untrusted' || agent.hooks === 'outdated' || agent.hooks === 'unreadable') {
      rows.push(check(`${agent.key} hooks`, 'warn', `hooks are ${agent.hooks}`, agent.hooksNote ?? undefined));
    }
  }
  return rows;
}

function configuration(deps: DoctorDeps): Check {
  const { problems } = deps.settings();
  const first = problems[0];
  return first
    ? check(
        'settings',
        'fail',
        `${problems.length} problem${problems.length > 1 ? 's' : ''}: ${first.file}${first.line === null ? '' : `:${first.line}`}: ${first.message}`,
        'the file is left alone; mend it, the change is taken up by itself',
      )
    : check('settings', 'pass', 'every configuration file is whole');
}

/** Never throws: a check that cannot be made is itself a warning. */
export async function runChecks(deps: DoctorDeps): Promise<Check[]> {
  const safe = async (name: string, work: () => Promise<Check | Check[]> | Check): Promise<Check[]> => {
    try {
      return [await work()].flat();
    } catch (error) {
      return [check(name, 'warn', `could not be checked: ${error instanceof Error ? error.message : String(error)}`)];
    }
  };
  const rows = await Promise.all([
    safe('tmux', () =>
      deps.tmuxVersion
        ? check('tmux', 'pass', `tmux ${deps.tmuxVersion}`)
        : check('tmux', 'fail', 'tmux is missing', 'npm start says the exact command that installs it'),
    ),
    safe('node', node),
    safe('listening', () =>
      check('listening', deps.urls().length ? 'pass' : 'fail', deps.urls().join(', ') || 'on no address'),
    ),
    safe('data folder', () => dataFolder(deps)),
    safe('disk', () => disk(deps)),
    safe('agents', () => agents(deps)),
    safe('settings', () => configuration(deps)),
    safe('audit', async () => {
      const audit = await deps.audit();
      return audit.ok
        ? check('audit', 'pass', `${audit.lines} lines, whole`)
        : check(
            'audit',
            'fail',
            `the chain is broken: ${audit.problem}`,
            'somebody changed the file; keep a copy and look',
          );
    }),
    safe('qd on PATH', () => programs(deps)),
    safe('clock', () => {
      const year = new Date().getFullYear();
      return year >= 2025 && year < 2100
        ? check('clock', 'pass', new Date().toISOString())
        : check('clock', 'warn', `the clock says ${year}`, 'tokens expire by it: set it');
    }),
  ]);
  return rows.flat();
}
