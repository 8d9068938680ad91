/** `qd node`: the machines that sessions run on, and what they ask before they let us in. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Node, NodeHealth, NodeQuestion } from '../../shared/contract/nodes.ts';
import { Fault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action } from './context.ts';
import { addHub, originOf } from './node-hub.ts';
import { find, number, portCommands } from './node-ports.ts';
import { ago, bold, cyan, dim, EXIT, green, json, out, plain, red, table, warn, yellow } from './print.ts';
import { askSecret } from './profiles-commands.ts';

const LOOK_MS = 200;
/** A machine that is being connected to has answered by then, or cannot be waited for. */
const WAIT_MS = 60_000;

interface Answering {
  /** Fingerprint that may be confirmed without asking. */
  readonly fingerprint?: string;
  readonly wait: boolean;
}

const stateText = (node: Node): string =>
  node.state === 'asking' ? `asks: ${node.question?.title ?? ''}` : node.state === 'live' ? 'live' : node.state;
const stateStyle = (node: Node, text: string): string =>
  node.state === 'live'
    ? green(text)
    : node.state === 'connecting'
      ? cyan(text)
      : node.state === 'unreachable'
        ? red(text)
        : yellow(text);

async function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** What the person says to one question; null declines. */
async function askHere(question: NodeQuestion, { fingerprint }: Answering): Promise<readonly string[] | null> {
  warn(bold(plain(question.title)));
  for (const line of question.text.split('\n')) if (line.trim() !== '') warn(`  ${plain(line)}`);
  if (question.fingerprint !== null) warn(`  ${question.fingerprint}`);
  if (question.kind === 'host-key') {
    if (fingerprint !== undefined) {
      if (question.fingerprint === fingerprint) return [];
      throw new Fault('refused', `the key is another than ${fingerprint}; nothing was sent`);
    }
    return (await askLine('Is that the right machine? (yes/no) ')).trim().toLowerCase() === 'yes' ? [] : null;
  }
  const answers: string[] = [];
  for (const { text, echo } of question.prompts) {
    const ask = `${plain(text).trim()} `;
    answers.push(await (echo ? askLine(ask) : askSecret(ask)));
  }
  return answers;
}

/** Until the machine is there, or it is known why not; questions are answered here when somebody sits here. */
async function settled(hub: Hub, id: string, how: Answering): Promise<Node> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const node = await find(hub, id);
    if (!how.wait) return node;
    if (node.question !== null) {
      const { question } = node;
      const known = question.kind === 'host-key' && how.fingerprint !== undefined;
      if (!process.stdin.isTTY && !known) return node;
      const answers = await askHere(question, how);
      await hub.call('nodes.answer', { node: id, question: question.id, answers: answers && [...answers] });
      continue;
    }
    if (node.state === 'live' || node.state === 'degraded') return node;
    // What is tried again by itself soon may still come.
    if (node.state === 'unreachable' && (node.retryAt === null || Date.now() > until - WAIT_MS + 5000)) return node;
    if (Date.now() > until) return node;
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
  }
}

function tell(node: Node): number {
  const where = node.address === '' ? '' : ` (${node.address})`;
  const runs = node.hub === undefined ? `tmux ${node.tmux ?? '?'}` : `Quarterdeck ${node.hub.version}`;
  if (node.state === 'live') out(`${green('live')}  ${node.title}${where}, ${runs}`);
  else out(`${stateStyle(node, node.state)}  ${node.title}${where}: ${plain(node.question?.title ?? node.problem)}`);
  if (node.question !== null) warn(dim(`answer with: qd node connect ${node.title}`));
  return node.state === 'live'
    ? EXIT.ok
    : node.state === 'connecting' || node.state === 'asking'
      ? EXIT.notReached
      : EXIT.failed;
}

const bytes = (value: number): string => `${(value / 2 ** 30).toFixed(1)} GiB`;

function tellHealth(health: NodeHealth): void {
  const { node } = health;
  const say = (name: string, value: string | null) =>
    value !== null && value !== '' && out(`${dim(name.padEnd(9))} ${plain(value)}`);
  tell(node);
  say('id', node.id);
  if (node.hub !== undefined) {
    say('key', node.hub.fingerprint);
    say('heard of', `${ago(node.hub.beatAt)} ago`);
  }
  say('system', health.system);
  say('server', health.server);
  say('latency', node.latencyMs === null ? null : `${node.latencyMs.toFixed(1)} ms`);
  say('load', health.load === null ? null : `${health.load}${health.cpus === null ? '' : ` on ${health.cpus} CPUs`}`);
  say('memory', health.memory && `${bytes(health.memory.free)} of ${bytes(health.memory.total)} free`);
  say('disk', health.disk && `${bytes(health.disk.free)} of ${bytes(health.disk.total)} free`);
  say('clock', health.clockSkewMs === null ? null : `${health.clockSkewMs} ms from ours`);
  say('sessions', String(node.sessions));
  for (const agent of health.agents) say('agent', `${agent.key} ${agent.version ?? ''} ${agent.path}`);
}

function tellChecks(checks: NodeHealth['checks']): number {
  for (const { name, result, message, hint } of checks) {
    const mark = result === 'pass' ? green('pass') : result === 'warn' ? yellow('warn') : red('fail');
    out(`${mark}  ${name}: ${plain(message)}${hint === undefined ? '' : `\n      ${dim(plain(hint))}`}`);
  }
  return checks.some(({ result }) => result === 'fail') ? EXIT.failed : EXIT.ok;
}

function machines(group: Command): void {
  group
    .command('list', { isDefault: true })
    .description('all machines')
    .option('--all', 'also hubs that were here once and have not been heard of for an hour')
    .action(
      action(async (context, o: { all?: boolean }) => {
        const rows = await (await context.hub()).call('nodes.list', o.all ? { all: true } : {});
        if (context.asJson) json(rows);
        else {
          out(
            table(rows, [
              { head: 'NODE', value: (n) => n.title, style: (_, text) => bold(text) },
              { head: 'STATE', value: stateText, style: stateStyle, shrink: true },
              { head: 'KIND', value: (n) => n.kind },
              { head: 'ADDRESS', value: (n) => n.address || 'this machine', shrink: true },
              { head: 'VERSION', value: (n) => n.hub?.version ?? (n.tmux === null ? '' : `tmux ${n.tmux}`) },
              { head: 'SESSIONS', value: (n) => String(n.sessions) },
              { head: 'MS', value: (n) => n.latencyMs?.toFixed(0) ?? '' },
              { head: 'SINCE', value: (n) => ago(n.since) },
            ]),
          );
          for (const n of rows) if (n.problem !== '') warn(yellow(`${n.title}: ${plain(n.problem)}`));
        }
        return EXIT.ok;
      }),
    );
  group
    .command('add')
    .description('add a machine that is reached by ssh; nothing needs to be installed there but tmux')
    .argument(
      '<host>',
      'host, user@host:port, or a name of your ~/.ssh/config; with --hub its address, http://host:4097',
    )
    .option('--hub', 'a hub runs there: its token is asked, or read from standard input or QD_NODE_TOKEN')
    .option('--through <machine>', 'with --hub: a node over ssh, or user@host, from which that address is reached')
    .option('--title <title>', 'a name for people')
    .option('--identity <file>', 'private key that is tried first')
    .option('--jump <hosts>', 'jump hosts, as ProxyJump takes them')
    .option('--fingerprint <sha256>', 'confirm this host key without asking')
    .option('--no-wait', 'do not wait until it is there')
    .action(
      action(
        async (
          context,
          host: string,
          o: {
            hub?: boolean;
            through?: string;
            title?: string;
            identity?: string;
            jump?: string;
            fingerprint?: string;
            wait: boolean;
          },
        ) => {
          const hub = await context.hub();
          const { title, identity, jump, fingerprint, through } = o;
          if (through !== undefined && o.hub !== true) throw new Fault('invalid', '--through is for --hub');
          if (o.hub === true && title !== undefined) throw new Fault('invalid', 'a hub says itself what it is called');
          const reach = async (to: string, wait: boolean) => {
            const made = await hub.call('nodes.add', {
              host: to,
              ...(title === undefined ? {} : { title }),
              ...(identity === undefined ? {} : { identity }),
              ...(jump === undefined ? {} : { jump }),
            });
            return settled(hub, made.id, { wait, ...(fingerprint === undefined ? {} : { fingerprint }) });
          };
          const node =
            o.hub === true
              ? await addHub(hub, { url: host, through }, (to) => reach(to, true))
              : await reach(host, o.wait);
          if (context.asJson) json(node);
          const code = context.asJson ? EXIT.ok : tell(node);
          return o.wait ? code : EXIT.ok;
        },
      ),
    );
  group
    .command('connect')
    .description('try to reach a machine now, and answer what it asks')
    .argument('<node>', 'title or id')
    .option('--fingerprint <sha256>', 'confirm this host key without asking')
    .action(
      action(async (context, wanted: string, o: { fingerprint?: string }) => {
        const hub = await context.hub();
        const before = await find(hub, wanted);
        if (before.question === null) await hub.call('nodes.connect', { node: before.id });
        const { fingerprint } = o;
        const node = await settled(hub, before.id, {
          wait: true,
          ...(fingerprint === undefined ? {} : { fingerprint }),
        });
        if (context.asJson) json(node);
        return context.asJson ? EXIT.ok : tell(node);
      }),
    );
  group
    .command('disconnect')
    .description('take a machine offline until it is connected to again; what runs there goes on')
    .argument('<node>', 'title or id')
    .action(
      action(async (context, wanted: string) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const node = await hub.call('nodes.disconnect', { node: id });
        if (context.asJson) json(node);
        else out(`${node.title} is offline; bring it back with: qd node connect ${node.title}`);
        return EXIT.ok;
      }),
    );
  group
    .command('remove')
    .alias('rm')
    .description('forget a machine; what runs there goes on running')
    .argument('<node>', 'title or id')
    .option('--force', 'even though sessions are there: they leave the list')
    .action(
      action(async (context, wanted: string, o: { force?: boolean }) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const removed = await hub.call('nodes.remove', { node: id, force: o.force === true });
        if (context.asJson) json(removed);
        else out(`removed ${removed.title}`);
        return EXIT.ok;
      }),
    );
  group
    .command('status')
    .description('how a machine is')
    .argument('[node]', 'title or id; this machine when left out', 'local')
    .option('--deep', 'its agents and their versions too')
    .action(
      action(async (context, wanted: string, o: { deep?: boolean }) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const health = await hub.call('nodes.status', { node: id, deep: o.deep === true });
        if (context.asJson) json(health);
        else tellHealth(health);
        return health.node.reachable ? EXIT.ok : EXIT.failed;
      }),
    );
  group
    .command('doctor')
    .description('check everything that Quarterdeck needs on a machine; exit 1 when something fails')
    .argument('[node]', 'title or id; this machine when left out', 'local')
    .action(
      action(async (context, wanted: string) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const checks = await hub.call('nodes.doctor', { node: id });
        if (context.asJson) json(checks);
        return context.asJson ? EXIT.ok : tellChecks(checks);
      }),
    );
}

interface EditOptions {
  readonly title?: string;
  readonly user?: string;
  readonly port?: string;
  readonly identity?: string;
  readonly jump?: string;
  readonly url?: string;
  readonly fingerprint?: string;
  readonly wait: boolean;
}

function ways(group: Command): void {
  group
    .command('hosts')
    .description("machines that the hub's ssh configuration names: qd node add NAME adds one")
    .action(
      action(async (context) => {
        const hub = await context.hub();
        const rows = await hub.call('nodes.hosts', {});
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('the ssh configuration names no host');
        else {
          const titles = new Map((await hub.call('nodes.list', {})).map(({ id, title }) => [id, title]));
          out(
            table(rows, [
              { head: 'HOST', value: (h) => h.alias, style: (_, text) => bold(text) },
              {
                head: 'ADDRESS',
                value: (h) => `${h.user}@${h.host}${h.port === 22 ? '' : `:${h.port}`}`,
                shrink: true,
              },
              { head: 'THROUGH', value: (h) => h.via.join(', '), shrink: true },
              { head: 'NODE', value: (h) => (h.node === null ? '' : (titles.get(h.node) ?? h.node)) },
            ]),
          );
          for (const h of rows) if (h.problem !== null) warn(yellow(`${plain(h.alias)}: ${plain(h.problem)}`));
        }
        return EXIT.ok;
      }),
    );
  group
    .command('edit')
    .description('change how a machine is called or reached; "none" takes a value away')
    .argument('<node>', 'title or id')
    .option('--title <title>', 'a name for people')
    .option('--user <user>', 'who to log in as')
    .option('--port <port>', 'port of its ssh server')
    .option('--identity <file>', 'private key that is tried first')
    .option('--jump <hosts>', 'jump hosts, as ProxyJump takes them')
    .option('--url <url>', 'address of a hub that was added')
    .option('--fingerprint <sha256>', 'confirm this host key without asking')
    .option('--no-wait', 'do not wait until it is there')
    .action(
      action(async (context, wanted: string, { title, wait, fingerprint, ...o }: EditOptions) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const orNone = (name: 'user' | 'identity' | 'jump') => {
          const text = o[name];
          return text === undefined ? {} : { [name]: text === 'none' ? null : text };
        };
        const made = await hub.call('nodes.edit', {
          node: id,
          ...(title === undefined ? {} : { title }),
          ...(o.port === undefined ? {} : { port: o.port === 'none' ? null : number(o.port, 'port') }),
          ...orNone('user'),
          ...orNone('identity'),
          ...orNone('jump'),
          ...(o.url === undefined ? {} : { url: originOf(o.url) }),
        });
        const how = { wait: wait && made.reason !== 'offline', ...(fingerprint === undefined ? {} : { fingerprint }) };
        const node = await settled(hub, id, how);
        if (context.asJson) json(node);
        else out(`changed ${node.title}`);
        return context.asJson || !how.wait ? EXIT.ok : tell(node);
      }),
    );
}

export function nodeCommands(program: Command): void {
  const group = program.command('node').description('machines that sessions run on');
  machines(group);
  ways(group);
  portCommands(group);
}
