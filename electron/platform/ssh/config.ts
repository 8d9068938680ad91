/**
 * The user's `~/.ssh/config`, read as ssh reads it, for what is needed to connect. `Match exec` is not run and names are
 * not canonicalised: both would start programs while a file is read.
 */
import { glob, readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import SSHConfig from 'ssh-config';
import { Fault } from '../../../shared/fault.ts';
import { absent } from '../path-faults.ts';

/** What a person asked for; everything else comes from the configuration. */
export interface SshWish {
  /** Host name, address, or a name that stands in the configuration. */
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Private key that goes before all others. */
  readonly identity?: string | undefined;
  /** Jump hosts, comma-separated, as `ProxyJump` takes them. */
  readonly jump?: string | undefined;
}

export interface SshTarget {
  /** As it was asked for: known_hosts and messages may name it. */
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute paths, in the order in which they are tried. Named by the configuration, else the usual ones. */
  readonly identities: readonly string[];
  /** The files above were named, so of the agent's keys theirs go first. */
  readonly identitiesNamed: boolean;
  readonly identitiesOnly: boolean;
  /** Socket of the agent; null for none. */
  readonly agent: string | null;
  readonly jumps: readonly SshWish[];
  /** For the user's shell, tokens filled in; null for none. */
  readonly proxyCommand: string | null;
  /** Files of known host keys; a new one is written to the first. */
  readonly knownHosts: readonly string[];
  /** The name under which the host's key is known, where it is another than the host. */
  readonly keyAlias: string | null;
  /** Unknown keys are accepted without a question, because the configuration says so. */
  readonly acceptNew: boolean;
}

export interface ConfigPlace {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file; `~/.ssh/config` when absent. */
  readonly file?: string | undefined;
}

const USUAL_KEYS = ['id_ed25519', 'id_ed25519_sk', 'id_ecdsa', 'id_rsa'];
const MOST_INCLUDES = 16;
/** A host or user that begins with a dash would be an option to every program that takes it as an argument. */
const HOST = /^[A-Za-z0-9_:[\]%.][A-Za-z0-9_:.[\]%-]{0,254}$/;
const USER = /^[^-\s@:/\\'"`$;|&<>(){}\p{Cc}][^\s@:/\\'"`$;|&<>(){}\p{Cc}]{0,254}$/u;

export interface ReadConfig {
  /** Of the configuration file, for messages. */
  readonly file: string;
  /** With every `Include` in its place. */
  readonly text: string;
  readonly parsed: SSHConfig;
}

/** The configuration as it is now. Fault `invalid` for one that cannot be read. */
export async function readConfig(place: ConfigPlace): Promise<ReadConfig> {
  const file = place.file ?? join(place.home, '.ssh', 'config');
  const text = await expanded(file, place, 0);
  return { file, text, parsed: sensible(file, () => SSHConfig.parse(text)) };
}

function sensible<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Fault('invalid', `${file} could not be read as an ssh configuration: ${String(error)}`, undefined, error);
  }
}

/** Fault `invalid` for names that can be no host or user, and for a configuration that cannot be read. */
export async function resolveTarget(wish: SshWish, place: ConfigPlace): Promise<SshTarget> {
  if (!HOST.test(wish.host)) throw new Fault('invalid', `"${wish.host.slice(0, 100)}" is no name of a host.`);
  return targetFrom(wish, place, await readConfig(place));
}

/** As `resolveTarget`, out of a configuration that was read before. */
export function targetFrom(wish: SshWish, place: ConfigPlace, config: ReadConfig): SshTarget {
  if (!HOST.test(wish.host)) throw new Fault('invalid', `"${wish.host.slice(0, 100)}" is no name of a host.`);
  const found = optionsOf(wish, config);
  const one = (name: string): string | undefined => {
    const value = found[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const all = (name: string): string[] => {
    const value = found[name];
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  const user = wish.user ?? one('user') ?? place.env['USER'] ?? userInfo().username;
  if (!USER.test(user)) throw new Fault('invalid', `"${user.slice(0, 100)}" is no name of a user.`);
  const named = one('hostname');
  const host = named === undefined ? wish.host : named.replaceAll('%h', wish.host).replaceAll('%%', '%');
  if (!HOST.test(host)) throw new Fault('invalid', `The configuration names the host "${host.slice(0, 100)}".`);
  const port = wish.port ?? Number(one('port') ?? 22);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Fault('invalid', `${one('port')} is no port; correct it in the ssh configuration.`);
  const fill = (text: string): string => fillIn(text, { host, port, user, alias: wish.host, home: place.home });
  const path = (text: string): string => {
    const filled = fill(text);
    return filled.startsWith('~/') ? join(place.home, filled.slice(2)) : filled;
  };
  const files = [...(wish.identity === undefined ? [] : [wish.identity]), ...all('identityfile')]
    .filter((each) => each !== 'none')
    .map(path);
  const agent = one('identityagent');
  // Of the two the one that stands first counts.
  const order = Object.keys(found);
  const commandFirst = order.indexOf('proxycommand') < order.indexOf('proxyjump');
  const command = one('proxycommand');
  const jump = wish.jump ?? (command !== undefined && commandFirst ? undefined : one('proxyjump'));
  const strict = (one('stricthostkeychecking') ?? 'ask').toLowerCase();
  return {
    alias: wish.host,
    host: host.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
    port,
    user,
    identities: files.length > 0 ? files : USUAL_KEYS.map((key) => join(place.home, '.ssh', key)),
    identitiesNamed: files.length > 0,
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agentOf(agent, place, path),
    jumps: jump === undefined || jump === 'none' ? [] : jump.split(',').map(jumpOf),
    proxyCommand: jump === undefined && command !== undefined && command !== 'none' ? fill(command) : null,
    knownHosts: knownHostsOf(all('userknownhostsfile'), place).map(path),
    keyAlias: one('hostkeyalias') ?? null,
    acceptNew: ['no', 'off', 'accept-new'].includes(strict),
  };
}

function agentOf(given: string | undefined, place: ConfigPlace, path: (text: string) => string): string | null {
  if (given === 'none') return null;
  if (given === undefined || given === 'SSH_AUTH_SOCK') return place.env['SSH_AUTH_SOCK'] || null;
  if (given.startsWith('$')) return place.env[given.replace(/^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/, '$1')] || null;
  return path(given);
}

const knownHostsOf = (given: readonly string[], place: ConfigPlace): readonly string[] =>
  given.length > 0 ? given : [join(place.home, '.ssh', 'known_hosts'), join(place.home, '.ssh', 'known_hosts2')];

/** `[user@]host[:port]`, with an IPv6 address in brackets. Fault `invalid`. */
export function jumpOf(text: string): SshWish {
  const bare = text.trim().replace(/^ssh:\/\//, '');
  const match = /^(?:([^@]+)@)?(\[[0-9A-Fa-f:.%a-z]+\]|[^:@[\]]+)(?::(\d{1,5}))?$/.exec(bare);
  const host = match?.[2];
  if (host === undefined || !HOST.test(host))
    throw new Fault('invalid', `"${text.slice(0, 100)}" is no jump host; write user@host:port.`);
  return { host, user: match?.[1], port: match?.[3] === undefined ? undefined : Number(match[3]) };
}

/** The tokens of ssh_config(5) that have a meaning before there is a connection. */
function fillIn(
  text: string,
  known: { host: string; port: number; user: string; alias: string; home: string },
): string {
  const tokens: Record<string, string> = {
    '%': '%',
    h: known.host,
    n: known.alias,
    p: String(known.port),
    r: known.user,
    d: known.home,
    u: userInfo().username,
    l: hostname(),
    L: hostname().replace(/\..*$/, ''),
  };
  return text.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
}

const optionsOf = (wish: SshWish, { file, parsed }: ReadConfig): Record<string, string | string[] | undefined> =>
  sensible(file, () =>
    parsed.compute(
      { Host: wish.host, ...(wish.user === undefined ? {} : { User: wish.user }) },
      { ignoreCase: true, matchExec: false },
    ),
  );

/** The text with every `Include` in its place. What comes after one belongs to the section that stood before it. */
async function expanded(file: string, place: ConfigPlace, depth: number): Promise<string> {
  const text = (await readFile(file, 'utf8').catch(absent)) ?? '';
  const lines: string[] = [];
  let section = 'Host *';
  for (const line of text.split(/\r?\n/)) {
    const [, word = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    const key = word.toLowerCase();
    if (key === 'host' || key === 'match') section = line;
    // Asks the network for names while the configuration is read; the name as given is connected to.
    if (key === 'canonicalizehostname') continue;
    if (key !== 'include') {
      lines.push(line);
      continue;
    }
    if (depth >= MOST_INCLUDES) throw new Fault('invalid', `${file} includes files too deeply.`);
    // Each file begins where this one stands, not in the last section of the file before it.
    for (const pattern of rest.match(/"[^"]*"|\S+/g) ?? [])
      for (const path of await matching(pattern.replaceAll('"', ''), place))
        lines.push(section, await expanded(path, place, depth + 1));
    lines.push(section);
  }
  return lines.join('\n');
}

/** Relative ones stand in `~/.ssh`. */
async function matching(pattern: string, place: ConfigPlace): Promise<string[]> {
  const path = pattern.startsWith('~/')
    ? join(place.home, pattern.slice(2))
    : pattern.startsWith('/')
      ? pattern
      : join(place.home, '.ssh', pattern);
  if (!/[*?[]/.test(path)) return [path];
  const found: string[] = [];
  for await (const each of glob(path)) if (!basename(each).startsWith('.')) found.push(each);
  return found.sort();
}
