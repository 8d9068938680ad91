/** `qd explain`: why a session's state is what it is; with `--capture`, what recorded screens read as. */
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { action } from './context.ts';
import { ago, bold, dim, EXIT, json, out, plain, stateStyle, table } from './print.ts';

/** Reads recorded screens without a hub; given by the entry, which may load the readers. */
export type ReadCaptures = (files: readonly string[]) => Promise<
  readonly (
    | {
        file: string;
        agent: string;
        state: string;
        needsYou: boolean;
        draft: boolean;
        asks: boolean;
        evidence: readonly { saw: string }[];
      }
    | { file: string; error: string }
  )[]
>;

export function explainCommand(program: Command, readCaptures: ReadCaptures): void {
  program
    .command('explain')
    .description('why the state is what it is: every source and what it saw')
    .argument('[session]')
    .option('--capture <files...>', 'read recorded screens instead (JSON files); needs no hub')
    .action(
      action(async (context, name: string | undefined, o: { capture?: string[] }) => {
        if (o.capture) {
          const rows = await readCaptures(name === undefined ? o.capture : [name, ...o.capture]);
          if (context.asJson) json(rows);
          else
            out(
              table(rows, [
                {
                  head: 'STATE',
                  value: (r) =>
                    'error' in r
                      ? 'unreadable'
                      : [r.state, r.draft ? 'draft' : '', r.asks ? 'asks' : ''].filter(Boolean).join(', '),
                },
                { head: 'NEEDS YOU', value: (r) => ('error' in r || !r.needsYou ? '' : 'yes') },
                { head: 'FILE', value: (r) => r.file, shrink: true },
                { head: 'WHY', value: (r) => ('error' in r ? r.error : (r.evidence[0]?.saw ?? '')), shrink: true },
              ]),
            );
          return rows.some((r) => 'error' in r) ? EXIT.failed : EXIT.ok;
        }
        if (name === undefined)
          throw new Fault('invalid', 'which session? qd explain NAME, or qd explain --capture FILE...');
        const why = await (await context.hub()).call('sessions.explain', { name });
        if (context.asJson) {
          json(why);
          return EXIT.ok;
        }
        const flags = [why.draft ? 'unsent text' : '', why.asks ? 'asks in plain text' : ''].filter(Boolean);
        out(
          `${bold(why.session)} (${why.agent}) is ${stateStyle(why, why.state)} since ${ago(why.since)}${flags.length ? `; ${flags.join(', ')}` : ''}`,
        );
        for (const e of why.evidence)
          out(
            `  ${e.source}: ${plain(e.saw)} ${dim(`→ ${e.means}, ${Math.round(e.confidence * 100)} %, ${ago(e.at)} ago`)}`,
          );
        out(
          table(why.sources, [
            { head: 'SOURCE', value: (s) => s.source },
            { head: 'SAYS', value: (s) => s.state ?? '' },
            { head: 'BELIEVED', value: (s) => (s.believed ? 'yes' : 'no') },
            { head: 'NOTE', value: (s) => s.note, shrink: true },
          ]),
        );
        if (why.dialog) {
          out(`${why.dialog.kind}: ${plain(why.dialog.title)}`);
          for (const line of (why.dialog.subject ?? '').split('\n').filter(Boolean)) out(`    ${plain(line)}`);
          for (const choice of why.dialog.choices)
            out(`  ${choice.selected ? '>' : ' '} ${choice.n}. ${plain(choice.label)}`);
        }
        return EXIT.ok;
      }),
    );
}
