/** Words of the files room: the working folder of a session, looked at and edited without losing anybody's change. */
import { z } from 'zod';
import { call } from './define.ts';

const Named = z.object({ name: z.string().min(1).max(128) });
/** Relative to the session's folder, `/` between; never leaves it, neither by `..` nor by a symbolic link. */
const Path = z
  .string()
  .max(4096)
  .refine((path) => !path.includes('\0'), 'a path has no NUL');

export const FileEntry = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Bytes; 0 for folders. */
  size: z.number(),
  /** Unix milliseconds. */
  modifiedAt: z.number(),
  /** Left out by git's ignore rules. */
  ignored: z.boolean(),
});
export type FileEntry = z.infer<typeof FileEntry>;

export const FileText = z.object({
  path: z.string(),
  size: z.number(),
  modifiedAt: z.number(),
  /** SHA-256 of the bytes, for `write`. */
  version: z.string(),
  /** `text` is UTF-8; `image` and `binary` come as base64 in `data`, binaries without. */
  kind: z.enum(['text', 'image', 'binary']),
  text: z.string(),
  /** Base64 of an image, else empty. */
  data: z.string(),
  /** Media type of an image, else empty. */
  media: z.string(),
  /** Longer than what is shown: it can be read, not written. */
  truncated: z.boolean(),
});
export type FileText = z.infer<typeof FileText>;

export const files = {
  list: call({
    scope: 'type',
    limited: 'session',
    summary: "A folder inside the session's working folder: folders first, then files, by name",
    input: Named.extend({ path: Path.default('') }),
    output: z.object({ path: z.string(), entries: z.array(FileEntry), truncated: z.boolean() }),
    http: { method: 'GET', path: '/api/sessions/:name/files' },
  }),
  find: call({
    scope: 'type',
    limited: 'session',
    summary: 'Files whose path holds the letters of `q` in order, best first; ignored files left out',
    input: Named.extend({ q: z.string().max(256), limit: z.coerce.number().int().min(1).max(500).default(50) }),
    output: z.array(z.object({ path: z.string() })),
    http: { method: 'GET', path: '/api/sessions/:name/find' },
  }),
  read: call({
    scope: 'type',
    limited: 'session',
    summary: 'A file: text up to 1 MiB, images up to 8 MiB',
    input: Named.extend({ path: Path.min(1) }),
    output: FileText,
    http: { method: 'GET', path: '/api/sessions/:name/file' },
  }),
  write: call({
    scope: 'type',
    limited: 'session',
    summary:
      'Write a text file; when it changed since `version`, Fault `conflict` with `data.file` and nothing written',
    input: Named.extend({
      path: Path.min(1),
      text: z.string().max(1_048_576),
      /** Version that was read; null makes a new file and is refused where one is. */
      version: z.string().max(128).nullable(),
    }).strict(),
    output: FileText,
    http: { method: 'PUT', path: '/api/sessions/:name/file' },
  }),
};
