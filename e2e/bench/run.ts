/**
 * `npm run bench [-- NAME...] [--check] [--json FILE] [--save]`: runs the benchmarks on this machine and prints a table, each figure
 * beside its peer of the same run. `--check` fails when a ratio to the peer got worse by more than 25 % against `baseline.json`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT, startHub, type TestHub } from '../hub.ts';
import { board } from './board.ts';
import { boardWeb } from './board-web.ts';
import { coldStart, hundred, send, start } from './delivery.ts';
import { desktop } from './desktop.ts';
import type { Row } from './measure.ts';
import { nodes } from './nodes.ts';
import { panesWeb } from './panes-web.ts';
import { published, readers } from './status.ts';
import { echo, fanOut, flood, openPane } from './terminals.ts';
import { bundle, load } from './web.ts';

const BENCHES: Readonly<Record<string, (hub: TestHub) => Promise<Row[]>>> = {
  echo,
  flood,
  'fan-out': fanOut,
  open: openPane,
  send,
  start,
  board,
  status: async (hub) => [...(await readers()), ...(await published(hub))],
  hundred: () => hundred(),
  cold: () => coldStart(),
  nodes,
  panes: panesWeb,
  'board-web': boardWeb,
  desktop: () => desktop(),
  web: async (hub) => [...(await bundle()), ...(await load(hub))],
};
const WORSE = 1.25;
const BASELINE = join(ROOT, 'e2e', 'bench', 'baseline.json');

const args = process.argv.slice(2);
const flag = (name: string) => args.includes(name);
const json = args.includes('--json') ? args[args.indexOf('--json') + 1] : undefined;
const chosen = args.filter((arg) => arg in BENCHES);
const unknown = args.filter((arg) => !arg.startsWith('--') && arg !== json && !(arg in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}

const rows: Row[] = [];
let failed = false;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const hub = await startHub();
  try {
    for (const row of await bench(hub)) {
      rows.push(row);
      const peer =
        row.peer === undefined
          ? ''
          : `   ${row.peerName}: ${row.peer.toFixed(2)} (ratio ${(row.value / row.peer).toFixed(2)})`;
      const goal =
        row.goal === undefined
          ? ''
          : `   goal ${row.goal}${row.met === undefined ? '' : row.met ? ': met' : ': MISSED'}`;
      process.stdout.write(`${row.name.padEnd(58)} ${row.value.toFixed(2).padStart(10)} ${row.unit}${peer}${goal}\n`);
    }
  } catch (error) {
    failed = true;
    process.stdout.write(`${name}: could not be measured: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    await hub.close();
  }
}

const report = { at: new Date().toISOString(), cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, rows };
if (json) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
const ratios = Object.fromEntries(
  rows.filter((r) => r.peer !== undefined).map((r) => [r.name, { unit: r.unit, ratio: r.value / (r.peer ?? 1) }]),
);
if (flag('--save')) await writeFile(BASELINE, `${JSON.stringify(ratios, null, 2)}\n`);
if (flag('--check')) {
  const baseline = JSON.parse(await readFile(BASELINE, 'utf8')) as typeof ratios;
  for (const [name, { unit, ratio }] of Object.entries(ratios)) {
    const before = baseline[name]?.ratio;
    if (before === undefined) continue;
    // for throughput a smaller ratio is worse, for times and costs a larger one
    const worse = unit === 'MB/s' ? before / ratio : ratio / before;
    if (worse > WORSE) {
      failed = true;
      process.stdout.write(`WORSE: ${name}: ratio ${ratio.toFixed(2)}, was ${before.toFixed(2)}\n`);
    }
  }
}
process.exit(failed ? 1 : 0);
