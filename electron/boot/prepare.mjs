/** The set-up that `npm start`, `npm test` and `qd` do by themselves: modules, build, tmux, a browser for tests. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, ROOT, run, say, withNode } from './node24.mjs';
import { once } from './once.mjs';

const read = (path) => readFile(path, 'utf8').catch(() => '');

/** `npm ci` when the installed modules are not those of the lock file. */
export async function ensureModules(node) {
  const want = createHash('sha256')
    .update(await read(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const stamp = join(ROOT, 'node_modules', '.quarterdeck-modules');
  if ((await read(stamp)) === want) return;
  await once('modules', async () => {
    if ((await read(stamp)) === want) return;
    say('Installing modules (npm ci) ...');
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      env: withNode(node),
      quiet: true,
    });
    await writeFile(stamp, want);
  });
}

async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (!/\.test\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Changes when any source of the build changes: path, size and time of every file. */
async function sourceStamp() {
  const hash = createHash('sha256');
  const paths = [];
  for (const folder of ['electron', 'shared', 'renderer', 'resources']) {
    if (existsSync(join(ROOT, folder))) for await (const path of files(join(ROOT, folder))) paths.push(path);
  }
  paths.push(join(ROOT, 'package-lock.json'), join(ROOT, 'package.json'), join(ROOT, 'vite.config.ts'));
  for (const path of paths.sort()) {
    const info = await stat(path).catch(() => null);
    if (info) hash.update(`${path}\0${info.size}\0${info.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Builds `dist/` when a source is newer; seconds, and nothing when nothing changed. */
export async function ensureBuild(node) {
  const stamp = join(ROOT, 'dist', '.stamp');
  if ((await read(stamp)) === (await sourceStamp())) return;
  await once('build', async () => {
    const want = await sourceStamp();
    if ((await read(stamp)) === want) return;
    say('Building ...');
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const env = { ...withNode(node), NODE_ENV: 'production' };
    await Promise.all([
      run(node, [vite, 'build', '--logLevel', 'warn'], { env, quiet: true, title: 'the build of the hub' }),
      run(node, [vite, 'build', '--logLevel', 'warn', '--config', join('renderer', 'vite.config.ts')], {
        env,
        quiet: true,
        title: 'the build of the web app',
      }),
      ...['main', 'preload'].map((mode) =>
        run(node, [vite, 'build', '--logLevel', 'warn', '--mode', mode], {
          env,
          quiet: true,
          title: 'the build of the desktop shell',
        }),
      ),
    ]);
    await mkdir(join(ROOT, 'dist'), { recursive: true });
    await writeFile(stamp, want);
  });
}

const isRoot = () => process.getuid?.() === 0;
const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;

/** The package managers we can name an exact command for, first one found wins. */
const MANAGERS = [
  ['apt-get', (name) => `apt-get install -y ${name}`],
  ['dnf', (name) => `dnf install -y ${name}`],
  ['pacman', (name) => `pacman -S --noconfirm ${name}`],
  ['zypper', (name) => `zypper install -y ${name}`],
  ['apk', (name) => `apk add ${name}`],
  ['brew', (name) => `brew install ${name}`],
];

function installCommand(name) {
  const found = MANAGERS.find(([manager]) => has(manager));
  if (!found) return null;
  const command = found[1](name);
  return found[0] === 'brew' || isRoot() ? command : `sudo ${command}`;
}

/** Only where nobody has to be asked; several names, divided by blanks. Debian's names. */
export async function installPackages(names) {
  if (!isRoot() || !has('apt-get')) throw new Error(`missing, and not to be installed by this user: ${names}`);
  await install(names);
}

async function install(name) {
  const command = installCommand(name);
  if (!command)
    throw new Error(`no known package manager on this machine: install ${name} yourself and run this again`);
  say(`Installing ${name}: ${command}`);
  const apt = command.includes('apt-get');
  if (apt)
    await run('sh', ['-c', command.replace(/apt-get install.*/, 'apt-get update -qq')], {
      quiet: true,
      title: 'apt-get update',
    });
  await run('sh', ['-c', apt ? `DEBIAN_FRONTEND=noninteractive ${command}` : command], { quiet: true, title: command });
}

function tmuxVersion() {
  const result = spawnSync('tmux', ['-V'], { encoding: 'utf8' });
  if (result.error || result.status !== 0) return null;
  return result.stdout.trim().replace(/^tmux\s+/, '');
}

/** tmux 3.2 or newer; 3.2 brought the control-mode flags that the core needs. */
export async function ensureTmux(mayInstall) {
  const good = (version) => {
    const [, major, minor] = /(\d+)\.(\d+)/.exec(version ?? '') ?? [];
    return version === 'master' || Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 2);
  };
  const version = tmuxVersion();
  if (good(version)) return;
  if (mayInstall || (process.env.CI && isRoot())) {
    await install('tmux');
    if (good(tmuxVersion())) return;
  }
  const command = installCommand('tmux');
  throw new Error(
    `${version ? `tmux ${version} is too old (3.2 or newer is needed)` : 'tmux is not installed'}. ` +
      (command
        ? `Install it with:\n\n    ${command}\n\nor run this again with --install.`
        : 'Install tmux 3.2 or newer and run this again.'),
  );
}

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium for the end-to-end tests: QD_CHROMIUM, an installed one, Debian's package as root, Playwright's own. */
export async function ensureChromium(node) {
  if (process.env.QD_CHROMIUM) return process.env.QD_CHROMIUM;
  const installed = () => {
    for (const name of CHROMIUMS) {
      const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
      if (found.status === 0) return found.stdout.trim();
    }
    return null;
  };
  const there = installed();
  if (there) return there;
  if (isRoot() && has('apt-get')) {
    await install('chromium').catch((error) => say(error.message));
    const now = installed();
    if (now) return now;
  }
  const cli = join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
  await run(node, [cli, 'install', 'chromium'], { env: withNode(node), title: 'playwright install chromium' });
  const script = "import('@playwright/test').then(({ chromium }) => process.stdout.write(chromium.executablePath()))";
  return (await run(node, ['-e', script], { env: withNode(node), quiet: true, title: 'playwright' })).trim();
}

/** OpenSSH's server, for machines that tests make. Without it those tests are reported as skipped. */
export async function ensureSshd() {
  const there = () => spawnSync('sh', ['-c', 'command -v sshd || ls /usr/sbin/sshd'], { stdio: 'ignore' }).status === 0;
  if (there()) return;
  if (isRoot() && has('apt-get')) await install('openssh-server').catch((error) => say(error.message));
  if (!there()) say('No OpenSSH server is installed: the tests of other machines are skipped.');
}
