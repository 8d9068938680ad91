/** Words of the git room: what a session changed, who works in the same place, and worktrees that keep agents apart. */
import { z } from 'zod';
import { call, feed } from './define.ts';
import { SessionName } from './names.ts';

const Named = z.object({ name: z.string().min(1).max(128) });
const Path = z.string().min(1).max(4096);

export const Change = z.object({
  /** Relative to the repository's root. */
  path: z.string(),
  /** Before a rename. */
  from: z.string().nullable(),
  kind: z.enum(['added', 'modified', 'deleted', 'renamed', 'untracked', 'conflicted', 'type']),
  /** All of it is in the index. */
  staged: z.boolean(),
  /** Lines; null for binary files. */
  added: z.number().nullable(),
  removed: z.number().nullable(),
});
export type Change = z.infer<typeof Change>;

/** Where a session stands in git; the feed's row. */
export const Place = z.object({
  sessionId: z.string(),
  session: z.string(),
  /** Root of the working tree. */
  root: z.string(),
  /** null when the head is detached. */
  branch: z.string().nullable(),
  /** First 12 digits. null before the first commit. */
  head: z.string().nullable(),
  /** A linked worktree, not the repository's main one. */
  worktree: z.boolean(),
  /** Quarterdeck made the worktree. */
  ours: z.boolean(),
  upstream: z.string().nullable(),
  ahead: z.number(),
  behind: z.number(),
  /** Count of changed files, untracked ones included. */
  changed: z.number(),
  /** Names of other live sessions in the same working tree. */
  sharedWith: z.array(z.string()),
  /** Files that sessions in other working trees of the same repository changed too: merges to come. */
  overlaps: z.array(z.object({ session: z.string(), path: z.string() })),
  /** Unix milliseconds of this look. */
  at: z.number(),
});
export type Place = z.infer<typeof Place>;

export const Worktree = z.object({
  path: z.string(),
  branch: z.string().nullable(),
  head: z.string(),
  main: z.boolean(),
  ours: z.boolean(),
  locked: z.boolean(),
  /** Files with uncommitted changes, untracked ones included. */
  changed: z.number(),
  /** Commits that are on no other branch and on no remote. */
  unmerged: z.number(),
  sessions: z.array(z.string()),
});
export type Worktree = z.infer<typeof Worktree>;

export const git = {
  /** Outside of a repository, here and below: Fault `unsupported`. */
  status: call({
    scope: 'type',
    limited: 'session',
    summary: "What changed in the session's working tree",
    /** `base: fork` compares with where the branch left the default branch, commits included. */
    input: Named.extend({ base: z.enum(['head', 'fork']).default('head') }),
    output: Place.extend({ changes: z.array(Change), truncated: z.boolean(), base: z.string().nullable() }),
    http: { method: 'GET', path: '/api/sessions/:name/git' },
  }),
  diff: call({
    scope: 'type',
    limited: 'session',
    summary: 'The change as a unified diff, of one file or of all; untracked files count as added',
    input: Named.extend({
      path: Path.optional(),
      base: z.enum(['head', 'fork']).default('head'),
      /** Lines of context. */
      context: z.coerce.number().int().min(0).max(100_000).default(3),
      format: z.enum(['text', 'json']).default('text'),
    }),
    output: z.object({ text: z.string(), truncated: z.boolean() }),
    http: { method: 'GET', path: '/api/sessions/:name/diff', as: 'text' },
  }),
  worktrees: call({
    scope: 'type',
    limited: 'session',
    summary: "Worktrees of the session's repository",
    input: Named,
    output: z.array(Worktree),
    http: { method: 'GET', path: '/api/sessions/:name/worktrees' },
  }),
  /**
   * May take minutes: the user's own `worktree.run` has ten. Agents that keep conversations with their folder (gemini, qwen,
   * opencode) are started anew, and the recipe says so.
   */
  isolate: call({
    scope: 'run',
    summary: 'Give a session a worktree and branch of its own: it is started there again with its conversation',
    input: Named.extend({
      /** Default `qd/<session>`. */
      branch: z.string().min(1).max(200).optional(),
      /** Take uncommitted changes along (they stay where they were, too). */
      carry: z.boolean().default(false),
      /** Start a new session there under this name and leave this one alone. */
      as: SessionName.optional(),
    }).strict(),
    output: z.object({
      session: z.string(),
      path: z.string(),
      branch: z.string(),
      /** What the recipe (`worktree:` in `.quarterdeck.yaml`) did, one line each. */
      recipe: z.array(z.string()),
    }),
    http: { method: 'POST', path: '/api/sessions/:name/isolate', status: 201 },
  }),
  /**
   * Refused (`conflict`, with `data.changed`, `data.unmerged` and `data.ignored`) while it holds what is nowhere else. With
   * `keep`, ignored files that no tool makes again go to `refs/quarterdeck/ignored/...`, which is never pushed.
   */
  removeWorktree: call({
    scope: 'run',
    summary: 'Remove a worktree; uncommitted work is refused, or first kept as a commit on `qd/kept/...` with `keep`',
    input: Named.extend({ path: Path, keep: z.boolean().default(false) }).strict(),
    output: z.object({ removed: z.literal(true), path: z.string(), kept: z.string().nullable() }),
    http: { method: 'POST', path: '/api/sessions/:name/worktrees/remove' },
  }),
  places: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Where each session stands in git, live',
    params: z.object({}),
    row: Place,
    key: 'sessionId',
  }),
};
