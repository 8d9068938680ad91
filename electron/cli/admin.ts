/** `qd token|user|agent|usage`: who may do what, and which agents there are. */
import type { Command } from 'commander';
import type { Scope } from '../../shared/contract/define.ts';
import { SCOPES } from '../../shared/contract/define.ts';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { pairCommand } from './pair.ts';
import { ago, dim, EXIT, green, json, out, table } from './print.ts';
import { askSecret } from './profiles-commands.ts';

export function scopesOf(text: string): Scope[] {
  const scopes = text
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean);
  const wrong = scopes.filter((s) => !(SCOPES as readonly string[]).includes(s));
  if (wrong.length > 0 || scopes.length === 0)
    throw new Fault(
      'invalid',
      `--scope takes ${SCOPES.join(', ')}, separated by commas${wrong.length ? `; not ${wrong.join(', ')}` : ''}`,
    );
  return scopes as Scope[];
}

function tokens(program: Command): void {
  const token = program.command('token').description('tokens for scripts and other machines');
  token
    .command('create')
    .description('mint a token; it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scope <scopes>', `comma-separated: ${SCOPES.join(', ')}`)
    .option('--session <names>', 'only these sessions, comma-separated')
    .option('--days <n>', 'ends after this many days')
    .option('--user <user>', 'whose token it is (as admin)')
    .action(
      action(async (context, o: { name: string; scope: string; session?: string; days?: string; user?: string }) => {
        const hub = await context.hub();
        const names = o.session?.split(',').filter(Boolean);
        const sessions = names
          ? await Promise.all(names.map(async (name) => (await hub.call('sessions.get', { name })).id))
          : null;
        const days = o.days === undefined ? undefined : Number(o.days);
        if (days !== undefined && !(days > 0))
          throw new Fault('invalid', `--days takes a number above 0, not ${o.days}`);
        const made = await hub.call('auth.addToken', {
          name: o.name,
          scopes: scopesOf(o.scope),
          sessions,
          ...(days === undefined ? {} : { expiresIn: Math.round(days * 86_400) }),
          ...(o.user === undefined ? {} : { user: o.user }),
        });
        if (context.asJson) json({ id: made.id, token: made.token });
        else out(`${made.token}\n${dim('It is not shown again. Revoke it with:')} qd token revoke ${made.id}`);
        return EXIT.ok;
      }),
    );
  token
    .command('list')
    .description('tokens, never their secrets')
    .action(
      action(async (context) => {
        const rows = await (await context.hub()).call('auth.tokens', {});
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no tokens');
        else
          out(
            table(rows, [
              { head: 'ID', value: (t) => t.id },
              { head: 'NAME', value: (t) => t.name, shrink: true },
              { head: 'USER', value: (t) => t.user },
              { head: 'SCOPES', value: (t) => t.scopes.join(',') },
              { head: 'USED', value: (t) => (t.lastUsedAt === null ? 'never' : `${ago(t.lastUsedAt)} ago`) },
              {
                head: 'ENDS',
                value: (t) => (t.expiresAt === null ? '' : new Date(t.expiresAt).toISOString().slice(0, 10)),
              },
            ]),
          );
        return EXIT.ok;
      }),
    );
  token
    .command('revoke')
    .description('revoke a token; its open connections are cut')
    .argument('<id>')
    .action(
      action(async (context, id: string) => {
        const result = await (await context.hub()).call('auth.removeToken', { id });
        if (context.asJson) json(result);
        else out('revoked');
        return EXIT.ok;
      }),
    );
}

function users(program: Command): void {
  const user = program.command('user').description('people who may sign in');
  user
    .command('list')
    .description('all users')
    .action(
      action(async (context) => {
        const rows = await (await context.hub()).call('auth.users', {});
        if (context.asJson) json(rows);
        else if (rows.length === 0)
          out('no users yet; open the setup link that the hub printed, or: qd user add NAME --admin');
        else
          out(
            table(rows, [
              { head: 'NAME', value: (u) => u.name },
              { head: 'SCOPES', value: (u) => u.scopes.join(',') },
              { head: 'LAST SIGN-IN', value: (u) => (u.lastLoginAt === null ? 'never' : `${ago(u.lastLoginAt)} ago`) },
            ]),
          );
        return EXIT.ok;
      }),
    );
  user
    .command('add')
    .description('add a user; the passphrase is asked for, or read from standard input')
    .argument('<name>')
    .option('--admin', 'with every scope')
    .option('--scope <scopes>', 'comma-separated scopes', 'read,type,approve,run')
    .action(
      action(async (context, name: string, o: { admin?: boolean; scope: string }) => {
        const passphrase = await askSecret(`Passphrase for ${name}: `);
        const made = await (await context.hub()).call('auth.addUser', {
          name,
          passphrase,
          scopes: o.admin ? [...SCOPES] : scopesOf(o.scope),
        });
        if (context.asJson) json(made);
        else out(`added ${made.name} (${made.scopes.join(', ')})`);
        return EXIT.ok;
      }),
    );
  user
    .command('passphrase')
    .description("change a passphrase; revokes that user's tokens")
    .argument('<name>')
    .action(
      action(async (context, name: string) => {
        const passphrase = await askSecret(`New passphrase for ${name}: `);
        const changed = await (await context.hub()).call('auth.editUser', { name, passphrase });
        if (context.asJson) json(changed);
        else out(`changed; every token of ${changed.name} is revoked`);
        return EXIT.ok;
      }),
    );
  user
    .command('remove')
    .description('remove a user and revoke their tokens')
    .argument('<name>')
    .action(
      action(async (context, name: string) => {
        const result = await (await context.hub()).call('auth.removeUser', { name });
        if (context.asJson) json(result);
        else out(`removed ${name}`);
        return EXIT.ok;
      }),
    );
  pairCommand(user);
}

function agents(program: Command): void {
  const agent = program.command('agent').description('agent programs on this machine');
  agent
    .command('list')
    .description('every agent, installed or not')
    .option('--refresh', 'look again')
    .action(
      action(async (context, o: { refresh?: boolean }) => {
        const rows = await (await context.hub()).call('agents.list', o.refresh ? { refresh: true } : {});
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              { head: 'AGENT', value: (a) => a.key },
              {
                head: 'INSTALLED',
                value: (a) => (a.installed ? (a.version ?? 'yes') : 'no'),
                style: (a, text) => (a.installed ? green(text) : dim(text)),
              },
              { head: 'HOOKS', value: (a) => a.hooks ?? '' },
              { head: 'PATH OR HOW TO INSTALL', value: (a) => a.path ?? a.install ?? '', shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );
  agent
    .command('hooks')
    .description('let an agent tell its state by its own hooks; shows the change first')
    .argument('<agent>')
    .option('--install', 'make the change')
    .option('--remove', 'take it back')
    .action(
      action(async (context, name: string, o: { install?: boolean; remove?: boolean }) => {
        const entry = o.install ? 'agents.installHooks' : o.remove ? 'agents.removeHooks' : 'agents.hookPlan';
        const view = await (await context.hub()).call(entry, { agent: name });
        if (context.asJson) json(view);
        else {
          out(
            view.state === null
              ? `${view.agent} has no hooks that Quarterdeck knows`
              : `${view.agent}: hooks ${view.state}  ${dim(view.plan?.file ?? '')}`,
          );
          if (view.plan?.diff) out(view.plan.diff);
          if (view.plan?.note) out(view.plan.note);
          if (entry === 'agents.hookPlan' && view.plan?.diff)
            out(dim(`make this change with: qd agent hooks ${view.agent} --install`));
        }
        return EXIT.ok;
      }),
    );
  agent
    .command('conversations')
    .description('conversations on this machine, newest first')
    .option('--agent <agent>')
    .option('--cwd <dir>')
    .option('--limit <n>', 'at most this many', '30')
    .action(
      action(async (context, o: { agent?: string; cwd?: string; limit: string }) => {
        const rows = await (await context.hub()).call('agents.conversations', {
          ...(o.agent ? { agent: o.agent } : {}),
          ...(o.cwd ? { cwd: o.cwd } : {}),
          limit: Number(o.limit),
        });
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no conversations found');
        else
          out(
            table(rows, [
              { head: 'AGENT', value: (c) => c.agent },
              { head: 'ID', value: (c) => c.id, shrink: true },
              { head: 'AGE', value: (c) => ago(c.updatedAt) },
              { head: 'TURNS', value: (c) => String(c.turns) },
              { head: 'TITLE', value: (c) => c.title, shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );
  program
    .command('usage')
    .description('tokens and cost')
    .option('--by <what>', 'day, agent, model, conversation or turn', 'day')
    .option('--agent <agent>')
    .action(
      action(async (context, o: { by: string; agent?: string }) => {
        const kinds = ['day', 'agent', 'model', 'conversation', 'turn'] as const;
        const by = kinds.find((kind) => kind === o.by);
        if (!by) throw new Fault('invalid', `--by takes ${kinds.join(', ')}, not ${o.by}`);
        const rows = await (await context.hub()).call('agents.usage', { by, ...(o.agent ? { agent: o.agent } : {}) });
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no usage found yet');
        else
          out(
            table(rows, [
              { head: by.toUpperCase(), value: (u) => u.key, shrink: true },
              { head: 'TURNS', value: (u) => String(u.turns) },
              { head: 'IN', value: (u) => String(u.tokens.input) },
              { head: 'OUT', value: (u) => String(u.tokens.output) },
              { head: 'CACHE READ', value: (u) => String(u.tokens.cacheRead) },
              {
                head: 'COST',
                value: (u) =>
                  u.cost === null ? 'unknown' : `${u.costPartial ? 'at least ' : ''}$${u.cost.toFixed(2)}`,
              },
            ]),
          );
        return EXIT.ok;
      }),
    );
}

export function adminCommands(program: Command): void {
  tokens(program);
  users(program);
  agents(program);
}
