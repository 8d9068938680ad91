/**
 * The core's entry, headless or under the desktop: folders, lock, app, listening, signals. Standard output carries the one JSON
 * line of `--json` and nothing else; everything for people goes to standard error.
 */

import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { PROTOCOL } from '../shared/contract/contract.ts';
import { Fault } from '../shared/fault.ts';
import { folders } from '../shared/folders.ts';
import type { App } from './app.ts';
import { banner } from './gateway/banner.ts';
import type { Gateway } from './gateway/gateway.ts';
import { acquireLock, type Lock } from './gateway/lock.ts';

const HELP = `Usage: npm start -- [options]     (or: qd hub run [options])

  --headless      the hub without a window
  --port N        port to listen on; 0 takes a free one (default 4097, or QD_PORT)
  --bind A,B      addresses to listen on (default 127.0.0.1, or QD_BIND)
  --data DIR      the one folder for state and configuration (or QD_DATA; default: the XDG folders)
  --json          when listening, one JSON line on standard output: {"url","port","pid","version","setupUrl"}
  --hub-url URL   a hub that this one joins as a node (or QD_HUB_URL; its token in QD_HUB_TOKEN)
  --node-name N   name of this machine there (or QD_NODE_NAME; default: the host name)
  --node-url URL  address at which that hub reaches this one (or QD_NODE_URL; default: where it listens)
  --install       install tmux where it is missing
  --help          this text
`;

/** From a signal to the end of the process; what is not closed by then is left to the system. */
const END_WITHIN_MS = 1500;
const VERSION = packageJson.version;

/** In an installed app the program lies in an archive; what other programs read, and real paths are asked of, lies beside it. */
const onDisk = (url: URL): string => fileURLToPath(url).replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');

function options(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        headless: { type: 'boolean' },
        port: { type: 'string' },
        bind: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean' },
        'hub-url': { type: 'string' },
        'node-name': { type: 'string' },
        'node-url': { type: 'string' },
        install: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (cause) {
    throw new Fault(
      'invalid',
      `${cause instanceof Error ? cause.message : String(cause)}\n\n${HELP}`,
      undefined,
      cause,
    );
  }
}

async function run(): Promise<void> {
  // nothing that this process makes is for others to read
  process.umask(0o077);
  const given = options(process.argv.slice(2));
  if (given.help) {
    process.stdout.write(HELP);
    return;
  }
  const paths = folders(process.env, homedir(), process.cwd(), given.data);
  // Most of a cold start is reading the program itself: what V8 made of it the last time lies in the data folder. A Node that is too
  // old has no such function; it shall come as far as the message that says so.
  const load = () => {
    nodeModule.enableCompileCache?.(join(paths.data, 'compiled'));
    return Promise.all([import('./app.ts'), import('./gateway/gateway.ts')]);
  };
  // The first time the folder must be made before, and whether it can be is the lock's to say.
  const stands = await access(paths.data).then(
    () => true,
    () => false,
  );
  const early = stands ? load() : null;
  // Until it is waited for below.
  early?.catch(() => undefined);

  let lock: Lock | null = null;
  let app: App | null = null;
  let gateway: Gateway | null = null;
  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code), END_WITHIN_MS).unref();
    await gateway?.close();
    await app?.close();
    await lock?.release();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
  // The terminal that it was started in was closed. In the background (`qd hub start`, a service) no terminal is its own:
  // there, as daemons do, it looks at its settings again.
  const foreground = [0, 1, 2].some((fd) => isatty(fd));
  process.on('SIGHUP', () => {
    if (foreground) void end(0);
    else void app?.reload();
  });

  try {
    const localToken = randomBytes(32).toString('base64url');
    lock = await acquireLock(paths.data, { url: '', token: '', version: VERSION, protocol: PROTOCOL });
    const [{ createApp }, { createGateway }] = await (early ?? load());
    const running = await createApp({
      folders: paths,
      env: process.env,
      flags: {
        ...(given.port === undefined ? {} : { 'hub.port': given.port }),
        ...(given.bind === undefined ? {} : { 'hub.bind': given.bind }),
        ...(given['hub-url'] === undefined ? {} : { 'node.hub': given['hub-url'] }),
        ...(given['node-name'] === undefined ? {} : { 'node.name': given['node-name'] }),
        ...(given['node-url'] === undefined ? {} : { 'node.url': given['node-url'] }),
      },
      version: VERSION,
      localToken,
      resources: onDisk(new URL('../resources/', import.meta.url)),
      cli: onDisk(new URL('../dist/cli.js', import.meta.url)),
    });
    app = running;
    process.on('uncaughtException', (error) =>
      running.log('error', 'a bug: nobody caught this', { error: String(error.stack ?? error) }),
    );
    process.on('unhandledRejection', (error) =>
      running.log('error', 'a bug: nobody handled this', {
        error: String(error instanceof Error ? error.stack : error),
      }),
    );
    gateway = createGateway({
      core: running.core,
      web: onDisk(new URL('../dist/web/', import.meta.url)),
      // The address that another hub was told is one that requests may name.
      hosts: () => {
        const url = running.settings.value('node.url');
        return [...running.settings.value('hub.hosts'), ...(url === '' ? [] : [new URL(url).hostname])];
      },
    });
    const listening = await gateway.listen({
      bind: running.settings.value('hub.bind'),
      port: running.settings.value('hub.port'),
    });
    const urls = [listening.urls.local, ...listening.urls.lan];
    running.setUrls(urls);
    await lock.update({ url: listening.urls.local, token: localToken });
    const setupUrl = running.setupCode ? `${listening.urls.local}/#setup=${running.setupCode}` : null;
    if (given.json) {
      process.stdout.write(
        `${JSON.stringify({ url: listening.urls.local, port: listening.port, pid: process.pid, version: VERSION, setupUrl })}\n`,
      );
    }
    for (const { file, line, column, message } of running.problems())
      process.stderr.write(`${file}${line === null ? '' : `:${line}:${column ?? 1}`}: ${message}\n`);
    process.stderr.write(
      banner({
        version: VERSION,
        urls: listening.urls,
        setupUrl,
        data: paths.data,
        tmux: running.tmuxVersion,
        colour: process.stderr.isTTY,
      }),
    );
  } catch (error) {
    const fault = error instanceof Fault;
    process.stderr.write(
      `${fault ? error.message : `The hub could not start, by a bug: ${error instanceof Error ? error.stack : String(error)}`}\n`,
    );
    await end(fault && error.code === 'invalid' ? 2 : fault && error.code === 'taken' ? 3 : 1);
  }
}

await run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof Fault && error.code === 'invalid' ? 2 : 1);
});
