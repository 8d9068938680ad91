/** `npm start`: all set-up, then the desktop app where a display and an Electron are to be had, else the headless hub. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureElectron } from './electron.mjs';
import { ensureNode, ROOT, say } from './node24.mjs';
import { ensureBuild, ensureModules, ensureTmux } from './prepare.mjs';

const args = process.argv.slice(2);
/** An end before that is one of a window that never came up. */
const EARLY_MS = 4000;
const has = (flag) => args.includes(flag);

/** Which program runs, and why: said once, so that nobody wonders where the window is. */
async function chooseFace(node) {
  if (has('--headless') || has('--json') || has('--help')) return { why: '' };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { why: 'there is no display' };
  return ensureElectron(node);
}

const OWN = ['--headless', '--install'];
const passed = args.filter((a) => !OWN.includes(a));

/** Runs a program as if it stood in our place; answers its exit code and how long it took. */
function follow(command, words, env, name) {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(command, words, { stdio: 'inherit', env });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      say(`${name} could not be started: ${error.message}`);
      resolve({ code: 1, ms: 0 });
    });
    child.on('exit', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), signal, ms: Date.now() - began }));
  });
}

function openWindow(node, electron) {
  // Chromium refuses to run as root with its sandbox; a container without another user has no better way.
  const root = process.platform === 'linux' && process.getuid?.() === 0;
  if (root) say('You are root: the window runs without the sandbox of Chromium.');
  const env = { ...process.env };
  // An Electron of somebody else's choice may carry a Node that the core cannot run on.
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) env.QD_NODE ??= node;
  delete env.ELECTRON_RUN_AS_NODE;
  return follow(
    electron,
    [...(root ? ['--no-sandbox'] : []), join(ROOT, 'dist', 'main.cjs'), ...passed],
    env,
    'The window',
  );
}

try {
  const node = await ensureNode();
  if (!has('--help')) await ensureTmux(has('--install'));
  await ensureModules(node);
  await ensureBuild(node);
  let { path, why } = await chooseFace(node);
  if (path) {
    const { code, signal, ms } = await openWindow(node, path);
    // Such as a library that is not there: what never came up is no reason to have nothing.
    if (code === 0 || signal || ms > EARLY_MS) process.exit(code);
    why = 'the window could not be opened';
  }
  if (why) say(`Starting the headless hub: ${why}. The same app is served to the browser.`);
  const { code } = await follow(node, [join(ROOT, 'dist', 'hub.js'), ...passed], process.env, 'The hub');
  process.exit(code);
} catch (error) {
  say(`\n${error.message}`);
  process.exit(1);
}
