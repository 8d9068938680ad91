/** `qd diff|files|worktree`: what a session changed, its folder, and a worktree of its own. */
import type { Command } from 'commander';
import type { Change } from '../../shared/contract/git.ts';
import { Fault, isFault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { ago, bold, type Column, cyan, dim, EXIT, green, json, out, plain, red, table, warn, yellow } from './print.ts';

/** A recipe may install packages; the hub gives it ten minutes. */
const ISOLATE_MS = 900_000;
const REMOVE_MS = 400_000;

const tty = process.stdout.isTTY === true;

/** For a terminal: control characters made visible, colours for the lines. Into a file or a pipe it goes as it is. */
function shownDiff(text: string): string {
  if (!tty) return text;
  return text
    .split('\n')
    .map((line) => {
      const safe = line.split('\t').map(plain).join('\t');
      if (line.startsWith('diff --git ')) return bold(safe);
      if (line.startsWith('@@ ')) return cyan(safe);
      if (line.startsWith('+') && !line.startsWith('+++ ')) return green(safe);
      if (line.startsWith('-') && !line.startsWith('--- ')) return red(safe);
      return safe;
    })
    .join('\n');
}

const count = (n: number | null, sign: string) => (n === null ? 'bin' : n === 0 ? '' : `${sign}${n}`);

const CHANGES: readonly Column<Change>[] = [
  {
    head: 'CHANGE',
    value: (c) => c.kind,
    style: (c, text) => (c.kind === 'conflicted' ? red(text) : c.kind === 'untracked' ? dim(text) : text),
  },
  { head: 'STAGED', value: (c) => (c.staged ? 'yes' : '') },
  { head: 'ADDED', value: (c) => count(c.added, '+'), style: (_, text) => green(text) },
  { head: 'REMOVED', value: (c) => count(c.removed, '-'), style: (_, text) => red(text) },
  { head: 'PATH', value: (c) => (c.from === null ? c.path : `${c.from} > ${c.path}`), shrink: true },
];

const baseOf = (given: string | undefined): 'head' | 'fork' => {
  if (given === undefined || given === 'head' || given === 'fork') return given ?? 'head';
  throw new Fault('invalid', `--base takes head or fork, not ${given}`);
};

function changes(program: Command): void {
  program
    .command('diff')
    .description('what a session changed in its working tree, as a unified diff')
    .argument('<session>')
    .argument('[path]', 'only this file or folder, from the top of the working tree')
    .option('--stat', 'the changed files with their lines instead')
    .option('--base <base>', '`head`: since the last commit; `fork`: since the branch left the default one', 'head')
    .option('--context <lines>', 'lines around each change', '3')
    .action(
      action(
        async (
          context,
          name: string,
          path: string | undefined,
          o: { stat?: boolean; base?: string; context: string },
        ) => {
          const hub = await context.hub();
          const base = baseOf(o.base);
          if (o.stat) {
            const status = await hub.call('git.status', { name, base });
            const within = (each: Change) =>
              path === undefined || each.path === path || each.path.startsWith(`${path}/`);
            const rows = status.changes.filter(within);
            if (context.asJson) json({ ...status, changes: rows });
            else out(rows.length > 0 ? table(rows, CHANGES) : 'nothing changed');
            if (status.truncated && !context.asJson) warn(dim('there are more changes than are shown'));
            return EXIT.ok;
          }
          const lines = Number(o.context);
          if (!Number.isInteger(lines) || lines < 0)
            throw new Fault('invalid', `--context takes a whole number, not ${o.context}`);
          const diff = await hub.call('git.diff', {
            name,
            base,
            context: lines,
            format: 'json',
            ...(path === undefined ? {} : { path }),
          });
          if (context.asJson) json(diff);
          else if (diff.text !== '') out(shownDiff(diff.text));
          if (diff.truncated && !context.asJson) warn(dim('it is longer; ask for one file to see the rest'));
          return EXIT.ok;
        },
      ),
    );

  program
    .command('files')
    .description("a session's working folder, or the text of a file in it")
    .argument('<session>')
    .argument('[path]', 'relative to the working folder')
    .option('--find <letters>', 'files whose path holds these letters in their order, best first')
    .action(
      action(async (context, name: string, path: string | undefined, o: { find?: string }) => {
        const hub = await context.hub();
        if (o.find !== undefined) {
          const found = await hub.call('files.find', { name, q: o.find });
          if (context.asJson) json(found);
          else if (found.length > 0) out(found.map((each) => plain(each.path)).join('\n'));
          return found.length > 0 ? EXIT.ok : EXIT.failed;
        }
        const listing = await hub.call('files.list', { name, path: path ?? '' }).catch((error: unknown) => {
          // A file, then.
          if (isFault(error, 'invalid') && path !== undefined) return null;
          throw error;
        });
        if (listing === null) {
          const file = await hub.call('files.read', { name, path: path ?? '' });
          if (context.asJson) json(file);
          else if (file.kind === 'text') process.stdout.write(tty ? `${shownText(file.text)}\n` : file.text);
          else throw new Fault('unsupported', `${file.path} is ${file.media || 'binary'}, ${file.size} bytes`);
          if (file.truncated && !context.asJson) warn(dim('it is longer; this is its beginning'));
          return EXIT.ok;
        }
        if (context.asJson) json(listing);
        else if (listing.entries.length === 0) out('nothing in it');
        else
          out(
            table(listing.entries, [
              {
                head: 'NAME',
                value: (e) => (e.kind === 'folder' ? `${e.name}/` : e.kind === 'link' ? `${e.name}@` : e.name),
                style: (e, text) => (e.ignored ? dim(text) : e.kind === 'folder' ? bold(text) : text),
                shrink: true,
              },
              { head: 'SIZE', value: (e) => (e.kind === 'folder' ? '' : String(e.size)) },
              { head: 'CHANGED', value: (e) => (e.modifiedAt === 0 ? '' : `${ago(e.modifiedAt)} ago`) },
            ]),
          );
        if (listing.truncated && !context.asJson) warn(dim('there are more than are shown'));
        return EXIT.ok;
      }),
    );
}

const shownText = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.split('\t').map(plain).join('\t'))
    .join('\n');

function worktrees(program: Command): void {
  const worktree = program.command('worktree').description('working trees of their own, so that agents do not collide');
  worktree
    .command('list')
    .alias('ls')
    .description("worktrees of the session's repository")
    .argument('<session>')
    .action(
      action(async (context, name: string) => {
        const rows = await (await context.hub()).call('git.worktrees', { name });
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              {
                head: 'BRANCH',
                value: (w) => w.branch ?? `(${w.head.slice(0, 7) || 'bare'})`,
                style: (_, t) => bold(t),
              },
              {
                head: 'CHANGED',
                value: (w) => (w.changed > 0 ? String(w.changed) : ''),
                style: (_, text) => yellow(text),
              },
              { head: 'UNMERGED', value: (w) => (w.unmerged > 0 && !w.main ? String(w.unmerged) : '') },
              { head: 'SESSIONS', value: (w) => w.sessions.join(', ') },
              {
                head: 'IS',
                value: (w) =>
                  [w.main ? 'main' : w.ours ? 'made here' : '', w.locked ? 'locked' : ''].filter(Boolean).join(', '),
              },
              { head: 'PATH', value: (w) => w.path, shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );

  worktree
    .command('isolate')
    .description('give a session a worktree and a branch of its own; it is started there again with its conversation')
    .argument('<session>')
    .option('--branch <name>', 'name of the branch (default: qd/SESSION)')
    .option('--carry', 'take uncommitted changes along; they stay where they are, too')
    .option('--as <name>', 'start a new session there and leave this one alone')
    .action(
      action(async (context, name: string, o: { branch?: string; carry?: boolean; as?: string }) => {
        const hub = await context.hub();
        const wish = {
          name,
          carry: o.carry ?? false,
          ...(o.branch === undefined ? {} : { branch: o.branch }),
          ...(o.as === undefined ? {} : { as: o.as }),
        };
        const made = await hub.call('git.isolate', wish, ISOLATE_MS);
        if (context.asJson) json(made);
        else
          out(
            [
              `${bold(made.session)} works in ${plain(made.path)} on ${bold(plain(made.branch))}`,
              ...made.recipe.map((line) => dim(`  ${plain(line)}`)),
            ].join('\n'),
          );
        return EXIT.ok;
      }),
    );

  worktree
    .command('remove')
    .description('remove a worktree; refused while it holds what is nowhere else')
    .argument('<session>', 'a session in the same repository')
    .argument('<path>', 'the worktree, as `qd worktree list` shows it')
    .option('--keep', 'first keep what is uncommitted as a commit on qd/kept/...')
    .action(
      action(async (context, name: string, path: string, o: { keep?: boolean }) => {
        const hub = await context.hub();
        const done = await hub.call('git.removeWorktree', { name, path, keep: o.keep ?? false }, REMOVE_MS);
        if (context.asJson) json(done);
        else
          out(
            done.kept === null
              ? `removed ${plain(done.path)}`
              : `removed ${plain(done.path)}; kept on ${bold(done.kept)}`,
          );
        return EXIT.ok;
      }),
    );
}

export function gitCommands(program: Command): void {
  changes(program);
  worktrees(program);
}
