/** `qd channel`: messages between people and agents. */
import type { Command } from 'commander';
import type { Channel, Message } from '../../shared/contract/channels.ts';
import { Fault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action, type Context } from './context.ts';
import { ago, bold, dim, EXIT, json, out, plain, table, warn, yellow } from './print.ts';
import { count, plainLines, textOf } from './text.ts';

const FOLLOW_MS = 1000;
const PAGE = 500;

/** How many messages of a channel the caller has not seen. */
async function unreadBy(hub: Hub): Promise<(channel: Channel) => number> {
  const me = await hub.call('auth.me', {});
  return (channel) => {
    const people = channel.members.filter((m) => m.kind === 'user');
    const own =
      me.via === 'agent'
        ? channel.members.find((m) => m.kind === 'session' && me.sessions?.includes(m.id))
        : // At the machine itself one is `local`, or the only person there is.
          (people.find((m) => m.id === me.user) ?? (me.via === 'local' && people.length === 1 ? people[0] : undefined));
    return own ? channel.last - own.read : 0;
  };
}

/** `@who` is somebody, `#name` a channel, a bare word the channel of that name or else somebody. */
async function target(hub: Hub, given: string): Promise<{ channel: string } | { to: string }> {
  if (given.startsWith('#')) return { channel: given.slice(1) };
  if (given.startsWith('@')) return { to: given.slice(1) };
  const all = await hub.call('channels.list', { archived: true });
  return all.some((c) => c.id === given || (c.kind === 'group' && c.name === given))
    ? { channel: given }
    : { to: given };
}
/** A channel to look at; `@who` is the conversation with somebody. */
async function place(hub: Hub, given: string): Promise<string> {
  const found = await target(hub, given);
  return 'channel' in found ? found.channel : `@${found.to}`;
}

const nameOf = (channel: Channel): string =>
  channel.kind === 'group' ? channel.name : channel.name.replace(' + ', ' and ');

function show(message: Message): void {
  const who = message.by.kind === 'session' ? `session ${message.by.name}` : message.by.name;
  const answer = message.replyTo === null ? '' : `, answers ${message.replyTo}`;
  out(`${bold(plain(who))} ${dim(`${message.n}${answer}, ${ago(message.at)} ago`)}`);
  for (const line of plainLines(message.text).split('\n')) out(`  ${line}`);
  for (const d of message.deliveries) {
    if (d.state !== 'confirmed')
      out(`  ${dim(`to ${plain(d.session)}: ${d.state}${d.reason ? `, ${plain(d.reason)}` : ''}`)}`);
  }
}

async function sent(context: Context, message: Message): Promise<void> {
  if (context.asJson) return json(message);
  out(
    `sent as ${message.n}${message.deliveries.length === 0 ? '; brought to no agent: it stands there to be read' : ''}`,
  );
  for (const d of message.deliveries) {
    const line = `  ${plain(d.session)}: ${d.state}${d.reason ? `, ${plain(d.reason)}` : ''}`;
    if (d.state === 'stopped' || d.state === 'failed') warn(line);
    else out(line);
  }
}

async function follow(context: Context, hub: Hub, channel: string, from: number): Promise<never> {
  let seen = from;
  for (;;) {
    await new Promise((wake) => setTimeout(wake, FOLLOW_MS));
    const page = await hub.call('channels.messages', { channel, limit: PAGE });
    for (const message of page.filter((each) => each.n > seen).reverse()) {
      if (context.asJson) out(JSON.stringify(message));
      else show(message);
      seen = message.n;
    }
    if ((page[0]?.n ?? 0) > from) await hub.call('channels.read', { channel, n: seen });
  }
}

export function channelCommands(program: Command): void {
  const channel = program.command('channel').description('messages between people and agents');

  channel
    .command('list')
    .description('your channels, with what is unread')
    .option('--all', 'archived ones too')
    .action(
      action(async (context, o: { all?: boolean }) => {
        const hub = await context.hub();
        const rows = await hub.call('channels.list', { archived: o.all ?? false });
        const unread = await unreadBy(hub);
        if (context.asJson) json(rows.map((row) => ({ ...row, unread: unread(row) })));
        else if (rows.length === 0) out('no channels yet; write to somebody with: qd channel send WHO TEXT');
        else
          out(
            table(rows, [
              { head: 'CHANNEL', value: nameOf },
              { head: 'UNREAD', value: (c) => String(unread(c) || ''), style: (_, text) => yellow(text) },
              { head: 'LAST', value: (c) => (c.lastAt === null ? '' : ago(c.lastAt)) },
              {
                head: 'MEMBERS',
                value: (c) => c.members.map((m) => (m.gone ? `${m.name} (gone)` : m.name)).join(', '),
                shrink: true,
              },
              { head: 'SAID', value: (c) => c.preview, shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );

  channel
    .command('create')
    .description('open a group')
    .argument('<name>', 'lower-case letters, digits, - and _')
    .argument('[members...]', 'users and sessions')
    .option('--topic <text>', 'what it is for')
    .action(
      action(async (context, name: string, members: string[], o: { topic?: string }) => {
        const made = await (await context.hub()).call('channels.create', { name, members, topic: o.topic ?? '' });
        if (context.asJson) json(made);
        else out(`${made.name} with ${made.members.map((m) => plain(m.name)).join(', ')}`);
        return EXIT.ok;
      }),
    );

  channel
    .command('show')
    .description('what was said; marks it as read')
    .argument('<channel>', 'a group, or @who for a conversation')
    .option('--limit <n>', 'so many messages', '30')
    .option('--before <n>', 'only older ones than this number')
    .option('--follow', 'go on with what comes')
    .action(
      action(async (context, given: string, o: { limit: string; before?: string; follow?: boolean }) => {
        const hub = await context.hub();
        const where = await place(hub, given);
        const before = count(o.before, '--before');
        const limit = count(o.limit, '--limit') ?? 30;
        const page = await hub.call('channels.messages', {
          channel: where,
          limit,
          ...(before !== undefined && { before }),
        });
        const rows = [...page].reverse();
        if (context.asJson && !o.follow) json(rows);
        else if (context.asJson) for (const row of rows) out(JSON.stringify(row));
        else if (rows.length === 0) out('nothing was said yet');
        else for (const row of rows) show(row);
        const newest = page[0]?.n ?? 0;
        if (before === undefined && newest > 0) await hub.call('channels.read', { channel: where, n: newest });
        if (o.follow) return await follow(context, hub, where, newest);
        return EXIT.ok;
      }),
    );

  channel
    .command('send')
    .description('say something; in a group @name brings it to an agent, @all to every one')
    .argument('<to>', 'a group, a user or a session; @name is never a group')
    .argument('[text...]', 'the message; - reads standard input')
    .option('--reply <n>', 'number of the message that it answers')
    .option('--file <file>', 'read the message from a file')
    .option('--id <id>', 'your own id: the same id twice is the same message')
    .action(
      action(async (context, given: string, words: string[], o: { reply?: string; file?: string; id?: string }) => {
        const text = await textOf(words, o.file);
        const replyTo = count(o.reply, '--reply') ?? null;
        const hub = await context.hub();
        const message = await hub.call('channels.send', {
          ...(await target(hub, given)),
          text,
          replyTo,
          ...(o.id !== undefined && { id: o.id }),
        });
        await sent(context, message);
        return message.deliveries.some((d) => d.state === 'stopped' || d.state === 'failed') ? EXIT.failed : EXIT.ok;
      }),
    );

  for (const [name, field, says] of [
    ['add', 'add', 'take somebody into a group'],
    ['remove', 'remove', 'take somebody out of a group'],
  ] as const) {
    channel
      .command(name)
      .description(says)
      .argument('<channel>')
      .argument('<who...>', 'users and sessions')
      .action(
        action(async (context, given: string, who: string[]) => {
          const group = given.replace(/^#/, '');
          const changed = await (await context.hub()).call('channels.edit', { channel: group, [field]: who });
          if (context.asJson) json(changed);
          else out(`${changed.name} has ${changed.members.map((m) => plain(m.name)).join(', ')}`);
          return EXIT.ok;
        }),
      );
  }

  channel
    .command('edit')
    .description('name, topic, archive')
    .argument('<channel>')
    .option('--name <name>', 'a new name')
    .option('--topic <text>', 'what it is for')
    .option('--archive', 'put it away')
    .option('--restore', 'bring it back')
    .action(
      action(
        async (context, given: string, o: { name?: string; topic?: string; archive?: boolean; restore?: boolean }) => {
          if (o.archive && o.restore) throw new Fault('invalid', 'give --archive or --restore, not both');
          const changed = await (await context.hub()).call('channels.edit', {
            channel: given.replace(/^#/, ''),
            ...(o.name !== undefined && { name: o.name }),
            ...(o.topic !== undefined && { topic: o.topic }),
            ...((o.archive || o.restore) && { archived: o.archive === true }),
          });
          if (context.asJson) json(changed);
          else out(`${changed.name}${changed.archived ? ', archived' : ''}`);
          return EXIT.ok;
        },
      ),
    );

  channel
    .command('read')
    .description('mark as read, up to a message or all')
    .argument('<channel>', 'a group, or @who')
    .argument('[n]', 'number of a message')
    .action(
      action(async (context, given: string, n: string | undefined) => {
        const hub = await context.hub();
        const where = await place(hub, given);
        const upTo = count(n, 'read') ?? (await hub.call('channels.messages', { channel: where, limit: 1 }))[0]?.n ?? 0;
        const row = await hub.call('channels.read', { channel: where, n: upTo });
        if (context.asJson) json({ ...row, unread: (await unreadBy(hub))(row) });
        return EXIT.ok;
      }),
    );

  channel
    .command('search')
    .description('messages that hold all of the words, newest first')
    .argument('<words...>')
    .option('--limit <n>', 'so many at most', '50')
    .action(
      action(async (context, words: string[], o: { limit: string }) => {
        const hub = await context.hub();
        const limit = count(o.limit, '--limit') ?? 50;
        const found = await hub.call('channels.search', { q: words.join(' '), limit });
        if (context.asJson) {
          json(found);
          return EXIT.ok;
        }
        const all = new Map((await hub.call('channels.list', { archived: true })).map((c) => [c.id, nameOf(c)]));
        if (found.length === 0) out('nothing found');
        for (const message of found) {
          out(dim(plain(all.get(message.channel) ?? message.channel)));
          show(message);
        }
        return EXIT.ok;
      }),
    );
}
