/**
 * A Debian package of the packed folder, by `dpkg-deb`, where the system has it: nothing is downloaded. The app lies in
 * `/opt/Quarterdeck`; what the desktop finds it by, where Debian keeps such things.
 */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const WITHIN_MS = 10 * 60_000;
const HOME = 'opt/Quarterdeck';
const PROGRAM = 'quarterdeck';
/** As Debian calls the processors that Electron is built for. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf' };
/** Sizes that every icon theme knows, and where a picture of that size is. */
const ICONS = { 192: 'web/icon-192.png', 512: 'app/icon.png' };

/**
 * The control file. Debian 13 and its relatives gave some libraries another name with their new time type: either will do.
 * `size`: kilobytes. `maintainer`: whoever answers for this build.
 */
export function controlFile({ version, arch, size, maintainer, description }) {
  const [summary, more = ''] = description.split(': ');
  // A line of its own would begin another field.
  const line = (text) => text.replace(/[\r\n]+/g, ' ').trim();
  return `${[
    `Package: ${PROGRAM}`,
    // A tilde sorts before the release that it leads to; a hyphen would begin a revision of Debian's.
    `Version: ${line(version).replace('-', '~').replaceAll('-', '.')}`,
    `Architecture: ${ARCHITECTURES[arch] ?? arch}`,
    `Maintainer: ${line(maintainer)}`,
    `Installed-Size: ${Math.ceil(size)}`,
    'Section: devel',
    'Priority: optional',
    'Depends: libgtk-3-0 | libgtk-3-0t64, libnotify4, libnss3, libxss1, libxtst6, xdg-utils, libatspi2.0-0 | libatspi2.0-0t64, libuuid1, libsecret-1-0, libasound2 | libasound2t64, libgbm1, tmux (>= 3.2)',
    'Recommends: git, openssh-client',
    `Description: ${line(summary)}`,
    ` ${line(more) || line(summary)}`,
  ].join('\n')}\n`;
}

/** Refreshes what desktops know, where they have the tools; a machine without them has nothing to refresh. */
const REFRESH = `#!/bin/sh
set -e
if command -v update-desktop-database >/dev/null 2>&1; then update-desktop-database -q /usr/share/applications || true; fi
if command -v gtk-update-icon-cache >/dev/null 2>&1; then gtk-update-icon-cache -qtf /usr/share/icons/hicolor || true; fi
`;

const desktopEntry = (name, comment) =>
  `${[
    '[Desktop Entry]',
    'Type=Application',
    `Name=${name}`,
    `Comment=${comment}`,
    `Exec=/${HOME}/${PROGRAM} %U`,
    `Icon=${PROGRAM}`,
    'Terminal=false',
    'Categories=Development;',
    `StartupWMClass=${name}`,
    'MimeType=x-scheme-handler/quarterdeck;',
  ].join('\n')}\n`;

async function kilobytes(folder) {
  const { stdout } = await run('du', ['-sk', '--apparent-size', folder], { timeout: WITHIN_MS });
  return Number.parseInt(stdout, 10);
}

/** Others may read and run what is theirs to run, and change nothing; folders that a strict umask made are opened. */
async function openUp(folder) {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openUp(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o111 ? 0o755 : 0o644);
  }
}

/** `app`: the packed folder; answers the path of the package in `out`. Throws where there is no `dpkg-deb`. */
export async function makeDeb({ app, out, root, arch = process.arch, maintainer = process.env.QD_MAINTAINER }) {
  await run('dpkg-deb', ['--version'], { timeout: WITHIN_MS });
  const { version, description } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const tree = await mkdtemp(join(tmpdir(), 'quarterdeck-deb-'));
  const put = async (path, text, mode = 0o644) => {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
    await chmod(join(tree, path), mode);
  };
  try {
    await cp(app, join(tree, HOME), { recursive: true, verbatimSymlinks: true });
    await mkdir(join(tree, 'usr', 'bin'), { recursive: true });
    await symlink(`/${HOME}/${PROGRAM}`, join(tree, 'usr', 'bin', PROGRAM));
    await put(`usr/share/applications/${PROGRAM}.desktop`, desktopEntry('Quarterdeck', description.split(':')[0]));
    for (const [size, from] of Object.entries(ICONS)) {
      await put(
        `usr/share/icons/hicolor/${size}x${size}/apps/${PROGRAM}.png`,
        await readFile(join(root, 'resources', from)),
      );
    }
    await put(
      `usr/share/doc/${PROGRAM}/copyright`,
      `${await readFile(join(app, 'LICENSE.electron.txt'), 'utf8').catch(() => 'MIT\n')}`,
    );
    await openUp(tree);
    // Where the kernel lets no ordinary user make name spaces, Chromium's sandbox is this helper, as root.
    await chmod(join(tree, HOME, 'chrome-sandbox'), 0o4755).catch(() => undefined);
    const { username } = userInfo();
    const control = {
      version,
      arch,
      description,
      size: await kilobytes(tree),
      maintainer: maintainer || `${username} <${username}@${hostname()}>`,
    };
    await put('DEBIAN/control', controlFile(control));
    await put('DEBIAN/postinst', REFRESH, 0o755);
    await put('DEBIAN/postrm', REFRESH, 0o755);
    const deb = join(out, `${PROGRAM}_${version}_${ARCHITECTURES[arch] ?? arch}.deb`);
    await rm(deb, { force: true });
    // Files are root's whoever packs; gzip is read by every dpkg there is.
    await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, deb], { timeout: WITHIN_MS });
    return deb;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
