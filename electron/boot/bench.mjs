/** `npm run bench`: all set-up, then the benchmarks. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureNode, ROOT, say, withNode } from './node24.mjs';
import { ensureBuild, ensureChromium, ensureModules, ensureTmux } from './prepare.mjs';

try {
  const node = await ensureNode();
  await ensureTmux(false);
  await ensureModules(node);
  await ensureBuild(node);
  const chromium = await ensureChromium(node);
  const child = spawn(node, [join(ROOT, 'e2e', 'bench', 'run.ts'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...withNode(node), QD_CHROMIUM: chromium },
  });
  child.on('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  say(error.message);
  process.exit(1);
}
