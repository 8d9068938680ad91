/**
 * Where an Electron is. Its npm package downloads the program at first use, from outside of the npm registry: where that
 * cannot be reached, the same face is served to the browser instead, and tests that need a window are skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say, withNode } from './node24.mjs';
import { once } from './once.mjs';
import { installPackages } from './prepare.mjs';

const PROGRAM =
  { darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'), win32: 'electron.exe' }[process.platform] ??
  'electron';
const REACH_WITHIN_MS = 5000;
const DOWNLOAD_WITHIN_MS = 10 * 60_000;

/** ELECTRON_OVERRIDE_DIST_PATH names a folder with an Electron: it wins, always. */
function given() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!folder) return null;
  const path = join(folder, PROGRAM);
  return existsSync(path) ? { path } : { why: `ELECTRON_OVERRIDE_DIST_PATH holds no ${PROGRAM}` };
}

const installed = () => {
  const path = join(ROOT, 'node_modules', 'electron', 'dist', PROGRAM);
  return existsSync(path) ? { path } : null;
};

/** A proxy may lead where this process alone does not: then the download itself finds out. */
async function reachable() {
  if (process.env.HTTPS_PROXY || process.env.https_proxy || process.env.ALL_PROXY) return true;
  const from = process.env.ELECTRON_MIRROR || process.env.npm_config_electron_mirror || 'https://github.com/';
  return fetch(from, { method: 'HEAD', signal: AbortSignal.timeout(REACH_WITHIN_MS) }).then(
    () => true,
    () => false,
  );
}

/** `{ path }`, or `{ why }` there is none. Downloads it when it can. */
export async function ensureElectron(node) {
  const there = given() ?? installed();
  if (there) return there;
  if (!(await reachable())) return { why: 'Electron cannot be downloaded from here' };
  return once('electron', async () => {
    const now = installed();
    if (now) return now;
    say('Bringing Electron ...');
    return run(node, [join(ROOT, 'node_modules', 'electron', 'install.js')], {
      env: withNode(node),
      quiet: true,
      title: 'the download of Electron',
      timeout: DOWNLOAD_WITHIN_MS,
    }).then(
      () => installed() ?? { why: 'the download of Electron brought none' },
      (error) => ({ why: error.message.split('\n')[0] }),
    );
  });
}

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const isRoot = () => process.getuid?.() === 0;

/** What Debian calls the things that Electron and a display in memory need. */
const PACKAGES =
  'xvfb xauth libgtk-3-0 libnss3 libasound2 libgbm1 libnotify4 libxss1 libxtst6 libatspi2.0-0 libdrm2 libsecret-1-0';

/** An Electron that tests may use: as above, else one put together from npm by a script beside the checkout. */
async function testElectron() {
  const there = given() ?? installed();
  if (there) return { ...there, foreign: false };
  const script = join(ROOT, '..', 'shared', 'tools', 'electron-for-tests.sh');
  if (process.platform !== 'linux' || !existsSync(script)) return { why: 'there is no Electron on this machine' };
  const folder = join(ROOT, '.cache', 'electron-for-tests');
  return run('bash', [script, folder], { quiet: true, title: 'electron-for-tests.sh' }).then(
    () => ({ path: join(folder, PROGRAM), foreign: true }),
    (error) => ({ why: error.message.split('\n').slice(0, 2).join(' ') }),
  );
}

/**
 * The network of a machine that is alone: itself, and where the kernel has such a thing, an address in a network of its own, as
 * phones would reach it by. Without that the test of phones is skipped.
 */
const APART = `
ip link set lo up 2>/dev/null || ifconfig lo up || exit 9
for kind in dummy bridge; do ip link add lan0 type $kind 2>/dev/null && break; done
ip address add 10.77.0.2/24 dev lan0 2>/dev/null && ip link set lan0 up
exec "$@"`;

/**
 * `{ path, wrap }`: `wrap` makes a command run where the test's Electron may run: with a display in memory where there is
 * none, and without any network when the binary is not from Electron's makers. `{ why }`: no test of the window here.
 */
export async function ensureTestElectron() {
  const electron = await testElectron();
  if (!electron.path) return electron;
  let around = [];
  if (process.platform === 'linux') {
    const lacks = () => {
      const libraries = spawnSync('ldd', [electron.path], { encoding: 'utf8' }).stdout ?? '';
      return !works('sh', ['-c', 'command -v xvfb-run']) || /=> not found/.test(libraries);
    };
    if (lacks()) await installPackages(PACKAGES).catch((error) => say(error.message));
    if (lacks()) return { why: 'the libraries of a display are missing, or xvfb is' };
    around = ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24'];
  }
  if (electron.foreign) {
    const apart = isRoot() ? ['unshare', '-n'] : ['unshare', '-rn'];
    if (!works(apart[0], [...apart.slice(1), 'sh', '-c', APART, 'sh', 'true']))
      return { why: 'the Electron for tests runs without a network only, and this machine cannot shut one out' };
    around = [...apart, 'sh', '-c', APART, 'sh', ...around];
  }
  return { path: electron.path, wrap: (command) => [...around, ...command] };
}
