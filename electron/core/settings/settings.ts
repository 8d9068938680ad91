/** The door of the settings room: every value with where it comes from, over six layers. */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { SettingsView } from '../../../shared/contract/settings.ts';
import { Fault } from '../../../shared/fault.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Asked, type Handlers, may } from '../../kernel/handlers.ts';
import { type Loaded, load, remove, replace } from './files.ts';
import { defOf, isSettingKey, SETTING_KEYS, type SettingKey, type SettingValue, schemaOf } from './keys.ts';
import { builtIn, type Effective, environmentLayer, type Layer, layerOf, merge, projectLayer } from './layers.ts';
import { type Checks, checked, type Parsed, parseEnvFile, parseOverlay, parseYaml } from './parse.ts';
import { fromFile, fromText, hideEnv, type Problem, unknownKey } from './rules.ts';

export interface SettingsDeps {
  /** `config` holds `config.yaml` and `.env`, `data` holds `overlay.json`. */
  readonly folders: { readonly config: string; readonly data: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From the command line, as typed or as values; a wrong one refuses the start. */
  readonly flags?: Partial<Record<SettingKey, unknown>>;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Where the search for a project file ends, besides the root and a repository's top. */
  readonly home: string;
  readonly checks?: Checks;
  readonly audit?: Audit;
}

/** What rooms above may read. */
export interface SettingsAccess {
  /** The value in force now. Settings marked `restart` are read once, at the start. */
  value<K extends SettingKey>(key: K): SettingValue<K>;
  /** The same with the `.quarterdeck.yaml` that governs `cwd` taken into account. */
  forProject(cwd: string): Promise<{ value<K extends SettingKey>(key: K): SettingValue<K> }>;
}

export interface Settings extends SettingsAccess {
  view(): SettingsView;
  /** Writes the overlay; null goes back to the layer below. All or nothing. Fault `invalid`, `conflict`. */
  patch(set: Readonly<Record<string, unknown>>): Promise<SettingsView>;
  /** Removes the overlay. */
  reset(): Promise<SettingsView>;
  /** Looks at the files now; also done every two seconds. */
  refresh(): Promise<void>;
  readonly handlers: Pick<Handlers, 'settings.get' | 'settings.patch' | 'settings.reset'>;
  close(): void;
}

const PROJECT_FILE = '.quarterdeck.yaml';
const REFRESH_MS = 2000;
const PROJECTS_KEPT = 200;
/** What stands for a secret wherever settings are shown. */
const SET = '[set]';

/** A file, what was last read from it, and the values last known to be good. */
interface Source<P> {
  readonly path: string;
  loaded: Loaded | null;
  parsed: P;
  problems: readonly Problem[];
}

const NOTHING: Parsed = { usable: true, values: new Map(), problems: [] };

/** Reads `source` when the file changed; a file that cannot be used leaves its last good values in force. */
async function take<P extends { usable: boolean; problems: readonly Problem[] }>(
  source: Source<P>,
  parse: (bytes: Uint8Array, path: string) => P,
  none: P,
): Promise<void> {
  const loaded = await load(source.path, source.loaded);
  if (loaded === source.loaded) return;
  source.loaded = loaded;
  if (loaded.error !== null) {
    source.problems = [{ file: source.path, line: null, column: null, message: `the file ${loaded.error}` }];
    return;
  }
  const parsed = loaded.bytes ? parse(loaded.bytes, source.path) : none;
  source.problems = parsed.problems;
  if (parsed.usable) source.parsed = parsed;
}

function flagLayer(flags: Partial<Record<SettingKey, unknown>>, checks: Checks): Layer {
  const layer = new Map<SettingKey, Effective>();
  for (const key of SETTING_KEYS) {
    const raw = flags[key];
    if (raw === undefined) continue;
    const def = defOf(key);
    const read = typeof raw === 'string' ? fromText(raw, def.form, def.standard) : { ok: true as const, value: raw };
    const value = read.ok
      ? checked(key, read.value, checks)
      : { ok: false as const, message: `${key} ${read.message}` };
    if (!value.ok) throw new Fault('invalid', `${def.flag ?? `the flag of ${key}`}: ${value.message}`, { key });
    layer.set(key, { value: value.value, source: 'flag', origin: def.flag });
  }
  return layer;
}

export async function createSettings(deps: SettingsDeps): Promise<Settings> {
  const { folders, env, bus, clock, checks = {} } = deps;
  const flags = flagLayer(deps.flags ?? {}, checks);
  const user: Source<Parsed> = {
    path: join(folders.config, 'config.yaml'),
    loaded: null,
    parsed: NOTHING,
    problems: [],
  };
  const noOverlay = { ...NOTHING, raw: {} as Record<string, unknown> };
  const overlay: Source<typeof noOverlay> = {
    path: join(folders.data, 'overlay.json'),
    loaded: null,
    parsed: noOverlay,
    problems: [],
  };
  const noVariables: ReturnType<typeof parseEnvFile> = { usable: true, variables: new Map(), problems: [] };
  const dotenv: Source<typeof noVariables> = {
    path: join(folders.config, '.env'),
    loaded: null,
    parsed: noVariables,
    problems: [],
  };
  const projects = new Map<string, Source<Parsed>>();
  let below: Layer = builtIn;
  let above: Layer = flags;
  let effective = merge(builtIn, flags);
  let atStart = effective;
  let environmentProblems: readonly Problem[] = [];

  const recompute = () => {
    const environment = environmentLayer(env, { file: dotenv.path, variables: dotenv.parsed.variables }, checks);
    environmentProblems = environment.problems;
    below = merge(builtIn, layerOf('file', user.path, user.parsed.values));
    above = merge(layerOf('overlay', overlay.path, overlay.parsed.values), environment.layer, flags);
    const before = effective;
    effective = merge(below, above);
    const keys = SETTING_KEYS.filter(
      (key) => JSON.stringify(before.get(key)?.value) !== JSON.stringify(effective.get(key)?.value),
    );
    if (keys.length > 0) bus.emit('settings.changed', { keys });
  };
  const readAll = async () => {
    const before = [user.loaded, overlay.loaded, dotenv.loaded];
    await take(user, (bytes, path) => parseYaml(bytes, path, checks), NOTHING);
    await take(overlay, (bytes, path) => parseOverlay(bytes, path, checks), noOverlay);
    await take(dotenv, parseEnvFile, noVariables);
    if (before[0] !== user.loaded || before[1] !== overlay.loaded || before[2] !== dotenv.loaded) recompute();
  };

  // One at a time: a patch reads, changes and writes, and no other may come in between.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  const refresh = () => inTurn(readAll);

  const pick = (from: ReadonlyMap<SettingKey, Effective>) =>
    function value<K extends SettingKey>(key: K): SettingValue<K> {
      return from.get(key)?.value as SettingValue<K>;
    };

  /** The project file that governs a folder: the nearest one up to a repository's top, the home folder or the root. */
  const projectOf = async (cwd: string): Promise<Source<Parsed> | null> => {
    for (let dir = resolve(cwd); ; dir = dirname(dir)) {
      const path = join(dir, PROJECT_FILE);
      const source = projects.get(path) ?? { path, loaded: null, parsed: NOTHING, problems: [] };
      await take(source, (bytes, file) => parseYaml(bytes, file, checks), NOTHING);
      const { loaded } = source;
      if (loaded && loaded.stamp !== null) {
        // In a shared folder such as /tmp anybody can leave a file for others to find. The owner of the working folder is
        // trusted with it: in a container the hub may be root and the work somebody else's.
        const trusted = [0, process.getuid?.(), (await load(cwd, null)).uid];
        if (process.getuid && loaded.uid !== null && !trusted.includes(loaded.uid)) {
          source.parsed = NOTHING;
          source.problems = [
            { file: path, line: null, column: null, message: 'the file belongs to another user, so it is not used' },
          ];
        }
        projects.delete(path);
        projects.set(path, source);
        for (const old of projects.keys()) {
          if (projects.size <= PROJECTS_KEPT) break;
          projects.delete(old);
        }
        return source;
      }
      projects.delete(path);
      const top = (await load(join(dir, '.git'), null)).stamp !== null;
      if (top || dir === deps.home || dir === dirname(dir)) return null;
    }
  };

  const view = (): SettingsView => ({
    settings: SETTING_KEYS.map((key) => {
      const { value, source, origin } = effective.get(key) ?? { value: null, source: 'built-in', origin: null };
      const { summary, security, restart, standard, secret } = defOf(key);
      const pending = restart && JSON.stringify(value) !== JSON.stringify(atStart.get(key)?.value);
      const shown = secret ? (value === '' ? '' : SET) : value;
      const about = { summary, security, restart, pending, standard, schema: schemaOf(key) };
      return { key, value: shown, source, origin, ...about, ...(secret ? { hidden: true } : {}) };
    }),
    problems: [
      ...user.problems,
      ...overlay.problems,
      ...dotenv.problems,
      ...environmentProblems,
      ...[...projects.values()].flatMap((p) => [...p.problems, ...projectLayer(p.path, p.parsed.values).problems]),
    ],
    files: { user: user.path, overlay: overlay.path },
  });

  const patch = (set: Readonly<Record<string, unknown>>): Promise<SettingsView> =>
    inTurn(async () => {
      await readAll();
      if (overlay.loaded?.error || (overlay.loaded?.bytes && !parseOverlay(overlay.loaded.bytes, '', {}).usable)) {
        const message = `${overlay.path} cannot be read, so nothing was saved; mend it, or reset the settings to remove it`;
        throw new Fault('conflict', message, { problems: overlay.problems });
      }
      const next: Record<string, unknown> = { ...overlay.parsed.raw };
      for (const [key, raw] of Object.entries(set)) {
        if (!isSettingKey(key)) throw new Fault('invalid', unknownKey(key, SETTING_KEYS), { allowed: SETTING_KEYS });
        if (raw === null) {
          delete next[key];
          continue;
        }
        // What was shown in its place, sent back.
        if (defOf(key).secret && raw === SET) continue;
        const read = checked(key, fromFile(raw, defOf(key).form), checks);
        if (!read.ok) throw new Fault('invalid', `${read.message}; nothing was saved`, { key });
        next[key] = read.value;
      }
      await mkdir(dirname(overlay.path), { recursive: true, mode: 0o700 });
      await replace(overlay.path, `${JSON.stringify(next, null, 2)}\n`);
      await readAll();
      return view();
    });
  const reset = () =>
    inTurn(async () => {
      await remove(overlay.path);
      await readAll();
      return view();
    });

  /** What the asker may see: values that may hold keys of model services are for admins. */
  const shown = (ask: Asked, all: SettingsView): SettingsView =>
    may(ask.who, 'admin')
      ? all
      : { ...all, settings: all.settings.map((s) => (s.key === 'agents' ? { ...s, value: hideEnv(s.value) } : s)) };

  await refresh();
  // From here on the hub reads what takes effect at a start.
  atStart = effective;
  const stop = clock.every(REFRESH_MS, () => void refresh());

  return {
    value: (key) => pick(effective)(key),
    async forProject(cwd) {
      const source = await projectOf(cwd);
      if (!source) return { value: pick(effective) };
      return { value: pick(merge(below, projectLayer(source.path, source.parsed.values).layer, above)) };
    },
    view,
    patch,
    reset,
    refresh,
    handlers: {
      'settings.get': async (_input, ask) => {
        await refresh();
        return shown(ask, view());
      },
      'settings.patch': async ({ set }, ask) => {
        const answer = await patch(set);
        // Structured values may hold secrets of agents: the audit names the key only.
        const detail = Object.fromEntries(
          Object.entries(set).map(([key, value]) => [
            key,
            isSettingKey(key) && (defOf(key).form === 'json' || defOf(key).secret) && value !== null
              ? '[changed]'
              : value,
          ]),
        );
        deps.audit?.({ ...actor(ask.who), action: 'setting.patch', target: Object.keys(set).join(' '), detail });
        return answer;
      },
      'settings.reset': async (_input, ask) => {
        const answer = await reset();
        deps.audit?.({ ...actor(ask.who), action: 'setting.reset', target: '' });
        return answer;
      },
    },
    close: stop,
  };
}
