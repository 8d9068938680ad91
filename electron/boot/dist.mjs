/**
 * `npm run dist`: the installed app for this system, by electron-builder, into `.cache/app/`; then its fuses are read back.
 * On a Debian system a `.deb` of it besides, which names whoever packs, or QD_MAINTAINER. `-- --dir` packs a folder only. ELECTRON_OVERRIDE_DIST_PATH names a local Electron to pack, QD_UPDATE_URL the place where
 * updates of this build will lie.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDeb } from './deb.mjs';
import { ensureElectron } from './electron.mjs';
import { checkFuses } from './fuses.mjs';
import { ensureNode, ROOT, run, say, withNode } from './node24.mjs';
import { ensureBuild, ensureModules } from './prepare.mjs';

const given = process.argv.slice(2);
const OUT = join(ROOT, '.cache', 'app');

/** What electron-builder makes besides; its packer is fetched at first use. electron/README.md says how to make the others. */
const LINUX = ['tar.gz'];

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
  for (const app of apps) {
    await checkFuses(app);
    say(`Fuses of ${app} are as they must be.`);
  }
  if (everything) {
    await makeDeb({ app: dirname(apps[0]), out: OUT, root: ROOT }).then(
      (path) => say(`A Debian package: ${path}`),
      (error) => say(`No deb on this machine: ${error.message.split('\n')[0]}`),
    );
  }
  // One by one: what cannot be made here is named, and the others are made all the same.
  for (const target of everything ? LINUX : [])
    await build(['--prepackaged', dirname(apps[0]), '--linux', target], target).catch((error) =>
      say(`No ${target} on this machine: ${error.message.split('\n')[0]}`),
    );
} catch (error) {
  say(error.message);
  process.exit(1);
}
