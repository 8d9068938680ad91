/** `npm start`: all set-up, then the desktop app where a display and an Electron are to be had, else the headless hub. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNode, ROOT, say } from './node24.mjs';
import { ensureBuild, ensureModules, ensureTmux } from './prepare.mjs';

const args = process.argv.slice(2);
const has = (flag) => args.includes(flag);

/** Which program runs, and why: said once, so that nobody wonders where the window is. */
function chooseFace() {
  if (has('--headless')) return { face: 'hub', why: '' };
  if (!existsSync(join(ROOT, 'dist', 'main.js')))
    return { face: 'hub', why: 'the desktop shell is not part of this version' };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { face: 'hub', why: 'there is no display' };
  return { face: 'desktop', why: '' };
}

try {
  const node = await ensureNode();
  if (!has('--help')) await ensureTmux(has('--install'));
  await ensureModules(node);
  await ensureBuild(node);
  const { why } = chooseFace();
  if (why) say(`Starting the headless hub: ${why}. The same app is served to the browser.`);
  const child = spawn(
    node,
    [join(ROOT, 'dist', 'hub.js'), ...args.filter((a) => a !== '--headless' && a !== '--install')],
    {
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`The hub could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
} catch (error) {
  say(`\n${error.message}`);
  process.exit(1);
}
