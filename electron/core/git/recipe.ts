/**
 * What a new worktree needs beside what git brings: files that git leaves out, folders that are shared, a command. The
 * project file may name files and folders of its own; what is run comes from the user alone.
 */
import { posix } from 'node:path';
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Host } from '../../platform/ports.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { cleanPath, some } from './rules.ts';
import { firstLine, type Tree } from './tree.ts';

export interface RecipeDeps {
  readonly host: Host;
  readonly settings: Pick<SettingsAccess, 'value' | 'forProject'> & {
    view(): { readonly problems: readonly { readonly file: string; readonly message: string }[] };
  };
}

const MOST_FILES = 500;
const MOST_BYTES = 32 * 1024 * 1024;
const RUN_MS = 600_000;

/** One line for each thing done or not done; a thing that fails harms no other. */
export async function follow({ host, settings }: RecipeDeps, from: Tree, to: Tree): Promise<string[]> {
  const project = await settings.forProject(from.root);
  const lines: string[] = [];
  const step = async (what: string, work: () => Promise<string>): Promise<void> => {
    try {
      lines.push(`${what}: ${await work()}`);
    } catch (error) {
      if (!isFault(error)) throw error;
      lines.push(`${what}: failed: ${error.message}`);
    }
  };
  for (const pattern of project.value('worktree.copy'))
    await step(`copy ${pattern}`, () => copy(host, from, to, pattern));
  for (const path of project.value('worktree.link')) await step(`link ${path}`, () => link(host, from, to, path));
  const refused = settings
    .view()
    .problems.find(({ file, message }) => file.startsWith(`${from.root}/`) && message.startsWith('worktree.run '));
  if (refused)
    lines.push(
      'run: the command in .quarterdeck.yaml was not run; set worktree.run in your own config.yaml if you trust it',
    );
  const command = settings.value('worktree.run').trim();
  if (command !== '') await step(`run ${command}`, () => run(host, to, command));
  return lines;
}

/** Files that git does not track: those it does are there already. git itself does the matching, so nothing leaves the tree. */
async function copy(host: Host, from: Tree, to: Tree, pattern: string): Promise<string> {
  if (cleanPath(pattern) === null || pattern.startsWith(':'))
    throw new Fault('refused', 'only paths inside the repository can be copied');
  const text = await from.run(['ls-files', '-z', '--others', '--', `:(top,glob)${pattern}`], {
    env: { GIT_LITERAL_PATHSPECS: '0' },
    maxBytes: 8 * 1024 * 1024,
  });
  const paths = text.split('\0').filter((path) => path !== '' && !path.endsWith('/'));
  if (paths.length === 0) return 'nothing there that git does not bring';
  if (paths.length > MOST_FILES)
    throw new Fault('too-large', `${paths.length} files; at most ${MOST_FILES} are copied`);
  const copied: string[] = [];
  const left: string[] = [];
  for (const path of paths) {
    try {
      const { bytes, look } = await host.readInside(from.root, path, MOST_BYTES + 1);
      const fits = bytes.byteLength <= MOST_BYTES;
      const written = fits && (await host.writeInside(to.root, path, bytes, { expect: null, mode: look.mode & 0o777 }));
      (written ? copied : left).push(path);
    } catch (error) {
      if (!isFault(error)) throw error;
      left.push(path);
    }
  }
  const said = copied.length > 0 ? `copied ${some(copied)}` : 'copied nothing';
  return left.length > 0 ? `${said}; left out ${some(left)} (there already, too large, or not a plain file)` : said;
}

async function link(host: Host, from: Tree, to: Tree, wanted: string): Promise<string> {
  const path = cleanPath(wanted);
  if (path === null) throw new Fault('refused', 'only paths inside the repository can be linked');
  const source = await host.real(posix.join(from.root, path));
  if (source === null) return 'nothing there';
  // In a worktree whose own folder is a link already, that leads to another tree of the same repository.
  const home = posix.dirname(from.common);
  if (![from.root, home].some((root) => source.startsWith(`${root}/`)) || source.startsWith(`${from.common}/`))
    throw new Fault('refused', 'it leads out of the repository');
  const target = posix.join(to.root, path);
  if (await host.look(target)) return 'there already';
  const parent = await host.real(posix.dirname(target));
  if (parent === null) return 'its folder is not there';
  if (parent !== to.root && !parent.startsWith(`${to.root}/`))
    throw new Fault('refused', 'it leads out of the worktree');
  const { code, stderr } = await host.exec(['ln', '-s', '--', source, target], { timeoutMs: 5000 });
  if (code !== 0) throw new Fault('conflict', firstLine(Buffer.from(stderr).toString('utf8')));
  const how = `linked to ${source}`;
  // `node_modules/` as an ignore rule means folders: a link of that name would be a new file to commit by mistake.
  const ignored = await to.ask(['check-ignore', '-q', '--', `./${path}`], { env: { GIT_LITERAL_PATHSPECS: '0' } });
  if (ignored.code === 0) return how;
  await exclude(host, to, path);
  return `${how}, and noted in the repository's own .git/info/exclude`;
}

/** Exactly this path, whatever characters it has. */
async function exclude(host: Host, tree: Tree, path: string): Promise<void> {
  const file = `${tree.common}/info/exclude`;
  const look = await host.look(file);
  if (look && look.kind !== 'file') throw new Fault('refused', `${file} is not a plain file`);
  const before = look ? Buffer.from(await host.read(file, 0, look.size)).toString('utf8') : '';
  const line = `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`;
  if (before.split('\n').includes(line)) return;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await host.write(file, `${before}${gap}${line}\n`, look?.mode ?? 0o644);
}

async function run(host: Host, to: Tree, command: string): Promise<string> {
  const { code, stderr, stdout } = await host.exec(['sh', '-c', command], { cwd: to.root, timeoutMs: RUN_MS });
  const said = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8').trim().split('\n').at(-1) ?? '';
  if (code !== 0)
    throw new Fault('conflict', `it ended with ${code ?? 'a signal'}: ${firstLine(said(stderr) || said(stdout))}`);
  return 'done';
}
