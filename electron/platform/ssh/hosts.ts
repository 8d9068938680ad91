/** What the user's ssh configuration knows: the hosts that it names, and what the way to one goes through. */
import { type ConfigPlace, type ReadConfig, readConfig, type SshWish, targetFrom } from './config.ts';
import type { SshHost } from './remote.ts';

/** More than a person chooses from; each one is looked up in the whole configuration. */
const MOST_HOSTS = 500;
const MOST_JUMPS = 8;
/** So many are looked up without letting others have a turn. */
const AT_ONCE = 20;

/** Names of `Host` lines, in their order: patterns and exceptions are none. */
export function aliasesIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    const [, rest] = /^\s*host(?:\s*=\s*|\s+)(.*)$/i.exec(line) ?? [];
    if (rest === undefined) continue;
    for (const [token] of rest.matchAll(/"[^"]*"|#.*|\S+/g)) {
      if (token.startsWith('#')) break;
      const name = token.replaceAll('"', '');
      if (name !== '' && !/[*?!,]/.test(name)) found.add(name);
    }
  }
  return [...found].slice(0, MOST_HOSTS);
}

/** Jump hosts as they are named, nearest first; `ProxyCommand` where a command is the way. */
export async function routeTo(wish: SshWish, place: ConfigPlace): Promise<readonly string[]> {
  return routeFrom(wish, place, await readConfig(place), 0);
}

function routeFrom(wish: SshWish, place: ConfigPlace, config: ReadConfig, depth: number): readonly string[] {
  const { jumps, proxyCommand } = targetFrom(wish, place, config);
  const [first] = jumps;
  if (first === undefined) return proxyCommand === null ? [] : ['ProxyCommand'];
  // Each is reached through the one before it; only the first may have a way of its own.
  const before = depth < MOST_JUMPS ? routeFrom(first, place, config, depth + 1) : [];
  return [...before, ...jumps.map((jump) => jump.host)];
}

/** Every host that the configuration names, as it would be connected to. */
export async function hostsOf(place: ConfigPlace): Promise<readonly SshHost[]> {
  const config = await readConfig(place);
  const found: SshHost[] = [];
  for (const [i, alias] of aliasesIn(config.text).entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await new Promise((turn) => setImmediate(turn));
    try {
      const { host, user, port } = targetFrom({ host: alias }, place, config);
      found.push({ alias, host, user, port, via: routeFrom({ host: alias }, place, config, 0), problem: null });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      found.push({ alias, host: alias, user: '', port: 22, via: [], problem });
    }
  }
  return found;
}
