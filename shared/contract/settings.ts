/** Words of the settings room: each value with where it comes from. */
import { z } from 'zod';
import { call } from './define.ts';

export const SETTING_SOURCES = ['built-in', 'file', 'project', 'overlay', 'environment', 'flag'] as const;

export const Setting = z.object({
  key: z.string(),
  value: z.unknown(),
  source: z.enum(SETTING_SOURCES),
  /** File and line for `file` and `project`, variable name for `environment`. */
  origin: z.string().nullable(),
  summary: z.string(),
  /** Settings that guard access: a project file cannot set them, and changing them needs admin. */
  security: z.boolean(),
  /** Takes effect at the next start. */
  restart: z.boolean(),
  /** Takes effect at the next start, and the hub still runs with another value. */
  pending: z.boolean().optional(),
  /** JSON Schema of the value, for editors; the hub checks by itself. */
  schema: z.record(z.string(), z.unknown()).optional(),
  /** Its value is never told: `[set]`, or empty. */
  hidden: z.boolean().optional(),
  /** What it is where nothing is set. */
  standard: z.unknown().optional(),
});
export type Setting = z.infer<typeof Setting>;

export const SettingsView = z.object({
  settings: z.array(Setting),
  /** Problems of configuration files, with line and column; such a file is ignored and never overwritten. */
  problems: z.array(
    z.object({ file: z.string(), line: z.number().nullable(), column: z.number().nullable(), message: z.string() }),
  ),
  files: z.object({ user: z.string(), overlay: z.string() }),
});
export type SettingsView = z.infer<typeof SettingsView>;

export const settings = {
  get: call({
    scope: 'read',
    summary: 'Every setting with its value and source',
    input: z.object({}),
    output: SettingsView,
    http: { method: 'GET', path: '/api/settings' },
  }),
  patch: call({
    scope: 'admin',
    summary: "Set values in the overlay (null goes back to what is below it); the user's own file is never touched",
    input: z.strictObject({ set: z.record(z.string(), z.unknown()) }),
    output: SettingsView,
    http: { method: 'PATCH', path: '/api/settings' },
  }),
  reset: call({
    scope: 'admin',
    summary: 'Remove the overlay: all values set in the app are gone',
    input: z.object({}),
    output: SettingsView,
    http: { method: 'DELETE', path: '/api/settings' },
  }),
};
