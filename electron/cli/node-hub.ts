/** `qd node add URL --hub`: a machine with a Quarterdeck hub of its own, directly or through a machine over ssh. */
import type { Node } from '../../shared/contract/nodes.ts';
import { Fault } from '../../shared/fault.ts';
import { hubOrigin } from '../../shared/hub-origin.ts';
import type { Hub } from './connect.ts';
import { plain } from './print.ts';
import { askSecret } from './profiles-commands.ts';

export interface HubWish {
  readonly url: string;
  /** A machine over ssh, or where one is reached by ssh. */
  readonly through: string | undefined;
}

const LOOK_MS = 200;
const WAIT_MS = 30_000;

/** The token of the other hub: what stands on a command line can be read by everybody on the machine. */
async function tokenOf(origin: string): Promise<string> {
  const given = process.env['QD_NODE_TOKEN']?.trim();
  const token = given || (await askSecret(`Token of ${origin}: `)).trim();
  if (token === '') throw new Fault('invalid', 'no token; make one there with: qd token create');
  return token;
}

/** The address of a hub as it is written on a command line. */
export function originOf(text: string): string {
  const url = hubOrigin(text);
  if (url !== null) return url;
  throw new Fault('invalid', `${plain(text)} is no address of a hub; write http://host:4097, without a path`);
}

/** `reach` adds a machine by ssh, answers what it asks, and resolves when it is there or cannot be. */
export async function addHub(hub: Hub, wish: HubWish, reach: (destination: string) => Promise<Node>): Promise<Node> {
  const url = originOf(wish.url);
  const token = await tokenOf(url);
  let through: string | undefined;
  if (wish.through !== undefined) {
    const wanted = wish.through;
    const all = await hub.call('nodes.list', {});
    const known = all.find(({ id, title }) => id === wanted || title === wanted);
    const over = known ?? (await reach(wanted));
    if (!over.reachable) throw new Fault('unreachable', `${over.title}: ${over.question?.title ?? over.problem}`);
    through = over.id;
  }
  const made = await hub.call('fleet.add', { url, token, ...(through === undefined ? {} : { through }) });
  const until = Date.now() + WAIT_MS;
  for (let node = made; ; ) {
    if (node.state !== 'connecting' || Date.now() > until) return node;
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
    node = (await hub.call('nodes.list', {})).find(({ id }) => id === made.id) ?? node;
  }
}
