/** Starts a core as a process of its own: Electron's utility process, or the Node that `QD_NODE` names. */
import { spawn } from 'node:child_process';
import { utilityProcess } from 'electron';
import { Fault } from '../../shared/fault.ts';
import type { CoreProcess } from './core.ts';

/** better-sqlite3 needs it; with less it crashes the process. */
const NAPI = 10;
/** As much of what it says as is kept for the case that it ends. */
const TAIL = 8192;

export interface LaunchOptions {
  /** dist/hub.js. */
  readonly hub: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** In an installed app the program lies in an archive; what another Node is to read lies beside it. */
export const onDisk = (path: string): string => path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');

/**
 * Chromium leaves many of its files and sockets open to the programs it starts; the core would hand them on to tmux, where
 * they outlive this app: its pipes never end, and agents hold its storage. What the new Node opened itself is marked to be
 * closed over `exec`, what it was left with is not.
 */
const WITHOUT_LEFTOVERS = `
const fs = require('node:fs');
const { readdir, readFile } = require('node:fs/promises');
const { pathToFileURL } = require('node:url');
(async () => {
  for (const fd of (await readdir('/proc/self/fdinfo').catch(() => [])).map(Number)) {
    if (fd <= 2) continue;
    const text = await readFile('/proc/self/fdinfo/' + fd, 'latin1').catch(() => '');
    const [, flags] = /^flags:\\s*([0-7]+)/m.exec(text) ?? [];
    if (flags !== undefined && (parseInt(flags, 8) & 0o2000000) === 0) await new Promise((done) => fs.close(fd, done));
  }
  await import(pathToFileURL(process.argv[1]).href);
})();
`;

export function launchCore({ hub, args, env }: LaunchOptions): CoreProcess {
  let said = '';
  const hear = (chunk: Buffer | string) => {
    said = (said + String(chunk)).slice(-TAIL);
  };
  const node = env['QD_NODE'];
  if (node) {
    const child = spawn(node, ['-e', WITHOUT_LEFTOVERS, onDisk(hub), ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', hear);
    return {
      onExit(listener) {
        child.once('error', (error) => listener(null, `${node}: ${error.message}`));
        child.once('close', (code) => listener(code, said));
      },
      end: () => void child.kill('SIGTERM'),
    };
  }
  if (Number(process.versions['napi'] ?? 0) < NAPI) {
    throw new Fault(
      'unsupported',
      `this Electron carries Node ${process.versions.node}, on which the core cannot run: name a Node 24 with QD_NODE`,
    );
  }
  const child = utilityProcess.fork(onDisk(hub), [...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'core',
  });
  child.stderr?.on('data', hear);
  return {
    onExit: (listener) => void child.once('exit', (code) => listener(code, said)),
    end: () => void child.kill(),
  };
}

/** What a core inherits: not the shell's own, nor the identity of a session that the shell was started from. */
export function coreEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const gone = /^(ELECTRON_|CHROME_|QD_(URL|TOKEN|SESSION|SESSION_NAME|EVENTS|OWNER|AGENT)$|TMUX$|TMUX_PANE$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !gone.test(name)));
}
