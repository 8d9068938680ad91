/**
 * Finds, or brings from npm, a Node that the core runs on. Plain JavaScript for any Node >= 18: this runs before anything
 * is installed. better-sqlite3 13 needs Node-API 10 (Node 22.14 and newer); with less it crashes the process.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from './once.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NODE_VERSION = '24.21.0';
const NAPI = 10;
const MAJOR = 24;

/** Everything that is not a machine's answer goes to standard error. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** Runs a program, its output on our standard error, or collected; rejects with what it printed last. */
export function run(command, args, { cwd = ROOT, env = process.env, quiet = false, title = command, timeout } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      shell: process.platform === 'win32',
    });
    let output = '';
    const take = (chunk) => {
      output = (output + chunk).slice(-200_000);
      if (!quiet) process.stderr.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => reject(new Error(`${title} could not be started: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else
        reject(
          Object.assign(new Error(`${title} failed (exit ${code})${quiet ? `:\n${output.slice(-4000)}` : ''}`), {
            output,
            code,
          }),
        );
    });
  });
}

/** npm as this run knows it: the one that started us, else the one on PATH. */
export function npm(args, options = {}) {
  const path = process.env.npm_execpath;
  return path && /\.c?js$/.test(path)
    ? run(process.execPath, [path, ...args], { title: 'npm', ...options })
    : run('npm', args, { title: 'npm', ...options });
}

const broughtNode = () =>
  join(
    ROOT,
    '.node',
    'node_modules',
    `node-${platformName()}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
const platformName = () => `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Path of a Node >= 24; brought into `.node/` when the running one is older. QD_NODE names another. */
export async function ensureNode() {
  if (process.env.QD_NODE) return process.env.QD_NODE;
  const napi = Number(process.versions.napi ?? 0);
  if (napi >= NAPI && Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
  const node = broughtNode();
  if (existsSync(node)) return node;
  return once('node', async () => {
    if (existsSync(node)) return node;
    say(
      `Node ${process.versions.node} is too old for the core: bringing Node ${NODE_VERSION} from npm into .node/ ...`,
    );
    await npm(
      [
        'install',
        '--prefix',
        join(ROOT, '.node'),
        '--no-save',
        '--no-package-lock',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        `node-${platformName()}@${NODE_VERSION}`,
      ],
      { quiet: true },
    );
    if (!existsSync(node))
      throw new Error(
        `npm brought no Node for ${platformName()}: install Node ${MAJOR} or newer yourself and run this again`,
      );
    return node;
  });
}

/** The environment in which tools and tests find that Node first. */
export function withNode(node, env = process.env) {
  return { ...env, PATH: `${dirname(node)}${delimiter}${env.PATH ?? ''}` };
}
