#!/usr/bin/env node
/** `qd` in a checkout: finds the right Node, builds when stale, then runs the command line in this process where it can. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureNode, ROOT, say } from './node24.mjs';
import { ensureBuild, ensureModules } from './prepare.mjs';

const cli = join(ROOT, 'dist', 'cli.js');

try {
  const node = await ensureNode();
  // an installed package carries no sources: its build is what there is
  if (existsSync(join(ROOT, 'vite.config.ts'))) {
    await ensureModules(node);
    await ensureBuild(node);
  }
  if (node === process.execPath) {
    await import(pathToFileURL(cli).href);
  } else {
    const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
  }
} catch (error) {
  say(error.message);
  process.exit(1);
}
