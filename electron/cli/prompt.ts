/** `qd prompt`, `broadcast`, `key`, `interrupt`, `explain`, `approve`: talking with agents. */
import type { Command } from 'commander';
import type { Receipt } from '../../shared/contract/prompts.ts';
import { Fault, isFault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action } from './context.ts';
import { ago, bold, dim, EXIT, json, out, plain, table, warn } from './print.ts';
import { textOf } from './text.ts';

const WAITS = ['delivered', 'confirmed', 'idle'] as const;
type Wait = (typeof WAITS)[number];

const receiptLine = (r: Receipt) =>
  `${bold(r.state)}  ${r.session}  ${dim(r.id)}${r.reason ? `\n    ${plain(r.reason)}` : ''}`;
const short = (r: Receipt) => ({
  id: r.id,
  session: r.session,
  state: r.state,
  ...(r.reason === undefined ? {} : { reason: r.reason }),
});

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 3600)) throw new Fault('invalid', `--timeout takes seconds from 0 to 3600, not ${text}`);
  return value;
}

/** The id of a session: its name may be that of others on other machines; what names none is left to the receipts. */
const whole = (hub: Hub, name: string): Promise<string> =>
  hub.call('sessions.get', { name }).then(
    (session) => session.id,
    (error: unknown) => {
      if (isFault(error, 'not-found')) return name;
      throw error;
    },
  );

export function promptCommands(program: Command): void {
  program
    .command('prompt')
    .alias('p')
    .description('give an agent a prompt, once and whole; prints the receipt')
    .argument('<session>')
    .argument('[text...]', 'the prompt; - reads standard input; after -- it may begin with a dash')
    .option('--file <file>', 'read the prompt from a file')
    .option('--id <id>', 'your own id: the same id twice is the same prompt')
    .option('--wait <state>', 'wait for delivered, confirmed or idle; exit 0 only when it was reached')
    .option('--timeout <seconds>', 'give up waiting after this long', '60')
    .option('--now', 'also deliver to a session whose state is unknown (shells, custom programs)')
    .option('--steer', 'deliver into a running turn')
    .option('--lines', 'send several lines one by one to a program without bracketed paste')
    .action(
      action(
        async (
          context,
          name: string,
          words: string[],
          o: {
            file?: string;
            id?: string;
            wait?: string;
            timeout: string;
            now?: boolean;
            steer?: boolean;
            lines?: boolean;
          },
        ) => {
          const wait = o.wait as Wait | undefined;
          if (wait !== undefined && !WAITS.includes(wait))
            throw new Fault('invalid', `--wait takes delivered, confirmed or idle, not ${o.wait}`);
          const timeout = seconds(o.timeout);
          const text = await textOf(words, o.file);
          const hub = await context.hub();
          let receipt: Receipt = await hub.call('prompts.enqueue', {
            name,
            text,
            ...(o.id === undefined ? {} : { id: o.id }),
            now: o.now ?? false,
            steer: o.steer ?? false,
            lines: o.lines ?? false,
          });
          let reached = true;
          if (wait !== undefined) {
            const answer = await hub.call(
              'prompts.wait',
              { id: receipt.id, until: wait, timeout },
              (timeout + 15) * 1000,
            );
            receipt = answer;
            reached = answer.reached;
          }
          if (context.asJson) json(short(receipt));
          else {
            out(receiptLine(receipt));
            if (!reached) warn(`not ${wait} within ${timeout} s; see: qd explain ${receipt.session}`);
          }
          return reached ? EXIT.ok : EXIT.notReached;
        },
      ),
    );

  program
    .command('queue')
    .description("a session's prompts, newest first")
    .argument('<session>')
    .option('--cancel <id>', 'cancel one that still waits')
    .action(
      action(async (context, name: string, o: { cancel?: string }) => {
        const hub = await context.hub();
        if (o.cancel !== undefined) {
          const receipt = await hub.call('prompts.cancel', { id: o.cancel });
          if (context.asJson) json(short(receipt));
          else out(receiptLine(receipt));
          return EXIT.ok;
        }
        const rows = await hub.call('prompts.list', { name });
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('no prompts yet');
        else
          out(
            table(rows, [
              { head: 'ID', value: (r) => r.id },
              { head: 'STATE', value: (r) => r.state },
              { head: 'AGE', value: (r) => ago(r.createdAt) },
              { head: 'TEXT', value: (r) => r.text, shrink: true },
              { head: 'REASON', value: (r) => r.reason ?? '', shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );

  program
    .command('broadcast')
    .description('one prompt to many sessions, one receipt each')
    .argument('[text...]', 'the prompt; - reads standard input')
    .option('--to <names>', 'comma-separated session names')
    .option('--all', 'every live session')
    .option('--file <file>', 'read the prompt from a file')
    .option('--steer', 'deliver into running turns')
    .option('--now', 'also deliver to sessions whose state is unknown')
    .action(
      action(
        async (
          context,
          words: string[],
          o: { to?: string; all?: boolean; file?: string; steer?: boolean; now?: boolean },
        ) => {
          const sessions = (o.to ?? '').split(',').filter(Boolean);
          if (sessions.length === 0 && !o.all) throw new Fault('invalid', 'to whom? --to a,b or --all');
          const text = await textOf(words, o.file);
          const hub = await context.hub();
          const rows = await hub.call('prompts.broadcast', {
            text,
            sessions: await Promise.all(sessions.map((name) => whole(hub, name))),
            all: o.all ?? false,
            steer: o.steer ?? false,
            now: o.now ?? false,
          });
          if (context.asJson) json(rows.map((row) => ('error' in row ? row : short(row))));
          else
            for (const row of rows)
              out('error' in row ? `failed  ${row.session}\n    ${plain(row.error)}` : receiptLine(row));
          return rows.some((row) => 'error' in row) ? EXIT.failed : EXIT.ok;
        },
      ),
    );

  program
    .command('key')
    .description('press keys, named as tmux names them: Enter, Escape, C-c, Up, ...')
    .argument('<session>')
    .argument('<keys...>')
    .action(
      action(async (context, name: string, keys: string[]) => {
        const result = await (await context.hub()).call('sessions.keys', { name, keys });
        if (context.asJson) json(result);
        return EXIT.ok;
      }),
    );

  program
    .command('interrupt')
    .description("stop the agent's turn, the way that agent wants it")
    .argument('<session>')
    .action(
      action(async (context, name: string) => {
        const result = await (await context.hub()).call('sessions.interrupt', { name });
        if (context.asJson) json(result);
        else out(`pressed ${result.sent.join(', ')}; the state was ${result.state}`);
        return EXIT.ok;
      }),
    );

  const approve = program
    .command('approve')
    .description('see and answer permission requests')
    .argument('[id]', 'id of a request, or `list`');
  approve
    .option('--allow', 'allow it, this once')
    .option('--deny', 'deny it')
    .option('--choice <n>', 'choose by number')
    .option('--digest <digest>', 'only if it is still this exact request')
    .option('--reason <text>', 'said to the agent where it takes a reason')
    .action(
      action(
        async (
          context,
          id: string | undefined,
          o: { allow?: boolean; deny?: boolean; choice?: string; digest?: string; reason?: string },
        ) => {
          const hub = await context.hub();
          if (id === undefined || id === 'list') {
            const rows = await hub.call('approvals.list', {});
            if (context.asJson) json(rows);
            else if (rows.length === 0) out('nothing waits for an answer');
            else
              for (const a of rows) {
                out(
                  `${bold(a.session)}  ${a.kind}  ${plain(a.title)}  ${dim(`${ago(a.createdAt)} ago`)}\n  ${dim(a.id)}`,
                );
                for (const line of a.subject.split('\n')) out(`    ${plain(line)}`);
                for (const choice of a.choices) out(`  ${choice.n}. ${plain(choice.label)}`);
              }
            return EXIT.ok;
          }
          const given = [o.allow, o.deny, o.choice !== undefined].filter(Boolean).length;
          if (given !== 1) throw new Fault('invalid', 'answer with one of --allow, --deny, --choice N');
          const answered = await hub.call('approvals.answer', {
            id,
            ...(o.allow ? { decision: 'allow' as const } : {}),
            ...(o.deny ? { decision: 'deny' as const } : {}),
            ...(o.choice === undefined ? {} : { choice: Number(o.choice) }),
            ...(o.digest === undefined ? {} : { digest: o.digest }),
            ...(o.reason === undefined ? {} : { reason: o.reason }),
          });
          if (context.asJson) json(answered);
          else out(`answered ${answered.session}: ${plain(answered.answer?.label ?? '')}`);
          return EXIT.ok;
        },
      ),
    );
}
