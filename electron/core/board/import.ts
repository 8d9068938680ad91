/** Cards from this board's JSON or GitHub's issues JSON. Everything is checked first; what came in before is left alone. */
import { z } from 'zod';
import { Actor } from '../../../shared/contract/actors.ts';
import { type Card, CardFields, CardKey, type Column, ColumnId, ColumnKind } from '../../../shared/contract/board.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import { EXPORT_FORMAT } from './export.ts';
import type { Rows } from './rows.ts';
import { anyCycle, isFinished, type KeptCard, RANK_STEP, unique } from './rules.ts';
import type { BoardStore } from './store.ts';
import { MOST_CARDS } from './writes.ts';

/** Cards written in one go, so that everybody else gets a turn in between. */
const BATCH = 200;

/** A card of the file, in the board's words; `source` tells it apart from all others, for ever. */
interface Incoming {
  readonly source: string;
  /** Wanted, where the number is free. */
  readonly key: string | null;
  readonly column: Column;
  readonly card: Partial<Omit<Card, 'key' | 'column'>> & Pick<Card, 'title' | 'createdAt'>;
}

const Time = z.int().min(0).max(8_640_000_000_000_000);
/** A card as `board.export` writes it; what a hand-written file leaves out gets its usual value. */
const Exported = z.object({
  ...CardFields.shape,
  key: CardKey,
  title: z.string().trim().min(1).max(300),
  column: ColumnId.optional(),
  owner: Actor.nullable().optional(),
  creator: Actor.optional(),
  createdAt: Time.optional(),
  updatedAt: Time.optional(),
  finishedAt: Time.nullable().optional(),
});
const File = z.union([
  z.array(Exported).transform((cards) => ({ columns: [], cards })),
  z.object({
    format: z.literal(EXPORT_FORMAT),
    columns: z.array(z.object({ id: z.string(), kind: ColumnKind })),
    cards: z.array(Exported),
  }),
]);

/** Of GitHub's REST interface, and of `gh issue list --json`, which names a few fields differently. */
const Issue = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])).nullish(),
  state: z.string().nullish(),
  state_reason: z.string().nullish(),
  stateReason: z.string().nullish(),
  milestone: z.object({ due_on: z.string().nullish(), dueOn: z.string().nullish() }).nullish(),
  html_url: z.string().nullish(),
  url: z.string().nullish(),
  created_at: z.string().nullish(),
  createdAt: z.string().nullish(),
  closed_at: z.string().nullish(),
  closedAt: z.string().nullish(),
  /** Pull requests are listed among the issues. */
  pull_request: z.unknown().optional(),
});
const Issues = z.union([
  z.array(Issue),
  z.array(z.array(Issue)).transform((pages) => pages.flat()),
  z.object({ items: z.array(Issue) }).transform(({ items }) => items),
]);

function read<S extends z.ZodType>(schema: S, text: string, what: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new Fault(
      'invalid',
      `the text is no JSON: ${cause instanceof Error ? cause.message : cause}`,
      undefined,
      cause,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // Of a union the branch that got furthest tells most.
  const issue = result.error.issues.flatMap((each) =>
    each.code === 'invalid_union'
      ? [...each.errors].sort((a, b) => depth(b) - depth(a)).flatMap((e) => e.slice(0, 1))
      : each,
  )[0];
  const at = issue?.path.map(String).join('.');
  throw new Fault(
    'invalid',
    `this is no ${what}: ${at ? `${at}: ` : ''}${issue?.message ?? 'unknown shape'}; nothing was imported`,
  );
}
const depth = (issues: readonly { readonly path: readonly unknown[] }[]): number =>
  Math.max(0, ...issues.slice(0, 100).map(({ path }) => path.length));

const timeOf = (text: string | null | undefined): number | null => {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) || at < 0 ? null : at;
};
const dayOf = (text: string | null | undefined): string | null => {
  const day = text?.slice(0, 10) ?? '';
  return CardFields.shape.due.safeParse(day).success ? day : null;
};
const cut = (text: string, most: number): string => text.slice(0, most).toWellFormed();

export interface ImportDeps {
  readonly store: BoardStore;
  readonly rows: Rows;
  readonly clock: Clock;
  readonly prefix: () => string;
}

export interface Imported {
  added: number;
  skipped: number;
  keys: string[];
}

export function createImport({ store, rows, clock, prefix }: ImportDeps) {
  let busy = false;
  const first = (kind: ColumnKind): Column => {
    const column = rows.columns().find((each) => each.kind === kind);
    if (!column) throw new Fault('not-found', `there is no column of the kind ${kind}`);
    return column;
  };

  function fromFile(text: string): Incoming[] {
    const { columns, cards } = read(File, text, 'export of a board');
    const kinds = new Map<string, ColumnKind>(columns.map(({ id, kind }) => [id, kind]));
    const columnOf = (id: string | undefined): Column => {
      const same = id === undefined ? undefined : rows.column(id);
      const kind = kinds.get(id ?? '') ?? 'backlog';
      return same ?? rows.columns().find((each) => each.kind === kind) ?? first('backlog');
    };
    return cards.map(({ key, column, createdAt, links, ...card }) => ({
      source: `card:${key}@${createdAt ?? ''}`,
      key,
      column: columnOf(column),
      card: {
        ...card,
        createdAt: createdAt ?? clock.now(),
        links: { session: links?.session ?? null, branch: links?.branch ?? null, pr: links?.pr ?? null },
      },
    }));
  }

  function fromGithub(text: string): { readonly incoming: Incoming[]; readonly left: number } {
    const issues = read(Issues, text, 'list of GitHub issues');
    const wanted = issues.filter((issue) => issue.pull_request === undefined || issue.pull_request === null);
    const incoming = wanted.map((issue): Incoming => {
      const url = issue.html_url ?? issue.url;
      if (!url) throw new Fault('invalid', `issue ${issue.number} has no html_url: it could not be told from others`);
      const closed = issue.state?.toLowerCase() === 'closed';
      const unplanned = /^not[_ ]planned$|^duplicate$/i.test(issue.state_reason ?? issue.stateReason ?? '');
      const labels = (issue.labels ?? []).map((label) => (typeof label === 'string' ? label : (label.name ?? '')));
      const createdAt = timeOf(issue.created_at ?? issue.createdAt) ?? clock.now();
      const link = CardFields.shape.links.safeParse({ pr: url });
      return {
        source: `url:${url}`,
        key: null,
        column: first(closed ? (unplanned ? 'discarded' : 'done') : 'backlog'),
        card: {
          title: cut(issue.title.trim(), 300).trim() || `Issue ${issue.number}`,
          description: cut(issue.body ?? '', 262_144),
          tags: unique(labels.map((label) => cut(label.trim(), 64)).filter(Boolean)).slice(0, 32),
          due: dayOf(issue.milestone?.due_on ?? issue.milestone?.dueOn),
          links: { session: null, branch: null, pr: link.success ? url : null },
          createdAt,
          finishedAt: timeOf(issue.closed_at ?? issue.closedAt),
        },
      };
    });
    return { incoming, left: issues.length - wanted.length };
  }

  /** New keys for all that are new; `known` are keys of the file that stand for cards of this board. */
  function plan(incoming: readonly Incoming[]): {
    readonly cards: [string, Incoming][];
    readonly known: Map<string, string>;
  } {
    const known = new Map<string, string>();
    const fresh: Incoming[] = [];
    const sources = new Set<string>();
    for (const each of incoming) {
      const own = each.key === null ? undefined : store.get(each.key);
      const made = store.made(each.source) ?? (own && own.createdAt === each.card.createdAt ? own.key : undefined);
      if (made !== undefined) {
        if (each.key !== null) known.set(each.key, made);
      } else if (!sources.has(each.source)) fresh.push(each);
      sources.add(each.source);
    }
    const { cards } = store.size();
    if (cards + fresh.length > MOST_CARDS) {
      throw new Fault(
        'refused',
        `the board holds at most ${MOST_CARDS} cards; there are ${cards} and ${fresh.length} more would come`,
      );
    }
    const planned = store.transaction(() => {
      const used = new Set<string>();
      const keep = new Map<string, number>();
      const free = (key: string): boolean => {
        const [name = '', number = ''] = key.split('-');
        const given = keep.get(name) ?? store.given(name);
        keep.set(name, given);
        // A number far away would use up the others.
        return Number(number) > given && Number(number) <= given + 10 * MOST_CARDS && !used.has(key);
      };
      const kept = fresh.map((each): [string | null, Incoming] => {
        const stays = each.key !== null && free(each.key);
        if (stays && each.key !== null) used.add(each.key);
        return [stays ? each.key : null, each];
      });
      for (const key of used) {
        const [name = '', number = ''] = key.split('-');
        store.raise(name, Number(number));
      }
      return kept.map(([key, each]): [string, Incoming] => {
        if (key !== null) return [key, each];
        const name = each.key?.split('-')[0] ?? prefix();
        return [`${name}-${store.take(name)}`, each];
      });
    });
    for (const [key, each] of planned) if (each.key !== null) known.set(each.key, key);
    return { cards: planned, known };
  }

  return async (by: Actor, format: 'quarterdeck' | 'github', text: string): Promise<Imported> => {
    if (busy) throw new Fault('locked', 'another import is under way; try again when it is done');
    busy = true;
    try {
      const { incoming, left } = format === 'github' ? fromGithub(text) : { incoming: fromFile(text), left: 0 };
      const { cards, known } = plan(incoming);
      const dependencies = new Map(
        cards.map(([key, { card }]) => [key, unique((card.dependencies ?? []).map((each) => known.get(each) ?? each))]),
      );
      const way = anyCycle(dependencies.keys(), (key) => dependencies.get(key) ?? rows.dependenciesOf(key));
      if (way)
        throw new Fault('refused', `cards would wait for themselves: ${way.join(' waits for ')}; nothing was imported`);
      const ends = new Map<string, number>();
      const now = clock.now();
      for (let i = 0; i < cards.length; i += BATCH) {
        const written = store.transaction(() =>
          cards.slice(i, i + BATCH).map(([key, { source, column, card }]): KeptCard => {
            const rank = (ends.get(column.id) ?? rows.inColumn(column.id).at(-1)?.rank ?? -RANK_STEP) + RANK_STEP;
            ends.set(column.id, rank);
            store.insert({
              key,
              title: card.title,
              description: card.description ?? '',
              column: column.id,
              rank,
              priority: card.priority ?? 'normal',
              owner: card.owner ?? null,
              claim: null,
              creator: card.creator ?? by,
              tags: unique(card.tags ?? []),
              due: card.due ?? null,
              dependencies: dependencies.get(key) ?? [],
              checklist: card.checklist ?? [],
              links: card.links ?? { session: null, branch: null, pr: null },
              cost: card.cost ?? null,
              review: card.review ?? 'anyone',
              version: 1,
              createdAt: card.createdAt,
              updatedAt: card.updatedAt ?? card.createdAt,
              finishedAt: isFinished(column.kind) ? (card.finishedAt ?? now) : null,
            });
            store.note(source, key);
            const text = `imported from ${source.replace(/^(url|card):/, '')}`;
            store.change({ key, at: now, by, what: 'created', changes: {}, text, version: 1 });
            const kept = store.get(key);
            if (!kept) throw new Error(`the database took ${key} and gave it not back`);
            return kept;
          }),
        );
        rows.publish(...written);
        await new Promise((wake) => setImmediate(wake));
      }
      return { added: cards.length, skipped: incoming.length - cards.length + left, keys: cards.map(([key]) => key) };
    } finally {
      busy = false;
    }
  };
}
