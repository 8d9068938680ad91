/** Which tmux a host has, and how to get one. */
import { Fault } from '../../../shared/fault.ts';
import type { Host } from '../ports.ts';

const INSTALLERS: readonly (readonly [program: string, advice: string])[] = [
  ['brew', 'brew install tmux'],
  ['apt-get', 'sudo apt-get install tmux'],
  ['dnf', 'sudo dnf install tmux'],
  ['pacman', 'sudo pacman -S tmux'],
  ['apk', 'sudo apk add tmux'],
  ['zypper', 'sudo zypper install tmux'],
];

/** The version as tmux prints it, without its name; null when this is no version line. */
export function parseVersion(printed: string): string | null {
  return /^tmux (\S+)/.exec(printed)?.[1] ?? null;
}

/** 3.2 brought `refresh-client -f`, `pause-after` and `new-session -e` as used here. Builds without a number count as new. */
export function recentEnough(version: string): boolean {
  if (/^(?:master|openbsd)/.test(version)) return true;
  const match = /(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > 3 || (major === 3 && minor >= 2);
}

export interface FoundTmux {
  readonly path: string;
  readonly version: string;
  /** `uname -s`. */
  readonly system: string;
}

/** Rejects with a Fault `not-installed` that names the install command of the host at hand. */
export async function findTmux(host: Host, command: string): Promise<FoundTmux> {
  const path = await host.which(command);
  if (path === null) throw await missing(host, `tmux is not installed on ${place(host)}`);
  const [version, system] = await Promise.all([host.exec([path, '-V']), host.exec(['uname', '-s'])]);
  const found = parseVersion(Buffer.from(version.stdout).toString('utf8'));
  if (version.code !== 0 || found === null) {
    throw await missing(host, `${path} on ${place(host)} does not answer as tmux does`);
  }
  if (!recentEnough(found))
    throw await missing(host, `tmux ${found} on ${place(host)} is too old: 3.2 or newer is needed`);
  return { path, version: found, system: Buffer.from(system.stdout).toString('utf8').trim() };
}

function place(host: Host): string {
  return host.id === 'local' ? 'this machine' : (host.title ?? host.id);
}

async function missing(host: Host, what: string): Promise<Fault> {
  for (const [program, advice] of INSTALLERS) {
    if ((await host.which(program)) !== null)
      return new Fault('not-installed', `${what}. Install it with: ${advice}`, { install: advice });
  }
  return new Fault('not-installed', `${what}. Install tmux 3.2 or newer with the system's package manager.`);
}
