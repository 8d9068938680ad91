/** `qd board`: cards that people and agents work through. Inside a session it acts for that session. */
import type { Command } from 'commander';
import { type Card, ColumnKind } from '../../shared/contract/board.ts';
import { Fault } from '../../shared/fault.ts';
import {
  type FieldOptions,
  fieldOptions,
  fieldsOf,
  fileOrInput,
  keyOf,
  lease,
  number,
  oneOf,
  seen,
  textOrInput,
} from './board-fields.ts';
import { boardText, cardLine, cardText, changeText } from './board-print.ts';
import type { Hub } from './connect.ts';
import { action, type Context, collect } from './context.ts';
import { EXIT, json, out, table } from './print.ts';

const said = (context: Context, card: Card): number => {
  if (context.asJson) json(card);
  else out(cardLine(card));
  return EXIT.ok;
};
async function show(context: Context, hub: Hub, card: Card): Promise<number> {
  if (context.asJson) json(card);
  else out(cardText(card, await hub.call('board.history', { key: card.key, limit: 10 })));
  return EXIT.ok;
}

function looking(board: Command): void {
  board
    .command('list', { isDefault: true })
    .description('the cards, by column; * marks who works on it')
    .option('--column <id>', 'of one column')
    .option('--tag <tag>', 'with this tag')
    .option('--owner <name>', 'of this user or session')
    .option('--find <words>', 'words in key, title or description')
    .option('--all', 'finished ones too')
    .action(
      action(async (context, o: { column?: string; tag?: string; owner?: string; find?: string; all?: boolean }) => {
        const hub = await context.hub();
        const [cards, columns] = await Promise.all([
          hub.call('board.list', {
            ...(o.column === undefined ? {} : { column: o.column }),
            ...(o.tag === undefined ? {} : { tag: o.tag }),
            ...(o.owner === undefined ? {} : { owner: o.owner }),
            ...(o.find === undefined ? {} : { q: o.find }),
          }),
          hub.call('board.columns', {}),
        ]);
        const finished = new Set(
          columns.filter((c) => c.kind === 'done' || c.kind === 'discarded').map(({ id }) => id),
        );
        const shown = o.all || o.column !== undefined ? cards : cards.filter((card) => !finished.has(card.column));
        if (context.asJson) json(shown);
        else if (shown.length === 0) out('no cards here; make one with: qd board add "TITLE"');
        else out(boardText(shown, columns));
        return EXIT.ok;
      }),
    );
  board
    .command('show')
    .description('one card, whole, with what happened to it last')
    .argument('<key>')
    .action(
      action(async (context, key: string) => {
        const hub = await context.hub();
        return show(context, hub, await hub.call('board.get', { key: keyOf(key) }));
      }),
    );
  board
    .command('history')
    .description('changes and comments, newest first')
    .argument('<key>')
    .option('--limit <n>', 'at most this many', '200')
    .action(
      action(async (context, key: string, o: { limit: string }) => {
        const limit = number('--limit', o.limit);
        const rows = await (await context.hub()).call('board.history', { key: keyOf(key), limit });
        if (context.asJson) json(rows);
        else for (const change of rows) out(changeText(change));
        return EXIT.ok;
      }),
    );
  board
    .command('columns')
    .description('the columns, in order')
    .action(
      action(async (context) => {
        const rows = await (await context.hub()).call('board.columns', {});
        if (context.asJson) json(rows);
        else
          out(
            table(rows, [
              { head: 'ID', value: (c) => c.id },
              { head: 'TITLE', value: (c) => c.title, shrink: true },
              { head: 'KIND', value: (c) => c.kind },
              { head: 'LIMIT', value: (c) => (c.limit === null ? '' : String(c.limit)) },
            ]),
          );
        return EXIT.ok;
      }),
    );
}

function writing(board: Command): void {
  fieldOptions(board.command('add').description('make a card').argument('<title...>'))
    .option('--column <id>', 'column (default: the backlog)')
    .option('--prefix <prefix>', 'what its key begins with')
    .option('--id <id>', 'your own id: the same id twice is the same card')
    .action(
      action(async (context, words: string[], o: FieldOptions & { column?: string; prefix?: string; id?: string }) => {
        const fields = await fieldsOf(o);
        const card = await (await context.hub()).call('board.add', {
          ...fields,
          title: words.join(' '),
          ...(o.column === undefined ? {} : { column: o.column }),
          ...(o.prefix === undefined ? {} : { prefix: o.prefix }),
          ...(o.id === undefined ? {} : { id: o.id }),
        });
        return said(context, card);
      }),
    );
  fieldOptions(board.command('edit').description('change what is named, leave the rest').argument('<key>'))
    .option('--title <title>', 'new title')
    .option('--seen <version>', 'only if it is still this version')
    .option('--fence <n>', 'only if this claim still stands')
    .addHelpText('after', '\n"none" empties: --due none, --owner none, --depends none, --tag none')
    .action(
      action(async (context, key: string, o: FieldOptions & { seen?: string; fence?: string }) => {
        const fields = { ...(await fieldsOf(o)), ...(o.title === undefined ? {} : { title: o.title }) };
        if (Object.keys(fields).length === 0) throw new Fault('invalid', 'nothing to change; see: qd help board edit');
        const card = await (await context.hub()).call('board.edit', { key: keyOf(key), ...fields, ...seen(o) });
        return said(context, card);
      }),
    );
  board
    .command('move')
    .description('move a card to a column and a place in it')
    .argument('<key>')
    .argument('<column>')
    .option('--before <key>', 'above this card (default: the end)')
    .option('--seen <version>', 'only if it is still this version')
    .option('--fence <n>', 'only if this claim still stands')
    .action(
      action(async (context, key: string, column: string, o: { before?: string; seen?: string; fence?: string }) => {
        const card = await (await context.hub()).call('board.move', {
          key: keyOf(key),
          column,
          ...(o.before === undefined ? {} : { before: keyOf(o.before) }),
          ...seen(o),
        });
        return said(context, card);
      }),
    );
  board
    .command('done')
    .description('move a card to the column of what is done')
    .argument('<key>')
    .option('--fence <n>', 'only if this claim still stands')
    .action(
      action(async (context, key: string, o: { fence?: string }) => {
        const hub = await context.hub();
        const columns = await hub.call('board.columns', {});
        const done = columns.find(({ kind }) => kind === ColumnKind.enum.done);
        if (!done) throw new Fault('not-found', 'the board has no column of what is done');
        return said(context, await hub.call('board.move', { key: keyOf(key), column: done.id, ...seen(o) }));
      }),
    );
  board
    .command('comment')
    .description('say something on a card')
    .argument('<key>')
    .argument('<text...>', 'the comment; - reads standard input')
    .action(
      action(async (context, key: string, words: string[]) => {
        const text = await textOrInput(words.join(' '));
        const change = await (await context.hub()).call('board.comment', { key: keyOf(key), text });
        if (context.asJson) json(change);
        else out(changeText(change));
        return EXIT.ok;
      }),
    );
  board
    .command('rm')
    .description('delete a card for good; its history stays')
    .argument('<key>')
    .action(
      action(async (context, key: string) => {
        const gone = await (await context.hub()).call('board.remove', { key: keyOf(key) });
        if (context.asJson) json(gone);
        else out(`deleted ${gone.key}`);
        return EXIT.ok;
      }),
    );
}

function claiming(board: Command): void {
  board
    .command('next')
    .description('claim the best free card by priority that tags and dependencies allow')
    .option('--tag <tag>', 'only with this tag; may be given several times', collect)
    .option('--for <session>', 'claim for this session')
    .option('--lease <seconds>', 'how long the claim holds without a sign of life')
    .action(
      action(async (context, o: { tag?: string[]; for?: string; lease?: string }) => {
        const hub = await context.hub();
        const { card } = await hub.call('board.next', {
          ...(o.tag === undefined ? {} : { tags: o.tag }),
          ...(o.for === undefined ? {} : { session: o.for }),
          ...lease(o),
        });
        if (context.asJson) json({ card });
        else if (card) return show(context, hub, card);
        else out('no card is free for you');
        return EXIT.ok;
      }),
    );
  board
    .command('claim')
    .description('take a card: one winner, the others are told who')
    .argument('<key>')
    .option('--for <session>', 'claim for this session')
    .option('--lease <seconds>', 'how long the claim holds without a sign of life')
    .action(
      action(async (context, key: string, o: { for?: string; lease?: string }) => {
        const card = await (await context.hub()).call('board.claim', {
          key: keyOf(key),
          ...(o.for === undefined ? {} : { session: o.for }),
          ...lease(o),
        });
        return said(context, card);
      }),
    );
  board
    .command('renew')
    .description("keep a claim alive; a session's activity does so by itself")
    .argument('<key>')
    .option('--fence <n>', 'of this claim (default: the one that stands)')
    .option('--lease <seconds>', 'how long from now')
    .action(
      action(async (context, wanted: string, o: { fence?: string; lease?: string }) => {
        const hub = await context.hub();
        const key = keyOf(wanted);
        const standing = o.fence === undefined ? (await hub.call('board.get', { key })).claim?.fence : undefined;
        const fence = o.fence === undefined ? standing : number('--fence', o.fence);
        if (fence === undefined) throw new Fault('stale', `nobody claims ${key}; claim it with: qd board claim ${key}`);
        return said(context, await hub.call('board.renew', { key, fence, ...lease(o) }));
      }),
    );
  board
    .command('release')
    .description("give a claim back; a person takes away anybody's")
    .argument('<key>')
    .option('--fence <n>', 'only this claim')
    .action(
      action(async (context, key: string, o: { fence?: string }) =>
        said(context, await (await context.hub()).call('board.release', { key: keyOf(key), ...seen(o) })),
      ),
    );
}

function exchange(board: Command): void {
  board
    .command('export')
    .description('the whole board on standard output')
    .option('--as <form>', 'json, csv or ical (due dates)', 'json')
    .action(
      action(async (context, o: { as: string }) => {
        const as = oneOf('--as', o.as, ['json', 'csv', 'ical'] as const);
        const { text } = await (await context.hub()).call('board.export', { as });
        // What `--json` asks for is JSON already, the other forms are put into it.
        if (context.asJson && as !== 'json') json({ text });
        else process.stdout.write(text);
        return EXIT.ok;
      }),
    );
  board
    .command('import')
    .description("cards from this board's JSON or GitHub's issues JSON; what was imported before is left alone")
    .argument('<file>', 'a file; - reads standard input')
    .option('--from <what>', 'quarterdeck or github', 'quarterdeck')
    .action(
      action(async (context, path: string, o: { from: string }) => {
        const format = oneOf('--from', o.from, ['quarterdeck', 'github'] as const);
        const text = await fileOrInput(path);
        const result = await (await context.hub()).call('board.import', { format, text }, 300_000);
        if (context.asJson) json(result);
        else out(`${result.added} added, ${result.skipped} left alone`);
        return EXIT.ok;
      }),
    );
  board
    .command('calendar')
    .description('a new secret address of the due dates for calendar programs; the one before stops working')
    .action(
      action(async (context) => {
        const hub = await context.hub();
        const { path } = await hub.call('board.calendar', {});
        if (context.asJson) json({ path, url: `${hub.url}${path}` });
        else out(`${hub.url}${path}`);
        return EXIT.ok;
      }),
    );
}

export function boardCommands(program: Command): void {
  const board = program.command('board').description('cards that people and agents work through');
  looking(board);
  writing(board);
  claiming(board);
  exchange(board);
}
