/** `qd recording`, `qd replay`: what sessions printed, listed, played, searched, taken along. */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { ago, bold, cyan, dim, EXIT, json, out, plain, table, warn, yellow } from './print.ts';
import { replay } from './replay.ts';
import { momentOf } from './tame.ts';

const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const time = (at: number): string => new Date(at).toLocaleString(undefined, { hour12: false });
/** A whole export may be hundreds of megabytes on a slow line. */
const EXPORT_MS = 300_000;

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
};

export function recordingCommands(program: Command): void {
  const group = program.command('recording').description('what sessions printed, kept for a while');
  group
    .command('list', { isDefault: true })
    .description('all recordings, newest first')
    .action(
      action(async (context) => {
        const rows = await (await context.hub()).call('recordings.list', {});
        if (context.asJson) json(rows);
        else if (rows.length === 0) out(dim('nothing is recorded'));
        else
          out(
            table(rows, [
              { head: 'SESSION', value: (r) => r.session, style: (_, text) => bold(text) },
              { head: 'AGENT', value: (r) => r.agent },
              { head: 'FROM', value: (r) => time(r.from) },
              { head: 'TO', value: (r) => (r.live ? 'now' : `${ago(r.to)} ago`) },
              { head: 'SIZE', value: (r) => `${size(r.bytes)}${r.trimmed ? ', older dropped' : ''}` },
              { head: 'ID', value: (r) => r.id, style: (_, text) => dim(text), shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );
  group
    .command('marks')
    .description('moments of a recording: prompts, approvals, states')
    .argument('<name>', 'session name or id')
    .action(
      action(async (context, name: string) => {
        const found = await (await context.hub()).call('recordings.get', { id: name });
        if (context.asJson) json(found.marks);
        else
          for (const mark of found.marks) {
            const kind =
              mark.kind === 'approval' ? yellow(mark.kind) : mark.kind === 'prompt' ? cyan(mark.kind) : mark.kind;
            out(`${dim(time(mark.at))} ${kind} ${plain(mark.text)}`);
          }
        return EXIT.ok;
      }),
    );
  group
    .command('export')
    .description('as asciicast v3, for asciinema and other players')
    .argument('<name>', 'session name or id')
    .option('-o, --output <file>', 'a file instead of standard output')
    .action(
      action(async (context, name: string, o: { output?: string }) => {
        const { text } = await (await context.hub()).call('recordings.export', { id: name }, EXPORT_MS);
        if (o.output === undefined) process.stdout.write(text);
        else {
          await writeFile(o.output, text, { mode: 0o600 }).catch((error: unknown) => {
            throw new Fault(
              'refused',
              `${o.output} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
            );
          });
          warn(`${o.output}: ${size(Buffer.byteLength(text))}`);
        }
        return EXIT.ok;
      }),
    );
  group
    .command('search')
    .description('where a text stood on recorded screens, newest first')
    .argument('<text>')
    .option('--in <name>', 'only this recording')
    .option('--limit <n>', 'at most this many', '50')
    .action(
      action(async (context, text: string, o: { in?: string; limit: string }) => {
        const rows = await (await context.hub()).call('recordings.search', {
          q: text,
          limit: Number(o.limit),
          ...(o.in === undefined ? {} : { id: o.in }),
        });
        if (context.asJson) json(rows);
        else
          for (const hit of rows)
            out(
              `${bold(plain(hit.session))} ${dim(time(hit.at))} ${plain(hit.text.slice(0, hit.from))}${yellow(plain(hit.text.slice(hit.from, hit.to)))}${plain(hit.text.slice(hit.to))}`,
            );
        return rows.length > 0 ? EXIT.ok : EXIT.failed;
      }),
    );
  group
    .command('rm')
    .description('delete recordings; a live session begins a new one')
    .argument('<name...>', 'session names or ids')
    .action(
      action(async (context, names: readonly string[]) => {
        const hub = await context.hub();
        const removed = [];
        for (const name of names) {
          removed.push(await hub.call('recordings.remove', { id: name }));
          if (!context.asJson) out(`removed the recording of ${name}`);
        }
        if (context.asJson) json(removed);
        return EXIT.ok;
      }),
    );
  program
    .command('replay')
    .description('play a recording here: space pauses, arrows go 5 s, + and - change the speed, q leaves')
    .argument('<name>', 'session name or id')
    .option('--speed <n>', 'times as fast', positive, 1)
    .option('--idle <seconds>', 'longest pause that is played', positive, 2)
    .option('--from <when>', 'after the beginning (90, 1m30s, 1:30), or a date')
    .action(
      action(async (context, name: string, o: { speed: number; idle: number; from?: string }) => {
        const hub = await context.hub();
        const recording = await hub.call('recordings.get', { id: name });
        const from = o.from === undefined ? recording.from : momentOf(o.from, recording.from);
        if (from === null) throw new Fault('invalid', `--from takes 90, 1m30s, 1:30 or a date, not ${o.from}`);
        if (from > recording.to) throw new Fault('invalid', `the recording of ${recording.session} ends before that`);
        return replay(hub, recording, { speed: o.speed, idle: o.idle * 1000, from });
      }),
    );
}
