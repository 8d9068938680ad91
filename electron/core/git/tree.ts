/** One working tree of a repository, and git run in it so that nothing of the repository's own choosing is run along. */
import { posix } from 'node:path';
import { Fault, isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import { gitCommand } from '../../kernel/git-command.ts';
import type { Host } from '../../platform/ports.ts';
import { ownFilters } from './rules.ts';

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: readonly string[];
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** Other folder than the root. */
  readonly cwd?: string;
}

export interface Ran {
  readonly code: number | null;
  readonly text: string;
  /** What git said, one line, for messages. */
  readonly said: string;
}

export interface Tree {
  /** Real path of the top of the working tree. */
  readonly root: string;
  /** Its own git folder; of a linked worktree inside `common`. */
  readonly gitDir: string;
  /** What all worktrees of the repository share. */
  readonly common: string;
  readonly linked: boolean;
  /** Names of filters in the repository's own configuration, which are not run. */
  readonly filters: readonly string[];
  /** Never throws for an exit code. */
  ask(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Output, or a Fault with what git said. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** At most `most` bytes of the output, and whether there was more. */
  head(
    args: readonly string[],
    most: number,
    options?: RunOptions,
  ): Promise<{ readonly text: string; readonly more: boolean }>;
}

export interface Trees {
  /** The working tree that holds a folder. Fault `unsupported` outside of one, `refused` where git distrusts it. */
  open(folder: string): Promise<Tree>;
}

const DEADLINE_MS = 20_000;
const MOST_CONFIG = 1_048_576;

export const firstLine = (text: string): string =>
  (
    text
      .split('\n')
      .map((line) =>
        line
          .replace(/^(?:fatal|error): /, '')
          .replace(/\p{Cc}/gu, ' ')
          .trim(),
      )
      .find((line) => line !== '') ?? 'git gave no reason'
  ).slice(0, 400);

export function createTrees(host: Host, clock: Clock): Trees {
  const exec = async (cwd: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const { argv, env } = gitCommand(host.env, args, options);
    const { code, stdout, stderr } = await host.exec(argv, {
      cwd: options.cwd ?? cwd,
      env,
      timeoutMs: options.timeoutMs ?? DEADLINE_MS,
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    });
    return { code, text: Buffer.from(stdout).toString('utf8'), said: firstLine(Buffer.from(stderr).toString('utf8')) };
  };

  /** One path; folders may have any character in their names, a line end included. */
  const path = async (folder: string, flag: string): Promise<string> => {
    const { code, text, said } = await exec(folder, ['rev-parse', flag]);
    if (code !== 0) throw noTree(folder, said);
    return text.replace(/\n$/, '');
  };

  const placesOf = async (folder: string): Promise<readonly [string, string, string]> => {
    const flags = ['--show-toplevel', '--absolute-git-dir', '--git-common-dir'];
    const { code, text, said } = await exec(folder, ['rev-parse', ...flags]);
    if (code !== 0) throw noTree(folder, said);
    const lines = text.replace(/\n$/, '').split('\n');
    const [root = '', gitDir = '', common = ''] =
      lines.length === 3 ? lines : await Promise.all(flags.map((flag) => path(folder, flag)));
    return [root, gitDir, posix.resolve(folder, common)];
  };

  /** Clean and smudge filters run a program for every changed file, and the repository's configuration may name any. */
  const filtersOf = async (root: string, gitDir: string, common: string): Promise<readonly string[]> => {
    const files = [`${common}/config`, `${common}/config.worktree`, `${gitDir}/config.worktree`];
    const mentions = await Promise.all(
      files.map(async (file) => {
        const look = await host.look(file);
        if (look?.kind !== 'file' && look?.kind !== 'link') return false;
        if (look.kind === 'link' || look.size > MOST_CONFIG) return true;
        return /filter|include/i.test(Buffer.from(await host.read(file, 0, MOST_CONFIG)).toString('latin1'));
      }),
    );
    if (!mentions.includes(true)) return [];
    const { code, text, said } = await exec(root, ['config', '--list', '-z', '--show-scope']);
    if (code !== 0) throw new Fault('refused', `git cannot read the configuration of ${root}: ${said}`);
    const names = ownFilters(text);
    if (names.some((name) => /[=\n]/.test(name)))
      throw new Fault('refused', `The configuration of ${root} names a filter in a way that cannot be switched off.`);
    return names;
  };

  const open = async (folder: string): Promise<Tree> => {
    const real = await host.real(folder);
    if (real === null) throw new Fault('not-found', `The folder ${folder} is gone.`);
    const [root, gitDir, common] = await placesOf(real);
    // With `core.worktree` a repository could name any folder above as its own, and show what is in there.
    const its = root === real || (await path(root, '--absolute-git-dir').catch(() => null)) === gitDir;
    if (!its || !(await host.look(`${root}/.git`)))
      throw new Fault(
        'refused',
        `The repository of ${folder} claims ${root} as its working tree, which is not its own.`,
      );
    const filters = await filtersOf(root, gitDir, common);
    const off = filters.flatMap((name) => [
      `filter.${name}.clean=`,
      `filter.${name}.smudge=`,
      `filter.${name}.process=`,
      `filter.${name}.required=false`,
    ]);
    const safe = (options: RunOptions = {}): RunOptions => ({
      ...options,
      config: [...off, ...(options.config ?? [])],
    });
    return {
      root,
      gitDir,
      common: (await host.real(common)) ?? common,
      linked: gitDir !== common,
      filters,
      ask: (args, options) => exec(root, args, safe(options)),
      async run(args, options) {
        const { code, text, said } = await exec(root, args, safe(options));
        if (code !== 0) throw new Fault('conflict', `git ${args[0] ?? ''} failed in ${root}: ${said}`);
        return text;
      },
      head(args, most, options = {}) {
        const { argv, env } = gitCommand(host.env, args, safe(options));
        return firstBytes(argv, options.cwd ?? root, env, most, options.timeoutMs ?? DEADLINE_MS);
      },
    };
  };

  /** `exec` gives all or nothing; of a long diff the beginning is wanted. */
  const firstBytes = (
    argv: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    most: number,
    timeoutMs: number,
  ): Promise<{ readonly text: string; readonly more: boolean }> =>
    new Promise((resolve, reject) => {
      const child = host.spawn(argv, { cwd, env });
      const parts: Uint8Array[] = [];
      let size = 0;
      let late = false;
      const cancel = clock.after(timeoutMs, () => {
        late = true;
        child.kill();
      });
      child.onData((bytes) => {
        if (size > most) return;
        parts.push(bytes);
        size += bytes.byteLength;
        if (size > most) child.kill();
      });
      child.onExit(({ code, stderr }) => {
        cancel();
        if (late) return reject(new Fault('timeout', `git did not finish within ${timeoutMs / 1000} s in ${cwd}.`));
        const more = size > most;
        if (!more && code !== 0) return reject(new Fault('conflict', `git failed in ${cwd}: ${firstLine(stderr)}`));
        resolve({ text: Buffer.concat(parts).subarray(0, most).toString('utf8'), more });
      });
      child.end();
    });

  return { open };
}

function noTree(folder: string, said: string): Fault {
  if (/dubious ownership/.test(said))
    return new Fault(
      'refused',
      `The repository of ${folder} belongs to another user, so git does not trust it; see safe.directory in git's manual.`,
    );
  if (/must be run in a work tree/.test(said))
    return new Fault(
      'unsupported',
      `${folder} is inside a bare repository or a git folder, where there is no working tree.`,
    );
  if (/not a git repository/.test(said)) return new Fault('unsupported', `${folder} is not in a git repository.`);
  return new Fault('unsupported', `git cannot work in ${folder}: ${said}`);
}

/** No repository there, or none that can be looked at: for the feed no failure but an answer. */
export const isNoTree = (error: unknown): boolean =>
  isFault(error, 'unsupported') ||
  isFault(error, 'refused') ||
  isFault(error, 'not-found') ||
  isFault(error, 'not-installed');
