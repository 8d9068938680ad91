/**
 * `npm run dist`: the installed app for this system, by electron-builder, into `.cache/app/`; then its fuses are read back.
 * `-- --dir` packs a folder only. ELECTRON_OVERRIDE_DIST_PATH names a local Electron to pack, QD_UPDATE_URL the place where
 * updates of this build will lie.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureElectron } from './electron.mjs';
import { ensureNode, ROOT, run, say, withNode } from './node24.mjs';
import { ensureBuild, ensureModules } from './prepare.mjs';

const given = process.argv.slice(2);
const OUT = join(ROOT, '.cache', 'app');

/** What needs no page of the project's own; its packer is fetched at first use. electron/README.md says how to make the others. */
const LINUX = ['tar.gz'];

/** What the app must be packed with; read back from the file, whatever the builder said. */
const WANTED = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  GrantFileProtocolExtraPrivileges: false,
};

/** The program in each folder that was packed. */
async function packed() {
  const found = [];
  for (const name of await readdir(OUT).catch(() => [])) {
    for (const path of ['quarterdeck', 'Quarterdeck.exe', 'mac/Quarterdeck.app', 'Quarterdeck.app'].map((each) =>
      join(OUT, name, each),
    ))
      if (existsSync(path)) found.push(path);
  }
  return found;
}

async function checkFuses(path) {
  const { FuseV1Options, getCurrentFuseWire } = await import('@electron/fuses');
  const wire = await getCurrentFuseWire(path);
  for (const [name, on] of Object.entries(WANTED)) {
    // 48 and 49 are the digits 0 and 1, as they stand in the file.
    const state = wire[FuseV1Options[name]];
    if (state !== (on ? 49 : 48)) throw new Error(`${path}: the fuse ${name} is not ${on ? 'on' : 'off'} (${state})`);
  }
  say(`Fuses of ${path} are as they must be.`);
}

try {
  const node = await ensureNode();
  await ensureModules(node);
  await ensureBuild(node);
  const local = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const electron = await ensureElectron(node);
  if (!electron.path)
    throw new Error(`${electron.why}: nothing to pack. ELECTRON_OVERRIDE_DIST_PATH names a local one.`);
  const more = local
    ? [
        `-c.electronDist=${local}`,
        `-c.electronVersion=${(await readFile(join(local, 'version'), 'utf8')).trim().replace(/^v/, '')}`,
      ]
    : [];
  const updates = process.env.QD_UPDATE_URL;
  if (updates) more.push('-c.publish.provider=generic', `-c.publish.url=${updates}`);
  const build = (words, title) =>
    run(node, [join(ROOT, 'node_modules', 'electron-builder', 'cli.js'), ...words, '--publish', 'never', ...more], {
      env: withNode(node),
      title,
    });
  const everything = process.platform === 'linux' && given.length === 0;
  await build(everything ? ['--dir'] : given, 'electron-builder');
  const apps = await packed();
  if (apps.length === 0) throw new Error(`electron-builder left no app in ${OUT}`);
  for (const app of apps) await checkFuses(app);
  // One by one: what cannot be made here is named, and the others are made all the same.
  for (const target of everything ? LINUX : [])
    await build(['--prepackaged', dirname(apps[0]), '--linux', target], target).catch((error) =>
      say(`No ${target} on this machine: ${error.message.split('\n')[0]}`),
    );
} catch (error) {
  say(error.message);
  process.exit(1);
}
