/** `qd settings|logs|audit|doctor`: how the hub is set, what it did, whether it is well. */
import type { Command } from 'commander';
import { LOG_LEVELS } from '../../shared/contract/logs.ts';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { dim, EXIT, green, json, out, plain, red, table, yellow } from './print.ts';

function settings(program: Command): void {
  const group = program.command('settings').description('settings, each with where its value comes from');
  const show = action(async (context, key?: string) => {
    const view = await (await context.hub()).call('settings.get', {});
    const rows = typeof key === 'string' ? view.settings.filter((s) => s.key === key) : view.settings;
    if (typeof key === 'string' && rows.length === 0)
      throw new Fault('not-found', `there is no setting ${key}; see: qd settings list`);
    if (context.asJson) json(typeof key === 'string' ? rows[0] : view);
    else {
      out(
        table(rows, [
          { head: 'KEY', value: (s) => s.key },
          { head: 'VALUE', value: (s) => JSON.stringify(s.value), shrink: true },
          { head: 'SOURCE', value: (s) => s.source },
          { head: 'WHERE', value: (s) => s.origin ?? '', shrink: true },
        ]),
      );
      for (const p of view.problems)
        out(yellow(`${p.file}${p.line === null ? '' : `:${p.line}:${p.column ?? 1}`}: ${plain(p.message)}`));
    }
    return EXIT.ok;
  });
  group.command('list', { isDefault: true }).description('all of them').action(show);
  group.command('get').description('one of them').argument('<key>').action(show);
  group
    .command('set')
    .description('set a value in the overlay; the value is JSON, or plain text')
    .argument('<key>')
    .argument('<value>')
    .action(
      action(async (context, key: string, text: string) => {
        let value: unknown = text;
        try {
          value = JSON.parse(text);
        } catch {
          // plain text is meant: `qd settings set terminal.theme dark`
        }
        await (await context.hub()).call('settings.patch', { set: { [key]: value } });
        if (context.asJson) json({ key, value });
        else out(`${key} is now ${JSON.stringify(value)}`);
        return EXIT.ok;
      }),
    );
  group
    .command('unset')
    .description('take a value out of the overlay')
    .argument('<key>')
    .action(
      action(async (context, key: string) => {
        await (await context.hub()).call('settings.patch', { set: { [key]: null } });
        if (context.asJson) json({ key });
        else out(`${key} is back to what stands below the overlay`);
        return EXIT.ok;
      }),
    );
}

/** `30s`, `5m`, `2h`, `1d`, or an ISO date: Unix milliseconds. */
export function since(text: string, now: number): number {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount && unit)
    return now - Number(amount) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd'];
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Fault('invalid', `--since takes 30s, 5m, 2h, 1d or a date, not ${text}`);
  return at;
}

function watch(program: Command): void {
  program
    .command('logs')
    .description('what the hub did')
    .option('--since <when>', '30s, 5m, 2h, 1d or a date')
    .option('--level <level>', `at least: ${LOG_LEVELS.join(', ')}`, 'info')
    .option('--limit <n>', 'at most this many lines', '200')
    .option('--node <title>', 'only what the hub of this machine said; local is this one')
    .action(
      action(async (context, o: { since?: string; level: string; limit: string; node?: string }) => {
        const level = LOG_LEVELS.find((l) => l === o.level);
        if (!level) throw new Fault('invalid', `--level takes ${LOG_LEVELS.join(', ')}, not ${o.level}`);
        const rows = await (await context.hub()).call('logs.list', {
          level,
          limit: Number(o.limit),
          ...(o.since ? { since: since(o.since, Date.now()) } : {}),
          ...(o.node === undefined ? {} : { node: o.node }),
        });
        if (context.asJson) json(rows);
        else
          for (const line of rows) {
            const mark =
              line.level === 'error' ? red(line.level) : line.level === 'warn' ? yellow(line.level) : dim(line.level);
            out(
              `${dim(new Date(line.at).toISOString())} ${mark} ${line.from}: ${plain(line.message)}${line.data ? ` ${dim(plain(JSON.stringify(line.data)))}` : ''}`,
            );
          }
        return EXIT.ok;
      }),
    );
  const audit = program.command('audit').description('who did what, in a chain that shows tampering');
  audit
    .command('list', { isDefault: true })
    .description('newest first')
    .option('--limit <n>', 'at most this many', '50')
    .action(
      action(async (context, o: { limit: string }) => {
        const rows = await (await context.hub()).call('logs.audit', { limit: Number(o.limit) });
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              { head: 'WHEN', value: (a) => new Date(a.at).toISOString() },
              { head: 'WHO', value: (a) => a.who },
              { head: 'VIA', value: (a) => a.via },
              { head: 'ACTION', value: (a) => a.action },
              { head: 'TARGET', value: (a) => a.target, shrink: true },
              { head: 'DETAIL', value: (a) => JSON.stringify(a.detail), shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );
  audit
    .command('verify')
    .description('check the chain; exit 1 when it is broken')
    .action(
      action(async (context) => {
        const result = await (await context.hub()).call('logs.verifyAudit', {});
        if (context.asJson) json(result);
        else out(result.ok ? green(`whole: ${result.lines} lines`) : red(`broken: ${result.problem}`));
        return result.ok ? EXIT.ok : EXIT.failed;
      }),
    );
  program
    .command('doctor')
    .description('check everything Quarterdeck needs; exit 1 when something fails')
    .action(
      action(async (context) => {
        const rows = await (await context.hub()).call('hub.doctor', {});
        if (context.asJson) json(rows);
        else
          for (const check of rows) {
            const mark =
              check.result === 'pass' ? green('pass') : check.result === 'warn' ? yellow('warn') : red('fail');
            out(
              `${mark}  ${check.name}: ${plain(check.message)}${check.hint ? `\n      ${dim(plain(check.hint))}` : ''}`,
            );
          }
        return rows.some((check) => check.result === 'fail') ? EXIT.failed : EXIT.ok;
      }),
    );
}

export function operateCommands(program: Command): void {
  settings(program);
  watch(program);
}
