/** Pure: addresses that people write, ports that a machine tells, addresses that log-in pages lead back to. */

/** What people typed, without what cannot be seen. */
export const clean = (text: string): string => text.replace(/\p{C}/gu, ' ').trim();

export interface HostWish {
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** `[ssh://][user@]host[:port]`; IPv6 addresses as they are, or in brackets before a port. Null for anything else. */
export function hostFrom(text: string): HostWish | null {
  const bare = text
    .trim()
    .replace(/^ssh:\/\//, '')
    .replace(/\/$/, '');
  const at = bare.lastIndexOf('@');
  const user = at < 0 ? null : bare.slice(0, at);
  const rest = bare.slice(at + 1);
  const bracketed = /^\[([0-9A-Fa-f:.]+(?:%[\w.]+)?)\](?::(\d{1,5}))?$/.exec(rest);
  const plain = /^([^\s:@/[\]]+)(?::(\d{1,5}))?$/.exec(rest);
  const bareV6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(rest) ? rest : null;
  const host = bracketed?.[1] ?? bareV6 ?? plain?.[1];
  const port = bracketed?.[2] ?? (bareV6 === null ? plain?.[2] : undefined);
  if (host === undefined || host.startsWith('-') || user === '' || user?.startsWith('-')) return null;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return null;
  return { host, user, port: port === undefined ? null : Number(port) };
}

interface Way {
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
  readonly identity: string | null;
  readonly jump: string | null;
}

/** What a person types before a command that is to run there. */
export const attachThere = ({ host, user, port, identity, jump }: Way): readonly string[] => [
  'ssh',
  '-t',
  ...(port === null ? [] : ['-p', String(port)]),
  ...(identity === null ? [] : ['-i', identity]),
  ...(jump === null ? [] : ['-J', jump]),
  user === null ? host : `${user}@${host}`,
];

/** What it is reached by is another than before: the title is not. */
export const isMoved = (before: Way, after: Way): boolean =>
  (['user', 'port', 'identity', 'jump'] as const).some((name) => before[name] !== after[name]);

interface Resolved {
  readonly alias: string;
  readonly host: string;
  readonly user: string;
  readonly port: number;
}

/** The node that a host of the ssh configuration is already, by its name there or by where it leads. Null for none. */
export function nodeOf(host: Resolved, rows: readonly (Way & { readonly id: string })[]): string | null {
  const same = (row: Way): boolean => {
    const alias = row.host === host.alias;
    if (!alias && row.host.toLowerCase() !== host.host.toLowerCase()) return false;
    // By its name there everything else is as the configuration says; by its address the port is the usual one.
    const port = row.port ?? (alias ? host.port : 22);
    return (row.user === null || row.user === host.user) && port === host.port;
  };
  return rows.find(same)?.id ?? null;
}

export interface Listening {
  readonly port: number;
  readonly address: string;
  readonly pid: number | null;
  readonly command: string;
}

/** Lines of `ss -Hltnp`. */
export function portsFromSs(text: string): Listening[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(fields[3] ?? '') ?? [];
    if (port === '') return [];
    const [, command = '', pid] = /users:\(\("((?:[^"\\]|\\.)*)",pid=(\d+)/.exec(line) ?? [];
    return [
      { port: Number(port), address: bareAddress(address), pid: pid === undefined ? null : Number(pid), command },
    ];
  });
}

/** `lsof -nP -iTCP -sTCP:LISTEN -F pcn`: one field a line, the process first. */
export function portsFromLsof(text: string): Listening[] {
  const found: Listening[] = [];
  let pid: number | null = null;
  let command = '';
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line[0] === 'p') pid = Number(value);
    else if (line[0] === 'c') command = value;
    else if (line[0] === 'n') {
      const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(value) ?? [];
      if (port !== '') found.push({ port: Number(port), address: bareAddress(address), pid, command });
    }
  }
  return found;
}

/** `/proc/net/tcp` and `tcp6`: whose a port is stands elsewhere. */
export function portsFromProc(text: string): Listening[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, hex = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(fields[1] ?? '') ?? [];
    if (port === '' || fields[3] !== '0A') return [];
    const loopback = hex === '0100007F' || hex.endsWith('01000000');
    const any = /^0+$/.test(hex);
    const address = any ? '*' : loopback ? '127.0.0.1' : 'other';
    return [{ port: Number.parseInt(port, 16), address, pid: null, command: '' }];
  });
}

const bareAddress = (text: string): string => text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');

/** One row a port, by number; the row that knows its process wins. */
export function onePerPort(all: readonly Listening[]): Listening[] {
  const best = new Map<number, Listening>();
  for (const each of all) {
    const other = best.get(each.port);
    if (!other || (other.pid === null && each.pid !== null)) best.set(each.port, each);
  }
  return [...best.values()].sort((a, b) => a.port - b.port);
}

/** What Node calls its first thread, and so, to the tools that list ports, every program that it runs. */
export const NODE_THREAD = 'MainThread';

/** Lines of `ps -o pid=,args=`: what each process was started as, without its folder. */
export function programsFromPs(text: string): ReadonlyMap<number, string> {
  const rows = [...text.matchAll(/^\s*(\d+)\s+(\S+)/gm)];
  return new Map(rows.map(([, pid, program = '']) => [Number(pid), program.replace(/^.*\//, '')] as const));
}

/** The address on the machine itself at which a listening program is found. */
export function reachAt(address: string): string {
  if (address === '*' || address === '0.0.0.0' || address === '') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const BACK = ['redirect_uri', 'redirect_url', 'redirectUri', 'callback', 'callback_url', 'return_to'];

/** The loopback port that a log-in page leads back to, by its address, or by the address itself. Null when there is none. */
export function callbackPort(url: string): number | null {
  const here = portOf(url);
  if (here !== null) return here;
  const page = URL.canParse(url) ? new URL(url) : null;
  if (!page || (page.protocol !== 'https:' && page.protocol !== 'http:')) return null;
  const named = [page.searchParams, new URLSearchParams(page.hash.slice(1))];
  for (const params of named)
    for (const name of BACK) {
      const port = portOf(params.get(name) ?? '');
      if (port !== null) return port;
    }
  return null;
}

function portOf(text: string): number | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' || !LOOPBACK.test(url.hostname)) return null;
  return url.port === '' ? 80 : Number(url.port);
}

export interface HealthText {
  readonly system: string;
  readonly now: number | null;
  readonly cpus: number | null;
  readonly load: number | null;
  readonly memory: { readonly total: number; readonly free: number } | null;
  readonly disk: { readonly total: number; readonly free: number } | null;
}

/** What `HEALTH` prints; what is missing or makes no sense is null. */
export function healthFrom(text: string): HealthText {
  const values = new Map(
    text
      .split('\n')
      .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const number = (name: string): number | null => {
    const value = values.get(name)?.trim() ?? '';
    return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : null;
  };
  const pair = (total: string, free: string) => {
    const [all, left] = [number(total), number(free)];
    return all === null || left === null || all <= 0 ? null : { total: all * 1024, free: left * 1024 };
  };
  return {
    system: (values.get('system') ?? '').replace(/\p{Cc}/gu, ' ').slice(0, 200),
    now: number('now'),
    cpus: number('cpus'),
    load: number('load'),
    memory: pair('memTotal', 'memFree'),
    disk: pair('diskTotal', 'diskFree'),
  };
}

/** Each line is left out where the system cannot say. Few processes: it runs again and again. */
const FIGURES = `
echo "cpus=$(nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null)"
if [ -r /proc/loadavg ]; then read -r load _ </proc/loadavg; else load=$(sysctl -n vm.loadavg 2>/dev/null | tr -d '{}' | awk '{print $1}'); fi
echo "load=$load"
if [ -r /proc/meminfo ]; then
  while read -r name value _; do
    case $name in MemTotal:) echo "memTotal=$value" ;; MemAvailable:) echo "memFree=$value"; break ;; esac
  done </proc/meminfo
fi
df -Pk "$HOME" 2>/dev/null | { read -r _; read -r _ total _ free _; echo "diskTotal=$total"; echo "diskFree=$free"; }
exit 0`;

/** How it is, and who it is. */
export const HEALTH = `
now=$(date +%s%3N 2>/dev/null); case $now in *[!0-9]*) now=$(date +%s)000 ;; esac
echo "now=$now"
echo "system=$(uname -srm)"
${FIGURES}`;

/** Only what changes from minute to minute. */
export const SAMPLE = FIGURES;
