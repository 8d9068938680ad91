/** `qd memory`: short facts about a project, for every agent that works on it. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action } from './context.ts';
import { ago, dim, EXIT, json, out, plain, table } from './print.ts';
import { textOf } from './text.ts';

/** The current folder's name; at the root of everything, what holds for every project. */
const here = (): string => basename(process.cwd()) || '*';
const SHOWN = 10;

/** People write the beginning of an id. */
async function factBy(hub: Hub, given: string) {
  const all = await hub.call('memory.facts', {});
  const found = all.filter((fact) => fact.id === given || (given.length >= 3 && fact.id.startsWith(given)));
  const exact = found.find((fact) => fact.id === given) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact;
  if (found.length > 1) {
    throw new Fault('ambiguous', `"${given}" begins several facts; write more of the id`, {
      candidates: found.map((fact) => `${fact.id}  ${fact.text}`),
    });
  }
  throw new Fault('not-found', `there is no fact ${given}; qd memory list --all shows their ids`);
}

export function memoryCommands(program: Command): void {
  const memory = program.command('memory').description('short facts about a project, for every agent that works on it');

  memory
    .command('list')
    .description('facts of the project of this folder, and those of every project (*)')
    .argument('[words...]', 'only those that hold all of the words')
    .option('--project <name>', 'another project, by its name or folder')
    .option('--all', 'of all projects')
    .action(
      action(async (context, words: string[], o: { project?: string; all?: boolean }) => {
        const rows = await (await context.hub()).call('memory.facts', {
          ...(o.all ? {} : { project: o.project ?? here() }),
          ...(words.length > 0 && { q: words.join(' ') }),
        });
        if (context.asJson) json(rows);
        else if (rows.length === 0) out('nothing is remembered');
        else
          out(
            table(rows, [
              { head: 'ID', value: (f) => f.id.slice(0, SHOWN) },
              { head: 'PROJECT', value: (f) => f.project },
              { head: 'FACT', value: (f) => f.text, shrink: true },
              { head: 'BY', value: (f) => f.updatedBy.name },
              { head: 'AGE', value: (f) => ago(f.updatedAt) },
            ]),
          );
        return EXIT.ok;
      }),
    );

  memory
    .command('add')
    .description('remember something short')
    .argument('[text...]', 'one or two sentences; - reads standard input')
    .option('--project <name>', "the project; * for every one; default: this folder's name")
    .option('--id <id>', 'your own id: the same id twice is the same fact')
    .action(
      action(async (context, words: string[], o: { project?: string; id?: string }) => {
        const text = await textOf(words, undefined);
        const fact = await (await context.hub()).call('memory.addFact', {
          project: o.project ?? here(),
          text,
          ...(o.id !== undefined && { id: o.id }),
        });
        if (context.asJson) json(fact);
        else out(`remembered for ${plain(fact.project)}  ${dim(fact.id.slice(0, SHOWN))}`);
        return EXIT.ok;
      }),
    );

  memory
    .command('edit')
    .description('change a fact')
    .argument('<id>', 'or its beginning')
    .argument('[text...]', '- reads standard input')
    .option('--project <name>', 'move it to another project')
    .action(
      action(async (context, id: string, words: string[], o: { project?: string }) => {
        const hub = await context.hub();
        const fact = await factBy(hub, id);
        const text = words.length === 0 && o.project !== undefined ? undefined : await textOf(words, undefined);
        const changed = await hub.call('memory.editFact', {
          id: fact.id,
          version: fact.version,
          ...(text !== undefined && { text }),
          ...(o.project !== undefined && { project: o.project }),
        });
        if (context.asJson) json(changed);
        else out(`${plain(changed.project)}: ${plain(changed.text)}`);
        return EXIT.ok;
      }),
    );

  memory
    .command('rm')
    .description('forget a fact; its history stays')
    .argument('<id>', 'or its beginning')
    .action(
      action(async (context, id: string) => {
        const hub = await context.hub();
        const removed = await hub.call('memory.removeFact', { id: (await factBy(hub, id)).id });
        if (context.asJson) json(removed);
        return EXIT.ok;
      }),
    );

  memory
    .command('history')
    .description('what a fact said, newest first')
    .argument('<id>', 'or its beginning; of a forgotten one the whole id')
    .action(
      action(async (context, id: string) => {
        const hub = await context.hub();
        const whole = id.length > SHOWN ? id : (await factBy(hub, id)).id;
        const rows = await hub.call('memory.factHistory', { id: whole });
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              { head: 'VERSION', value: (v) => String(v.version) },
              { head: 'AGE', value: (v) => ago(v.at) },
              { head: 'BY', value: (v) => v.by.name },
              { head: 'PROJECT', value: (v) => v.project },
              { head: 'FACT', value: (v) => (v.removed ? `(forgotten) ${v.text}` : v.text), shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );
}
