/** Another machine, reached by ssh, as a `Host`: nothing of Quarterdeck needs to be installed there. */
import type { Duplex } from 'node:stream';
import { Fault } from '../../../shared/fault.ts';
import { systemClock } from '../../kernel/clock.ts';
import { INSTALL_FOLDERS } from '../install-folders.ts';
import type { Host } from '../ports.ts';
import { parsePs } from '../processes.ts';
import { remoteFiles } from './files.ts';
import { createLink, type LinkOptions } from './link.ts';
import { throughAnyShell } from './quote.ts';
import type { Remote, RemoteFacts } from './remote.ts';
import { runRemote, spawnRemote } from './run.ts';
import { sftpOf } from './sftp.ts';

const PROBE_MS = 12_000;
/** Once all stands again after a loss. */
const LOOK_AGAIN_MS = 5000;
const FORWARD_MS = 8000;
const BEGIN = 'qd-account-follows';
const MARK = 'qd-environment-follows';
/**
 * Who and where we are, then the environment of the login shell: that is what programs see that its user starts. It is asked
 * interactively first, because many people set their PATH only there.
 */
const LOOK_AROUND = `
printf '%s\\0' ${BEGIN} "$HOME" "$(uname -s)" "\${SHELL:-/bin/sh}"
said='printf "${MARK}\\0"; env -0'
t=; command -v timeout >/dev/null 2>&1 && t='timeout -k 1 4'
$t "\${SHELL:-/bin/sh}" -ilc "$said" </dev/null 2>/dev/null ||
$t "\${SHELL:-/bin/sh}" -lc "$said" </dev/null 2>/dev/null ||
{ printf '${MARK}\\0'; env -0 2>/dev/null || env | tr '\\n' '\\0'; }
`;

const WHICH = `
name=$1; shift
IFS=:
for d in $PATH "$@" "$HOME"/.nvm/versions/node/*/bin; do
  case $d in /*) ;; *) continue ;; esac
  if [ -x "$d/$name" ] && [ -f "$d/$name" ]; then printf '%s' "$d/$name"; exit 0; fi
done
exit 1`;

/** Reads the answer to LOOK_AROUND; shells may print anything before the mark. */
export function factsFrom(bytes: Uint8Array): RemoteFacts | null {
  const text = Buffer.from(bytes).toString('utf8');
  const begin = text.indexOf(`${BEGIN}\0`);
  const [home = '', system = '', shell = ''] = text.slice(begin + BEGIN.length + 1).split('\0', 3);
  const at = text.lastIndexOf(`${MARK}\0`);
  if (begin < 0 || !home.startsWith('/') || at < 0) return null;
  const env: Record<string, string> = {};
  for (const line of text.slice(at + MARK.length + 1).split('\0')) {
    const equals = line.indexOf('=');
    // What a shell prints as it leaves stands behind the last of them.
    if (/^[^\s=]+=/.test(line)) env[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return { home: home.replace(/(.)\/+$/, '$1'), system, shell, env: { ...env, SHELL: env['SHELL'] ?? shell } };
}

export function createRemote(
  options: LinkOptions & { readonly id: string; readonly title?: string; readonly knownHome?: string },
): Remote {
  const link = createLink(options);
  let facts: RemoteFacts | null = null;
  let cancelLook = (): void => undefined;
  const later = (ms: number, work: () => void): void => {
    cancelLook();
    cancelLook = (options.time ?? systemClock).after(ms, work);
  };
  const run = { channels: link.channels, path: () => facts?.env['PATH'], heard: link.heard };

  const lookAround = async (): Promise<RemoteFacts> => {
    const line = throughAnyShell(LOOK_AROUND);
    const { channel, exit } = await link.channels().exec(line, performance.now() + PROBE_MS);
    const parts: Buffer[] = [];
    const found = await new Promise<RemoteFacts | null>((resolve, reject) => {
      const late = setTimeout(() => {
        channel.close();
        reject(new Fault('timeout', 'The machine let us in, but its shell did not answer.', { reason: 'network' }));
      }, PROBE_MS);
      channel.on('data', (bytes: Buffer) => parts.push(bytes));
      channel.stderr.resume();
      channel.on('close', () => {
        clearTimeout(late);
        resolve(factsFrom(Buffer.concat(parts)));
      });
      channel.end();
    });
    // Without a status it was the connection that ended: that is no account of another kind, and is tried again.
    if (!found && exit() === null)
      throw new Fault('unreachable', 'The connection was lost while the machine was looked at.', { reason: 'network' });
    if (!found)
      throw new Fault(
        'refused',
        'The account there runs no commands (no shell, a forced command, or a start file of its shell that ends it): an ordinary account is needed.',
        { reason: 'config' },
      );
    return found;
  };
  link.prepare(async (again) => {
    if (!again || !facts) {
      facts = await lookAround();
      return;
    }
    // The host's key says that it is the same machine. A login shell may take seconds to begin: nobody waits for that again.
    const known = facts;
    later(LOOK_AGAIN_MS, () => {
      if (link.state.kind !== 'live') return;
      lookAround().then(
        (found) => {
          // Of another account by now.
          if (facts !== known) return;
          facts = found;
          if (found.home !== known.home) link.renew('its home folder is another now');
        },
        // What was known before still holds; a connection that is lost tells so by itself.
        () => undefined,
      );
    });
  });

  const exec: Host['exec'] = (argv, execOptions) => runRemote(run, argv, execOptions);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

  const host: Host = {
    id: options.id,
    get title() {
      return options.title;
    },
    get home() {
      return facts?.home ?? options.knownHome ?? '/';
    },
    get env() {
      return facts?.env ?? {};
    },
    exec,
    spawn: (argv, spawnOptions) => spawnRemote(run, argv, spawnOptions),
    ...remoteFiles((work) => link.channels().withSftp((sftp) => work(sftpOf(sftp)))),
    async which(command) {
      if (command === '' || command.includes('\0')) return null;
      if (command.includes('/')) {
        const { code } = await exec(['sh', '-c', '[ -x "$1" ] && [ -f "$1" ]', 'sh', command]);
        return code === 0 ? command : null;
      }
      const folders = INSTALL_FOLDERS.map((folder) => folder.replace(/^~/, host.home));
      const { code, stdout } = await exec(['sh', '-c', WHICH, 'sh', command, ...folders]);
      return code === 0 ? text(stdout) || null : null;
    },
    async processes() {
      // Zombies run no more; where nothing reaps them they would look alive for ever.
      const { code, stdout, stderr } = await exec(['ps', '-A', '-o', 'stat=,pid=,ppid=,pgid=,time=,comm=']);
      if (code !== 0) throw new Fault('unavailable', `ps failed there: ${text(stderr).trim()}`);
      const lines = text(stdout).split('\n');
      return parsePs(
        lines
          .filter((line) => !/^\s*[ZX]/.test(line))
          .map((line) => line.replace(/^\s*\S+/, ''))
          .join('\n'),
      );
    },
    async kill(pid, signal) {
      if (!Number.isSafeInteger(pid) || pid < 2)
        throw new Fault('invalid', `${pid} is not a process that may be ended.`);
      const { code, stderr } = await exec(['sh', '-c', 'kill -s "$1" "$2"', 'sh', signal.slice(3), String(pid)]);
      if (code === 0) return true;
      if (/no such process/i.test(text(stderr))) return false;
      throw new Fault('refused', `The system there does not allow ${signal} to process ${pid}.`);
    },
  };

  return {
    host,
    get state() {
      return link.state;
    },
    get latencyMs() {
      return link.latencyMs;
    },
    get mostChannels() {
      return link.mostChannels;
    },
    get peer() {
      return link.peer;
    },
    onState: link.onState,
    connect: link.connect,
    disconnect: link.disconnect,
    answer: link.answer,
    live: link.live,
    probe: link.probe,
    close: link.close,
    toPort: (port, address) =>
      new Promise<Duplex>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Fault('timeout', `Port ${port} there did not answer within ${FORWARD_MS / 1000} s.`)),
          FORWARD_MS,
        );
        link.client().forwardOut('127.0.0.1', 0, address, port, (error, stream) => {
          clearTimeout(late);
          if (error)
            reject(
              new Fault('unreachable', `Nothing answers on port ${port} there: ${error.message}.`, undefined, error),
            );
          else resolve(stream);
        });
      }),
  };
}
