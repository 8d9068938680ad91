/** Words of the memory room: notes (markdown documents) and facts (short, per project), shared by people and agents. */
import { z } from 'zod';
import { Actor } from './actors.ts';
import { call, feed } from './define.ts';

/** What `[[name]]` links to: any line of text without brackets and slashes; told apart without regard to case. */
export const NoteName = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^\0-\x1f\x7f-\x9f\u2028\u2029[\]/\\|#]+$/, 'a name has no brackets, slashes, | or #')
  // Addresses would lose them: /api/notes/.. is /api
  .refine((name) => !/^\.{1,2}$/.test(name), 'a name is more than dots');

/** Minted by a client: the same id twice is the same thing. */
const MintedId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/, 'an id has 1 to 128 letters, digits, - and _');

export const NoteRow = z.object({
  id: z.string(),
  name: z.string(),
  tags: z.array(z.string()),
  /** Beginning of its text, markdown marks taken off. */
  preview: z.string(),
  bytes: z.number(),
  version: z.number(),
  /** Names that it links to by `[[name]]`, and keys of cards that it names. */
  links: z.array(z.string()),
  createdBy: Actor,
  updatedBy: Actor,
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type NoteRow = z.infer<typeof NoteRow>;

export const Note = NoteRow.extend({
  /** Markdown. */
  body: z.string(),
  /** Names of notes that link here. */
  backlinks: z.array(z.string()),
});
export type Note = z.infer<typeof Note>;

export const NoteVersion = z.object({
  version: z.number(),
  at: z.number(),
  by: Actor,
  name: z.string(),
  bytes: z.number(),
});

export const Fact = z.object({
  id: z.string(),
  /** A project's name, or its folder; `*` is every project. */
  project: z.string(),
  text: z.string(),
  version: z.number(),
  createdBy: Actor,
  updatedBy: Actor,
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Fact = z.infer<typeof Fact>;

/** A note by its id or name. */
const Named = z.object({ note: z.string().min(1).max(128) });
const Body = z.string().max(1_048_576);
const Project = z.string().trim().min(1).max(512);

export const memory = {
  notes: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Notes, newest change first; with `q` those that hold all of the words',
    input: z.object({
      q: z.string().max(256).optional(),
      tag: z.string().max(64).optional(),
      /** Those that were put away instead. */
      removed: z.stringbool().or(z.boolean()).optional(),
      limit: z.coerce.number().int().min(1).max(5000).default(1000),
    }),
    /** `found`: the line where the first word stands. */
    output: z.array(NoteRow.extend({ found: z.string() })),
    http: { method: 'GET', path: '/api/notes' },
  }),
  note: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'One note, whole; with `version` as it was then',
    input: Named.extend({ version: z.coerce.number().int().min(1).optional() }),
    output: Note,
    http: { method: 'GET', path: '/api/notes/:note' },
  }),
  addNote: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Make a note; the same client id twice is the same note',
    input: z.strictObject({
      id: MintedId.optional(),
      name: NoteName,
      body: Body.default(''),
      tags: z.array(z.string().min(1).max(64)).max(32).default([]),
    }),
    output: Note,
    http: { method: 'POST', path: '/api/notes', status: 201 },
  }),
  writeNote: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Change a note; a stale version is refused with the newer text, so that nothing is lost',
    input: z.strictObject({
      note: z.string().min(1).max(128),
      /** The version that was read: without it nothing is written. Fault `conflict` carries `data.note`. */
      version: z.int().min(1),
      name: NoteName.optional(),
      body: Body.optional(),
      tags: z.array(z.string().min(1).max(64)).max(32).optional(),
    }),
    output: Note,
    http: { method: 'PATCH', path: '/api/notes/:note' },
  }),
  appendNote: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Add lines at the end of a note; needs no version',
    input: z.strictObject({ note: z.string().min(1).max(128), text: z.string().min(1).max(65_536) }),
    output: Note,
    http: { method: 'POST', path: '/api/notes/:note/append' },
  }),
  removeNote: call({
    scope: 'type',
    limited: 'filtered',
    summary: 'Put a note away; its versions stay and `restoreNote` brings it back',
    input: Named,
    output: z.object({ removed: z.literal(true), id: z.string(), name: z.string() }),
    http: { method: 'DELETE', path: '/api/notes/:note' },
  }),
  restoreNote: call({
    scope: 'type',
    limited: 'filtered',
    summary: 'Bring a note back, or back to an earlier version; what is there becomes a version too',
    input: z.strictObject({ note: z.string().min(1).max(128), version: z.int().min(1).optional() }),
    output: Note,
    http: { method: 'POST', path: '/api/notes/:note/restore' },
  }),
  noteHistory: call({
    scope: 'read',
    limited: 'filtered',
    summary: "A note's versions, newest first",
    input: Named,
    output: z.array(NoteVersion),
    http: { method: 'GET', path: '/api/notes/:note/history' },
  }),
  facts: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Facts of a project (those of `*` included), or of all; oldest first',
    input: z.object({ project: Project.optional(), q: z.string().max(256).optional() }),
    output: z.array(Fact),
    http: { method: 'GET', path: '/api/facts' },
  }),
  addFact: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Remember something short about a project',
    input: z.strictObject({
      id: MintedId.optional(),
      project: Project,
      text: z.string().trim().min(1).max(2000),
    }),
    output: Fact,
    http: { method: 'POST', path: '/api/facts', status: 201 },
  }),
  editFact: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Change a fact; a stale version is refused with `data.fact`',
    input: z.strictObject({
      id: z.string().min(1).max(128),
      version: z.int().min(1),
      text: z.string().trim().min(1).max(2000).optional(),
      project: Project.optional(),
    }),
    output: Fact,
    http: { method: 'PATCH', path: '/api/facts/:id' },
  }),
  removeFact: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Forget a fact; its history stays',
    input: z.object({ id: z.string().min(1).max(128) }),
    output: z.object({ removed: z.literal(true), id: z.string() }),
    http: { method: 'DELETE', path: '/api/facts/:id' },
  }),
  factHistory: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'What a fact said, newest first',
    input: z.object({ id: z.string().min(1).max(128) }),
    output: z.array(
      z.object({
        version: z.number(),
        at: z.number(),
        by: Actor,
        project: z.string(),
        text: z.string(),
        removed: z.boolean(),
      }),
    ),
    http: { method: 'GET', path: '/api/facts/:id/history' },
  }),
  noteRows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Notes without their text, live',
    params: z.object({}),
    row: NoteRow,
    key: 'id',
  }),
  factRows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Facts, live',
    params: z.object({}),
    row: Fact,
    key: 'id',
  }),
};
