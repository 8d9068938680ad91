/** `qd session ...`: start, see and steer sessions. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Session } from '../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../shared/fault.ts';
import { attach } from './attach.ts';
import type { Hub } from './connect.ts';
import { action, collect } from './context.ts';
import { ago, bold, type Column, dim, EXIT, json, out, plain, stateStyle, table } from './print.ts';

const home = homedir();
const short = (path: string) => (path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);

const stateWords = (s: Session): string =>
  [s.state, s.draft ? 'draft' : '', s.asks ? 'asks' : '', s.retrying ? 'retrying' : '', s.stalled ? 'stalled' : '']
    .filter(Boolean)
    .join(', ') + (s.state === 'exited' && s.exit?.status != null ? ` (${s.exit.status})` : '');

const COLUMNS: readonly Column<Session>[] = [
  { head: 'NAME', value: (s) => s.name, style: (_, text) => bold(text) },
  { head: 'AGENT', value: (s) => s.agent },
  { head: 'STATE', value: stateWords, style: (s, text) => stateStyle(s, text) },
  { head: 'FOR', value: (s) => ago(s.since) },
  { head: 'QUEUE', value: (s) => (s.queued ? String(s.queued) : '') },
  { head: 'FOLDER', value: (s) => short(s.cwd), shrink: true },
  { head: 'WHY', value: (s) => s.evidence[0]?.saw ?? '', style: (_, text) => dim(text), shrink: true },
];

/** Which machine each is on, as soon as one is elsewhere: names are not unique over machines. */
async function columnsFor(rows: readonly Session[], hub: Hub): Promise<readonly Column<Session>[]> {
  if (rows.every((row) => row.node === 'local')) return COLUMNS;
  // A limited token may see sessions and not the list of machines.
  const nodes = await hub.call('nodes.list', {}).catch((error: unknown) => {
    if (isFault(error, 'forbidden')) return [];
    throw error;
  });
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  const node: Column<Session> = { head: 'NODE', value: (s) => titles.get(s.node) ?? s.node };
  return COLUMNS.flatMap((column) => (column.head === 'NAME' ? [column, node] : [column]));
}

const envOf = (pairs: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Fault('invalid', `--env takes NAME=VALUE, not ${pair}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );

/** Folders are the user's own here only when the hub is on this machine; a remote hub resolves them itself. */
const folder = (path: string | undefined, remote: boolean) =>
  path === undefined || remote ? path : resolve(path.replace(/^~(?=\/|$)/, home));

const said = (session: Session, verb: string) =>
  `${verb} ${bold(session.name)} (${session.agent}, ${stateWords(session)}) in ${short(session.cwd)}`;

interface StartOptions {
  name?: string;
  cwd?: string;
  flags?: string;
  replaceFlags?: boolean;
  env?: string[];
  command?: string;
  init?: string[];
  skipInit?: boolean;
  resume?: string;
  skipPermissions?: boolean;
  tag?: string[];
  node?: string;
}

export function sessionCommands(program: Command): void {
  const session = program.command('session').alias('s').description('start, see and steer agents');

  session
    .command('start')
    .description('start an agent, a `shell`, or `custom` with --command')
    .argument('<agent>', 'claude, codex, gemini, opencode, qwen, ... (see: qd agent list)')
    .option('--name <name>', 'name of the session (default: the agent, numbered)')
    .option('--cwd <dir>', 'working folder (default: this one)')
    .option('--flags <flags>', "flags added to the agent's command")
    .option('--replace-flags', "use --flags instead of the agent's configured flags")
    .option('--env <K=V>', 'variable for the agent, beside those that the hub was started with (repeatable)', collect)
    .option('--command <cmd>', 'command line for `custom`, or instead of the agent program')
    .option('--init <text>', 'first prompt, fired again by restart (repeatable)', collect)
    .option('--skip-init', 'do not fire init prompts this time')
    .option('--resume <id>', 'continue a conversation: its id, or latest')
    .option('--skip-permissions', 'start the agent without permission dialogs')
    .option('--tag <tag>', 'tag (repeatable)', collect)
    .option('--node <node>', 'machine to run on', 'local')
    .action(
      action(async (context, agent: string, o: StartOptions) => {
        const remote = context.options.server !== undefined;
        const hub = await context.hub();
        const session = await hub.call('sessions.start', {
          agent,
          ...(o.name === undefined ? {} : { name: o.name }),
          ...(remote && o.cwd === undefined ? {} : { cwd: folder(o.cwd ?? process.cwd(), remote) }),
          flags: o.flags ?? '',
          flagsMode: o.replaceFlags ? 'replace' : 'append',
          env: envOf(o.env),
          ...(o.command === undefined ? {} : { command: o.command }),
          init: o.init ?? [],
          skipInit: o.skipInit ?? false,
          ...(o.resume === undefined ? {} : { resume: o.resume }),
          ...(o.skipPermissions === undefined ? {} : { skipPermissions: o.skipPermissions }),
          tags: o.tag ?? [],
          node: o.node ?? 'local',
        });
        if (context.asJson) json(session);
        else out(said(session, 'started'));
        return EXIT.ok;
      }),
    );

  session
    .command('list')
    .alias('ls')
    .description('all sessions with their states')
    .option('--archived', 'archived ones too')
    .action(
      action(async (context, o: { archived?: boolean }) => {
        const hub = await context.hub();
        const rows = await hub.call('sessions.list', { archived: o.archived ?? false });
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no sessions; start one with: qd session start claude');
        else out(table(rows, await columnsFor(rows, hub)));
        return EXIT.ok;
      }),
    );

  session
    .command('stop')
    .description('end a session and everything it started')
    .argument('<name>')
    .action(
      action(async (context, name: string) => {
        const result = await (await context.hub()).call('sessions.stop', { name });
        if (context.asJson) json(result);
        else out(`stopped ${result.name}`);
        return EXIT.ok;
      }),
    );

  session
    .command('restart')
    .description('start the agent anew in its session; init prompts fire again')
    .argument('<name>')
    .option('--skip-init', 'do not fire init prompts')
    .action(
      action(async (context, name: string, o: { skipInit?: boolean }) => {
        const row = await (await context.hub()).call('sessions.restart', { name, skipInit: o.skipInit ?? false });
        if (context.asJson) json(row);
        else out(said(row, 'restarted'));
        return EXIT.ok;
      }),
    );

  session
    .command('resume')
    .description('start the agent with a conversation of before')
    .argument('<name>')
    .argument('[conversation]', 'conversation id', 'latest')
    .action(
      action(async (context, name: string, conversationId: string) => {
        const row = await (await context.hub()).call('sessions.resume', { name, conversationId });
        if (context.asJson) json(row);
        else out(said(row, 'resumed'));
        return EXIT.ok;
      }),
    );

  session
    .command('edit')
    .description('rename a session or change how it starts')
    .argument('<name>')
    .option('--rename <name>')
    .option('--flags <flags>')
    .option('--cwd <dir>')
    .option('--env <K=V>', 'replaces the environment (repeatable)', collect)
    .option('--init <text>', 'replaces the init prompts (repeatable)', collect)
    .option('--tag <tag>', 'replaces the tags (repeatable)', collect)
    .option('--skip-permissions', 'start without permission dialogs')
    .option('--no-skip-permissions', 'start with permission dialogs')
    .option('--conversation <id>', 'bind another conversation')
    .option('--pause', 'hold its prompt queue')
    .option('--no-pause', 'let its prompt queue go on')
    .option('--apply', 'start the agent anew with the changes now')
    .action(
      action(
        async (
          context,
          name: string,
          o: StartOptions & { rename?: string; conversation?: string; pause?: boolean; apply?: boolean },
        ) => {
          const row = await (await context.hub()).call('sessions.edit', {
            name,
            ...(o.rename === undefined ? {} : { rename: o.rename }),
            ...(o.flags === undefined ? {} : { flags: o.flags }),
            ...(o.cwd === undefined ? {} : { cwd: folder(o.cwd, context.options.server !== undefined) }),
            ...(o.env === undefined ? {} : { env: envOf(o.env) }),
            ...(o.init === undefined ? {} : { init: o.init }),
            ...(o.tag === undefined ? {} : { tags: o.tag }),
            ...(o.skipPermissions === undefined ? {} : { skipPermissions: o.skipPermissions }),
            ...(o.conversation === undefined ? {} : { conversationId: o.conversation }),
            ...(o.pause === undefined ? {} : { paused: o.pause }),
            apply: o.apply ?? false,
          });
          if (context.asJson) json(row);
          else out(said(row, o.apply ? 'changed and started anew:' : 'changed'));
          return EXIT.ok;
        },
      ),
    );

  session
    .command('fork')
    .description('copy its conversation into a new session')
    .argument('<name>')
    .option('--as <name>', 'name of the new session')
    .option('--conversation <id>', 'another conversation than the bound one')
    .action(
      action(async (context, name: string, o: { as?: string; conversation?: string }) => {
        const row = await (await context.hub()).call('sessions.fork', {
          name,
          ...(o.as === undefined ? {} : { as: o.as }),
          ...(o.conversation === undefined ? {} : { conversationId: o.conversation }),
        });
        if (context.asJson) json(row);
        else out(said(row, `forked ${name} to`));
        return EXIT.ok;
      }),
    );

  for (const [verb, past, text] of [
    ['archive', 'archived', 'end the process, keep the session to wake it later'],
    ['wake', 'woke', 'bring an archived or lost session back'],
  ] as const) {
    session
      .command(verb)
      .description(text)
      .argument('<name>')
      .action(
        action(async (context, name: string) => {
          const row = await (await context.hub()).call(`sessions.${verb}`, { name });
          if (context.asJson) json(row);
          else out(said(row, past));
          return EXIT.ok;
        }),
      );
  }

  session
    .command('peek')
    .description('what its terminal shows')
    .argument('<name>')
    .option('--lines <n>', 'this many last lines, history included')
    .option('--ansi', 'with colours')
    .action(
      action(async (context, name: string, o: { lines?: string; ansi?: boolean }) => {
        const lines = o.lines === undefined ? undefined : Number(o.lines);
        if (lines !== undefined && !(Number.isInteger(lines) && lines > 0))
          throw new Fault('invalid', `--lines takes a whole number above 0, not ${o.lines}`);
        const screen = await (await context.hub()).call('sessions.screen', {
          name,
          format: o.ansi ? 'ansi' : 'text',
          ...(lines === undefined ? {} : { lines }),
        });
        if (context.asJson) json(screen);
        else out(o.ansi ? `${screen.text}\x1b[0m` : screen.text);
        return EXIT.ok;
      }),
    );

  session
    .command('attach')
    .description('the live terminal here; Ctrl-] leaves it')
    .argument('<name>')
    .option('--read-only', 'look, do not type')
    .action(
      action(async (context, name: string, o: { readOnly?: boolean }) => {
        const hub = await context.hub();
        return attach(hub, (await hub.call('sessions.get', { name })).name, o.readOnly ?? false);
      }),
    );

  session
    .command('history')
    .description("conversations in the session's folder, newest first")
    .argument('<name>')
    .option('--limit <n>', 'at most this many', '20')
    .action(
      action(async (context, name: string, o: { limit: string }) => {
        const rows = await (await context.hub()).call('sessions.conversations', { name, limit: Number(o.limit) });
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no conversations in this folder yet');
        else
          out(
            table(rows, [
              { head: 'ID', value: (c) => c.id },
              { head: 'AGE', value: (c) => ago(c.updatedAt) },
              { head: 'TURNS', value: (c) => String(c.turns) },
              { head: 'TOKENS', value: (c) => String(c.tokens.input + c.tokens.output) },
              { head: 'SESSION', value: (c) => c.session ?? '' },
              { head: 'TITLE', value: (c) => c.title, shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );

  session
    .command('adopt')
    .description('take over a tmux session of the same socket; without a name, list them')
    .argument('[tmux]', 'name of the tmux session')
    .option('--name <name>', 'name to give it')
    .option('--agent <agent>', 'which agent runs in it', 'custom')
    .action(
      action(async (context, tmux: string | undefined, o: { name?: string; agent: string }) => {
        const hub = await context.hub();
        if (tmux === undefined) {
          const rows = await hub.call('sessions.foreign', {});
          if (context.asJson) json(rows);
          else if (rows.length === 0) out('no foreign tmux sessions');
          else
            out(
              table(rows, [
                { head: 'NAME', value: (f) => f.name },
                { head: 'SOCKET', value: (f) => f.socket },
                { head: 'COMMAND', value: (f) => f.command },
                { head: 'FOLDER', value: (f) => short(f.cwd), shrink: true },
              ]),
            );
          return EXIT.ok;
        }
        const row = await hub.call('sessions.adopt', {
          tmux,
          agent: o.agent,
          ...(o.name === undefined ? {} : { name: o.name }),
        });
        if (context.asJson) json(row);
        else out(said(row, 'adopted'));
        return EXIT.ok;
      }),
    );

  session
    .command('restore')
    .description('what came back at the last start of the hub; --all brings the rest back')
    .argument('[names...]', 'sessions to bring back')
    .option('--all', 'bring every lost session back')
    .action(
      action(async (context, names: string[], o: { all?: boolean }) => {
        const hub = await context.hub();
        if (o.all || names.length > 0) {
          const rows = await hub.call('sessions.restore', o.all ? {} : { names });
          if (context.asJson) json(rows);
          else for (const row of rows) out(`${row.ok ? 'back' : 'failed'}  ${row.name}  ${plain(row.message)}`);
          return rows.every((row) => row.ok) ? EXIT.ok : EXIT.failed;
        }
        const report = await hub.call('sessions.restoreReport', {});
        if (context.asJson) json(report);
        else if (report.rows.length === 0) out('there was nothing to restore at the last start');
        else
          out(
            table(report.rows, [
              { head: 'NAME', value: (r) => r.name },
              { head: 'RESULT', value: (r) => r.result },
              { head: 'WHY', value: (r) => r.why, shrink: true },
              { head: 'RESTORE BY', value: (r) => r.restore },
            ]),
          );
        return EXIT.ok;
      }),
    );
}
