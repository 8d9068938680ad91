/** `qd node ports` and what leads to them from here. */
import type { Command } from 'commander';
import type { Node } from '../../shared/contract/nodes.ts';
import { Fault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action } from './context.ts';
import { cyan, EXIT, json, out, plain, table } from './print.ts';

/** By id or title. */
export const find = async (hub: Hub, wanted: string): Promise<Node> => {
  const all = await hub.call('nodes.list', {});
  const found = all.find(({ id, title }) => id === wanted || title === wanted);
  if (!found) throw new Fault('not-found', `there is no node ${plain(wanted)}; see: qd node list`);
  return found;
};

export const number = (text: string, what: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new Fault('invalid', `${plain(text)} is no ${what}`);
  return value;
};

export function portCommands(group: Command): void {
  group
    .command('ports')
    .description('ports that programs listen on there, and where they lead here')
    .argument('<node>', 'title or id')
    .action(
      action(async (context, wanted: string) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const rows = await hub.call('nodes.ports', { node: id });
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              { head: 'PORT', value: (p) => String(p.port) },
              { head: 'ADDRESS', value: (p) => p.address },
              { head: 'PROGRAM', value: (p) => p.command },
              { head: 'SESSION', value: (p) => p.session ?? '' },
              {
                head: 'HERE',
                value: (p) => (p.local === null ? '' : `http://127.0.0.1:${p.local}`),
                style: (_, t) => cyan(t),
              },
            ]),
          );
        return EXIT.ok;
      }),
    );
  group
    .command('forward')
    .description('make a port there reachable on this machine')
    .argument('<node>', 'title or id')
    .argument('<port>', 'port there')
    .option('--local <port>', 'port here; any free one when left out')
    .action(
      action(async (context, wanted: string, port: string, o: { local?: string }) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const made = await hub.call('nodes.forward', {
          node: id,
          port: number(port, 'port'),
          ...(o.local === undefined ? {} : { local: number(o.local, 'port') }),
        });
        if (context.asJson) json(made);
        else out(`http://127.0.0.1:${made.local} leads to port ${made.port} there`);
        return EXIT.ok;
      }),
    );
  group
    .command('unforward')
    .description('take a forwarded port away')
    .argument('<node>', 'title or id')
    .argument('<port>', 'port there')
    .action(
      action(async (context, wanted: string, port: string) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const done = await hub.call('nodes.unforward', { node: id, port: number(port, 'port') });
        if (context.asJson) json(done);
        else out(`port ${port} is not forwarded any more`);
        return EXIT.ok;
      }),
    );
  group
    .command('callback')
    .description(
      'for a log-in page of a program there: opens the port here that the page leads back to, for ten minutes',
    )
    .argument('<node>', 'title or id')
    .argument('<url>', "the page's address")
    .action(
      action(async (context, wanted: string, url: string) => {
        const hub = await context.hub();
        const { id } = await find(hub, wanted);
        const made = await hub.call('nodes.callback', { node: id, url });
        if (context.asJson) json(made);
        else out(`port ${made.local} leads there for ten minutes; open the page in your browser now`);
        return EXIT.ok;
      }),
    );
}
