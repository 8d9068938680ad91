/** Which layer each setting's value comes from: the higher one wins, and says where it stands. */
import type { Setting } from '../../../shared/contract/settings.ts';
import { defOf, SETTING_KEYS, type SettingKey } from './keys.ts';
import { type Checks, checked, type Placed } from './parse.ts';
import { fromText, type Problem } from './rules.ts';

export interface Effective {
  readonly value: unknown;
  readonly source: Setting['source'];
  readonly origin: string | null;
}

/** One layer's say on the settings it holds. */
export type Layer = ReadonlyMap<SettingKey, Effective>;

export const builtIn: Layer = new Map(
  SETTING_KEYS.map((key) => [key, { value: defOf(key).standard, source: 'built-in' as const, origin: null }]),
);

export const layerOf = (
  source: 'file' | 'project' | 'overlay',
  file: string,
  values: ReadonlyMap<SettingKey, Placed>,
): Layer =>
  new Map(
    [...values].map(([key, { value, line }]) => [
      key,
      { value, source, origin: line === null ? file : `${file}:${line}` },
    ]),
  );

/** A project file may set what is read for each session, nothing that guards access or concerns the whole hub. */
export function projectLayer(
  file: string,
  values: ReadonlyMap<SettingKey, Placed>,
): { readonly layer: Layer; readonly problems: readonly Problem[] } {
  const allowed = new Map([...values].filter(([key]) => defOf(key).project));
  const problems = [...values]
    .filter(([key]) => !defOf(key).project)
    .map(([key, { line }]) => ({
      file,
      line,
      column: 1,
      message: defOf(key).security
        ? `${key} guards access, so a project file cannot set it; put it in your own config.yaml`
        : `${key} holds for the whole hub, so a project file cannot set it; put it in your own config.yaml`,
    }));
  return { layer: layerOf('project', file, allowed), problems };
}

/** Variables of the `.env` file, overruled by those of the process. An empty variable is as good as none. */
export function environmentLayer(
  env: Readonly<Record<string, string | undefined>>,
  dotenv: { readonly file: string; readonly variables: ReadonlyMap<string, { value: string; line: number }> },
  checks: Checks,
): { readonly layer: Layer; readonly problems: readonly Problem[] } {
  const layer = new Map<SettingKey, Effective>();
  const problems: Problem[] = [];
  for (const key of SETTING_KEYS) {
    const def = defOf(key);
    const line = dotenv.variables.get(def.env);
    const given = [
      { text: env[def.env], origin: def.env, file: 'environment', line: null },
      {
        text: line?.value,
        origin: `${def.env} in ${dotenv.file}:${line?.line}`,
        file: dotenv.file,
        line: line?.line ?? null,
      },
    ];
    for (const { text, origin, file, line: at } of given) {
      if (text === undefined || text.trim() === '') continue;
      const read = fromText(text, def.form, def.standard);
      const value = read.ok ? checked(key, read.value, checks) : read;
      if (value.ok) {
        layer.set(key, { value: value.value, source: 'environment', origin });
        break;
      }
      problems.push({ file, line: at, column: at === null ? null : 1, message: `${def.env}: ${value.message}` });
    }
  }
  return { layer, problems };
}

/** The value of every key; later layers win. */
export const merge = (...layers: readonly Layer[]): ReadonlyMap<SettingKey, Effective> =>
  new Map(layers.flatMap((layer) => [...layer]));
