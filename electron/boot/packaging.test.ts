/** What the app is packed with, for all three systems: held against the builder's own schema, and against the disk. */
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FuseV1Options } from '@electron/fuses';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { controlFile, makeDeb } from './deb.mjs';
import { FUSES } from './fuses.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
interface Config {
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
  readonly protocols: readonly { readonly schemes: readonly string[] }[];
  readonly publish: null;
  readonly mac: { readonly target: readonly string[]; readonly icon: string; readonly hardenedRuntime: boolean };
  readonly win: { readonly target: readonly string[]; readonly icon: string };
  readonly linux: { readonly target: readonly string[]; readonly icon: string; readonly executableName: string };
}
const require = createRequire(import.meta.url);
const builder = createRequire(require.resolve('electron-builder'));
let config: Config;
beforeAll(async () => {
  config = parse(await readFile(join(ROOT, 'electron-builder.yml'), 'utf8'));
});

/** The builder's own check. */
async function valid(given: unknown): Promise<string | null> {
  const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
    validateConfiguration(config: unknown, log: { readonly isEnabled: boolean }): Promise<void>;
  };
  return validateConfiguration(given, { isEnabled: false }).then(
    () => null,
    (error: Error) => error.message,
  );
}

it('is what the builder understands, whichever of its targets is asked for', async () => {
  expect(await valid(config)).toBeNull();
  for (const target of ['AppImage', 'rpm', 'tar.gz'])
    expect(await valid({ ...config, linux: { ...config.linux, target: [target] } }), target).toBeNull();
  // The check can fail.
  expect(await valid({ ...config, linux: { ...config.linux, targets: ['deb'] } })).toContain('configuration.linux');
});

describe('the fuses', () => {
  it('are named, every one that guards something', () => {
    const known = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)));
    expect([...Object.keys(FUSES), 'WasmTrapHandlers'].sort()).toEqual(known.sort());
  });
  it('are asked of the builder as they are read back from the file', () => {
    const lower = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);
    expect(config.electronFuses).toEqual(
      Object.fromEntries(Object.entries(FUSES).map(([name, on]) => [lower(name), on])),
    );
  });
});

it('makes what each system installs, with a picture that is large enough', async () => {
  expect(config.mac.target).toEqual(['dmg', 'zip']);
  expect(config.mac.hardenedRuntime).toBe(true);
  expect(config.win.target).toEqual(['nsis']);
  expect(config.linux.executableName).toBe('quarterdeck');
  for (const { icon } of [config.mac, config.win, config.linux]) {
    const picture = await readFile(join(ROOT, icon));
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    // Width and height stand behind the first chunk's name.
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([512, 512]);
  }
});

it('takes along every module that is not bundled, beside the archive, and nothing is fetched from anywhere unasked', async () => {
  const vite = await readFile(join(ROOT, 'vite.config.ts'), 'utf8');
  const outside =
    /external: \[([^\]]*)\]/
      .exec(vite)?.[1]
      ?.match(/[\w-]+/g)
      ?.filter((name) => name !== 'electron') ?? [];
  expect(outside.length).toBeGreaterThan(0);
  for (const name of outside)
    expect(
      config.files.some((file) => file.startsWith(`node_modules/${name}/`)),
      name,
    ).toBe(true);
  expect(config.asarUnpack).toEqual(
    expect.arrayContaining(['node_modules/**', 'dist/*.js', 'dist/chunks/**', 'dist/web/**']),
  );
  // The shell itself stays in the archive, whose integrity is checked.
  expect(config.asarUnpack).not.toContain('dist/**');
  expect(
    config.asarUnpack.some(
      (pattern) => 'dist/main.cjs'.startsWith(pattern.replace(/\*.*/, '')) && pattern.endsWith('cjs'),
    ),
  ).toBe(false);
  expect(config.protocols.flatMap(({ schemes }) => schemes)).toEqual(['quarterdeck']);
  expect(config.publish).toBeNull();
});

describe('the Debian package', () => {
  const lacks = spawnSync('dpkg-deb', ['--version'], { stdio: 'ignore' }).error !== undefined;

  it('says what it is, and nothing that was put into a name', () => {
    const given = { version: '1.2.0-beta.1-x', arch: 'arm64', size: 10.2, description: 'An app: it does things.' };
    const text = controlFile({ ...given, maintainer: 'Ann <a@b.org>\nPre-Depends: evil' });
    expect(text).toMatch(/^Version: 1\.2\.0~beta\.1\.x$/m);
    expect(text).toMatch(/^Architecture: arm64$/m);
    expect(text).toMatch(/^Installed-Size: 11$/m);
    expect(text).not.toMatch(/^Pre-Depends/m);
    expect(text).toMatch(/^Depends: .*tmux \(>= 3\.2\)/m);
    expect(text.endsWith('Description: An app\n it does things.\n')).toBe(true);
  });

  it.skipIf(lacks)(
    'holds the app where Debian keeps such things, owned by root and writable by nobody else',
    async () => {
      const dir = await mkdtemp(join(tmpdir(), 'qd-deb-'));
      try {
        const app = join(dir, 'linux-unpacked');
        await mkdir(join(app, 'resources'), { recursive: true, mode: 0o700 });
        for (const [name, mode] of [
          ['quarterdeck', 0o700],
          ['chrome-sandbox', 0o755],
          ['resources/app.asar', 0o666],
        ] as const) {
          await writeFile(join(app, name), name);
          await chmod(join(app, name), mode);
        }
        const deb = await makeDeb({ app, out: dir, root: ROOT, arch: 'x64', maintainer: 'Ann <ann@example.org>' });
        expect(deb).toMatch(/quarterdeck_[\d.]+_amd64\.deb$/);
        const ask = async (flag: string) => (await promisify(execFile)('dpkg-deb', [flag, deb])).stdout;
        expect(await ask('-f')).toContain('Maintainer: Ann <ann@example.org>');
        const lines = (await ask('-c'))
          .trim()
          .split('\n')
          .map((line) => line.split(/\s+/));
        const modes = Object.fromEntries(lines.map(([mode, owner, , , , path]) => [path, `${mode} ${owner}`]));
        expect(modes).toMatchObject({
          './opt/Quarterdeck/quarterdeck': '-rwxr-xr-x root/root',
          './opt/Quarterdeck/chrome-sandbox': '-rwsr-xr-x root/root',
          './opt/Quarterdeck/resources/': 'drwxr-xr-x root/root',
          './opt/Quarterdeck/resources/app.asar': '-rw-r--r-- root/root',
          './usr/bin/quarterdeck': 'lrwxrwxrwx root/root',
          './usr/share/applications/quarterdeck.desktop': '-rw-r--r-- root/root',
          './usr/share/icons/hicolor/512x512/apps/quarterdeck.png': '-rw-r--r-- root/root',
        });
        await promisify(execFile)('dpkg-deb', ['-x', deb, join(dir, 'x')]);
        const entry = await readFile(join(dir, 'x', 'usr', 'share', 'applications', 'quarterdeck.desktop'), 'utf8');
        expect(entry).toContain('Exec=/opt/Quarterdeck/quarterdeck %U\n');
        expect(entry).toContain('MimeType=x-scheme-handler/quarterdeck;\n');
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    },
  );
});
