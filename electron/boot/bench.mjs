/** `npm run bench`: all set-up, then the benchmarks. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureTestElectron } from './electron.mjs';
import { ensureNode, ROOT, say, withNode } from './node24.mjs';
import { ensureBuild, ensureChromium, ensureModules, ensureTmux } from './prepare.mjs';

try {
  const node = await ensureNode();
  await ensureTmux(false);
  await ensureModules(node);
  await ensureBuild(node);
  const chromium = await ensureChromium(node);
  const names = process.argv.slice(2);
  const env = { ...withNode(node), QD_CHROMIUM: chromium };
  let command = [node, join(ROOT, 'e2e', 'bench', 'run.ts'), ...names];
  if (names.includes('desktop')) {
    const electron = await ensureTestElectron();
    if (electron.path) {
      env.QD_ELECTRON = electron.path;
      command = electron.wrap(command);
    } else say(`desktop: ${electron.why}`);
  }
  const [program, ...words] = command;
  const child = spawn(program, words, { stdio: 'inherit', env });
  child.on('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  say(error.message);
  process.exit(1);
}
