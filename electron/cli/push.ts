/** `qd push`: devices that are told by web push, and whether they really were. */
import type { Command } from 'commander';
import type { PushDevice, PushMessage } from '../../shared/contract/push.ts';
import { Fault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action } from './context.ts';
import { ago, bold, dim, EXIT, green, json, out, plain, red, table, warn, yellow } from './print.ts';

const since = (at: number | null): string => (at === null ? 'never' : `${ago(at)} ago`);

/** What is known of a message, from the strongest evidence down. */
function became(m: PushMessage | null): string {
  if (m === null) return 'nothing sent yet';
  if (m.openedAt !== null) return `opened ${since(m.openedAt)}`;
  if (m.shownAt !== null) return `shown ${since(m.shownAt)}`;
  if (m.status === 'sent') return `sent ${since(m.sentAt)}, not confirmed`;
  return m.problem === '' ? m.status : `${m.status}: ${plain(m.problem)}`;
}

/** A device by its id or its name. */
async function find(hub: Hub, wanted: string): Promise<PushDevice> {
  const all = await hub.call('push.devices', {});
  const found = all.filter((d) => d.id === wanted);
  const named = found.length > 0 ? found : all.filter((d) => d.name === wanted);
  const [first, ...others] = named;
  if (!first) throw new Fault('not-found', `there is no device ${wanted}; see: qd push devices`);
  if (others.length > 0) {
    const candidates = named.map((d) => `${d.id}  ${d.name} (${d.user})`);
    throw new Fault('ambiguous', `several devices are named ${wanted}; give an id`, { candidates });
  }
  return first;
}

const WAIT_MS = 20_000;
const LOOK_MS = 300;
/** Until the device itself says that it showed it, or it is known that it will not. */
async function settled(hub: Hub, first: PushMessage): Promise<PushMessage> {
  const until = Date.now() + WAIT_MS;
  let message = first;
  while (message.shownAt === null && message.status !== 'failed' && Date.now() < until) {
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
    const all = await hub.call('push.messages', { device: first.device, limit: 20 });
    message = all.find(({ id }) => id === first.id) ?? message;
  }
  return message;
}

export function pushCommands(program: Command): void {
  const group = program.command('push').description('devices that are told when a session needs you');
  group
    .command('devices', { isDefault: true })
    .description('all devices, and what became of the last message to each')
    .action(
      action(async (context) => {
        const rows = await (await context.hub()).call('push.devices', {});
        if (context.asJson) json(rows);
        else if (rows.length === 0)
          out(dim('no devices yet; open Quarterdeck on your phone: Settings, Notifications on this device'));
        else {
          out(
            table(rows, [
              { head: 'DEVICE', value: (d) => d.name, style: (_, text) => bold(text), shrink: true },
              { head: 'USER', value: (d) => d.user },
              {
                head: 'STATE',
                value: (d) => d.state,
                style: (d, text) => (d.state === 'on' ? green(text) : yellow(text)),
              },
              { head: 'SHOWN', value: (d) => since(d.shownAt) },
              { head: 'OPENED', value: (d) => since(d.openedAt) },
              { head: 'LAST', value: (d) => became(d.last), shrink: true },
              { head: 'ID', value: (d) => d.id, style: (_, text) => dim(text) },
            ]),
          );
          for (const d of rows) if (d.problem !== '') warn(`${d.name}: ${plain(d.problem)}`);
        }
        return EXIT.ok;
      }),
    );
  group
    .command('test')
    .description('send a test and wait until the device says that it showed it')
    .argument('<device>', 'name or id')
    .action(
      action(async (context, wanted: string) => {
        const hub = await context.hub();
        const device = await find(hub, wanted);
        const message = await settled(hub, await hub.call('push.test', { id: device.id }));
        if (context.asJson) json(message);
        else if (message.shownAt !== null) out(`${green('shown')} on ${device.name}`);
        else out(`${red('not confirmed')} by ${device.name}: ${became(message)}`);
        return message.shownAt !== null ? EXIT.ok : message.status === 'failed' ? EXIT.failed : EXIT.notReached;
      }),
    );
  group
    .command('rm')
    .description('forget devices; they are told nothing any more')
    .argument('<device...>', 'names or ids')
    .action(
      action(async (context, wanted: readonly string[]) => {
        const hub = await context.hub();
        const removed = [];
        for (const each of wanted) {
          const device = await find(hub, each);
          removed.push({ id: device.id, ...(await hub.call('push.remove', { id: device.id })) });
          if (!context.asJson) out(`removed ${device.name}`);
        }
        if (context.asJson) json(removed);
        return EXIT.ok;
      }),
    );
}
