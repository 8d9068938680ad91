/** The board: how soon a thousand that want the same card know who got it. */
import type { Card } from '../../shared/contract/board.ts';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import { isFault } from '../../shared/fault.ts';
import { type Client, createClient } from '../../shared/wire/client.ts';
import { webSocketTransport } from '../../shared/wire/transports.ts';
import { startHub, type TestHub } from '../hub.ts';
import { median, percentile, type Row } from './measure.ts';

const CLAIMERS = 1000;
const CONNECTIONS = 20;
const CARDS = 10_000;
const ROUNDS = 5;

/** Milliseconds from asking to knowing, of every claimer; they share connections as the windows of people and agents do. */
async function contest(hub: TestHub, clients: readonly Client[], title: string): Promise<number[]> {
  const { key } = await hub.api<Card>('POST', '/api/board/cards', { title });
  let winners = 0;
  let told = 0;
  const one = async (client: Client): Promise<number> => {
    const began = performance.now();
    await client.call('board.claim', { key }).then(
      () => winners++,
      (error: unknown) => {
        if (!isFault(error, 'taken') || error.data?.['by'] === undefined) throw error;
        told++;
      },
    );
    return performance.now() - began;
  };
  const times: number[] = [];
  await Promise.all(
    clients.map(async (client) => {
      for (let i = 0; i < CLAIMERS / CONNECTIONS; i++) times.push(await one(client));
    }),
  );
  if (winners !== 1 || told !== CLAIMERS - 1) throw new Error(`${winners} won and ${told} were told who`);
  return times;
}

async function claims(hub: TestHub): Promise<{ p50: number; p99: number }> {
  const token = await hub.token();
  const clients = Array.from({ length: CONNECTIONS }, () =>
    createClient({
      connect: () => webSocketTransport(`${hub.banner.url.replace('http', 'ws')}/wire`, { token }),
      protocol: PROTOCOL,
      client: 'bench',
    }),
  );
  try {
    for (const client of clients) await client.call('board.columns', {}, { retry: true });
    await contest(hub, clients, 'to get warm');
    const rounds: number[][] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await contest(hub, clients, `contest ${i}`));
    const all = rounds.flat();
    return { p50: median(all), p99: percentile(all, 99) };
  } finally {
    for (const client of clients) client.close();
  }
}

export async function board(hub: TestHub): Promise<Row[]> {
  const empty = await startHub();
  try {
    const cards = Array.from({ length: CARDS }, (_, i) => ({
      key: `BIG-${i + 1}`,
      title: `Card ${i + 1} of a big board`,
      column: ['backlog', 'todo', 'doing', 'done'][i % 4],
      tags: [`tag-${i % 20}`],
      dependencies: i > 0 && i % 3 === 0 ? [`BIG-${i}`] : [],
    }));
    await hub.api('POST', '/api/board/import', { format: 'quarterdeck', text: JSON.stringify(cards) });
    const peer = await claims(empty);
    const own = await claims(hub);
    const name = `claim: ${CLAIMERS.toLocaleString('en')} for one card of ${CARDS.toLocaleString('en')}, one winner`;
    return [
      { name: `${name}, p50`, unit: 'ms', value: own.p50, peer: peer.p50, peerName: 'an empty board' },
      {
        name: `${name}, p99`,
        unit: 'ms',
        value: own.p99,
        peer: peer.p99,
        peerName: 'an empty board',
        goal: '<= 20 ms',
        met: own.p99 <= 20,
      },
    ];
  } finally {
    await empty.close();
  }
}
