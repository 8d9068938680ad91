/** `qd note`: markdown notes that people and agents share. */
import type { Command } from 'commander';
import type { Note } from '../../shared/contract/memory.ts';
import { Fault } from '../../shared/fault.ts';
import { action, collect } from './context.ts';
import { editText } from './edit-text.ts';
import { ago, bold, colour, dim, EXIT, json, out, plain, table } from './print.ts';
import { count, plainLines, textOf } from './text.ts';

const line = (note: Pick<Note, 'name' | 'version'>) => out(`${plain(note.name)}, version ${note.version}`);

export function noteCommands(program: Command): void {
  const note = program.command('note').description('markdown notes that people and agents share');

  const list = async (
    context: Parameters<Parameters<typeof action>[0]>[0],
    o: { q?: string; tag?: string; removed?: boolean },
  ): Promise<number> => {
    const rows = await (await context.hub()).call('memory.notes', {
      ...(o.q !== undefined && { q: o.q }),
      ...(o.tag !== undefined && { tag: o.tag }),
      ...(o.removed && { removed: true }),
    });
    if (context.asJson) json(rows);
    else if (rows.length === 0) out(o.q === undefined ? 'no notes' : 'nothing found');
    else
      out(
        table(rows, [
          { head: 'NOTE', value: (n) => n.name },
          { head: 'CHANGED', value: (n) => `${ago(n.updatedAt)} by ${n.updatedBy.name}` },
          { head: 'TAGS', value: (n) => n.tags.join(', '), shrink: true },
          { head: 'TEXT', value: (n) => n.found || n.preview, shrink: true },
        ]),
      );
    return EXIT.ok;
  };

  note
    .command('list')
    .description('notes, newest change first')
    .option('--tag <tag>', 'only those with this tag')
    .option('--removed', 'those that were put away')
    .action(action((context, o: { tag?: string; removed?: boolean }) => list(context, o)));

  note
    .command('search')
    .description('notes that hold all of the words')
    .argument('<words...>')
    .action(action((context, words: string[]) => list(context, { q: words.join(' ') })));

  note
    .command('show')
    .description('a note: its text; with --json its version and links too')
    .argument('<note>', 'name or id')
    .option('--at <n>', 'as it was at this version')
    .action(
      action(async (context, name: string, o: { at?: string }) => {
        const version = count(o.at, '--at');
        const found = await (await context.hub()).call('memory.note', {
          note: name,
          ...(version !== undefined && { version }),
        });
        if (context.asJson) json(found);
        else if (!process.stdout.isTTY) process.stdout.write(found.body);
        else {
          const who = `version ${found.version}, ${ago(found.updatedAt)} ago by ${plain(found.updatedBy.name)}`;
          out(`${bold(plain(found.name))}  ${dim([who, ...found.tags.map(plain)].join(', '))}`);
          if (found.body !== '') out(colour ? plainLines(found.body) : found.body);
          if (found.backlinks.length > 0) out(dim(`linked from: ${found.backlinks.map(plain).join(', ')}`));
        }
        return EXIT.ok;
      }),
    );

  note
    .command('add')
    .description('make a note')
    .argument('<name>')
    .argument('[text...]', 'markdown; - reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--tag <tag>', 'may be given several times', collect)
    .option('--id <id>', 'your own id: the same id twice is the same note')
    .action(
      action(async (context, name: string, words: string[], o: { file?: string; tag?: string[]; id?: string }) => {
        const nothing = words.length === 0 && o.file === undefined && process.stdin.isTTY;
        const body = nothing ? '' : await textOf(words, o.file);
        const made = await (await context.hub()).call('memory.addNote', {
          name,
          body,
          tags: o.tag ?? [],
          ...(o.id !== undefined && { id: o.id }),
        });
        if (context.asJson) json(made);
        else line(made);
        return EXIT.ok;
      }),
    );

  note
    .command('edit')
    .description('change a note in $EDITOR; or without one: --file with --base, --name, --tag')
    .argument('<note>', 'name or id')
    .option('--file <file>', 'the whole new text; - reads standard input')
    .option('--base <n>', 'the version that the new text was made from (qd note show NAME --json)')
    .option('--name <name>', 'a new name; links in other notes follow')
    .option('--tag <tag>', 'all tags that it has from now on', collect)
    .action(
      action(async (context, name: string, o: { file?: string; base?: string; name?: string; tag?: string[] }) => {
        const hub = await context.hub();
        const base = count(o.base, '--base');
        const change = { ...(o.name !== undefined && { name: o.name }), ...(o.tag !== undefined && { tags: o.tag }) };
        if (o.file !== undefined && base === undefined) {
          throw new Fault('invalid', 'give --base N, the version that you read: without it a newer text could be lost');
        }
        const found = await hub.call('memory.note', { note: name });
        const write = (more: { body?: string }) =>
          hub.call('memory.writeNote', { note: found.id, version: base ?? found.version, ...change, ...more });
        const saved =
          o.file !== undefined
            ? await write({ body: await textOf([], o.file) })
            : Object.keys(change).length > 0
              ? await write({})
              : await editText(found.name, found.body, (body) => write({ body }));
        if (context.asJson) json(saved ?? found);
        else if (saved) line(saved);
        else out('nothing was changed');
        return EXIT.ok;
      }),
    );

  note
    .command('append')
    .description('add lines at the end of a note')
    .argument('<note>', 'name or id')
    .argument('[text...]', '- reads standard input')
    .option('--file <file>', 'read the text from a file')
    .action(
      action(async (context, name: string, words: string[], o: { file?: string }) => {
        const text = await textOf(words, o.file);
        const saved = await (await context.hub()).call('memory.appendNote', { note: name, text });
        if (context.asJson) json(saved);
        else line(saved);
        return EXIT.ok;
      }),
    );

  note
    .command('rm')
    .description('put a note away; qd note restore brings it back')
    .argument('<note>', 'name or id')
    .action(
      action(async (context, name: string) => {
        const removed = await (await context.hub()).call('memory.removeNote', { note: name });
        if (context.asJson) json(removed);
        else out(`put away; back with: qd note restore ${removed.id}`);
        return EXIT.ok;
      }),
    );

  note
    .command('restore')
    .description('bring a note back, or back to an earlier version')
    .argument('<note>', 'name or id')
    .option('--at <n>', 'number of the version')
    .action(
      action(async (context, name: string, o: { at?: string }) => {
        const version = count(o.at, '--at');
        const restored = await (await context.hub()).call('memory.restoreNote', {
          note: name,
          ...(version !== undefined && { version }),
        });
        if (context.asJson) json(restored);
        else line(restored);
        return EXIT.ok;
      }),
    );

  note
    .command('history')
    .description('versions of a note, newest first')
    .argument('<note>', 'name or id')
    .action(
      action(async (context, name: string) => {
        const rows = await (await context.hub()).call('memory.noteHistory', { note: name });
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              { head: 'VERSION', value: (v) => String(v.version) },
              { head: 'AGE', value: (v) => ago(v.at) },
              { head: 'BY', value: (v) => v.by.name },
              { head: 'BYTES', value: (v) => String(v.bytes) },
              { head: 'NAME', value: (v) => v.name, shrink: true },
            ]),
          );
        return EXIT.ok;
      }),
    );
}
