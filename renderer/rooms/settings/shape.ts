/** Of which kind a setting's value is, by its JSON Schema, and the value that was typed. Pure. */
import type { Setting } from '../../../shared/contract/settings.ts';

export interface Column {
  readonly key: string;
  readonly required: boolean;
}
export type Shape =
  | { readonly kind: 'switch' }
  | {
      readonly kind: 'number';
      readonly whole: boolean;
      readonly least: number | null;
      readonly most: number | null;
      readonly unit: string | null;
    }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'text' }
  /** Its value is never told, only whether there is one. */
  | { readonly kind: 'secret' }
  /** `long`: its items are texts of several lines. */
  | { readonly kind: 'list'; readonly long: boolean }
  /** Names, each on or off. */
  | { readonly kind: 'flags' }
  /** Names, each with numbers. */
  | { readonly kind: 'table'; readonly columns: readonly Column[] }
  | { readonly kind: 'json' };

type Schema = Readonly<Record<string, unknown>>;
const objectOf = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Items that may be longer are texts, not names. */
const NAME_MOST = 1000;

/** What a number counts, from the words about it. */
export function unitOf(summary: string): string | null {
  const counted = /^(Minutes|Seconds|Days|Hours|Megabytes|Lines)\b/.exec(summary)?.[1];
  if (counted === 'Megabytes') return 'MB';
  if (counted !== undefined) return counted.toLowerCase();
  return /\bin pixels\b/.test(summary) ? 'px' : null;
}

/** Hubs of before do not tell schemas: then the value itself has to say. */
function schemaOf({ schema, value }: Pick<Setting, 'schema' | 'value'>): Schema {
  if (schema !== undefined) return schema;
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')) {
    return { type: 'array', items: { type: 'string' } };
  }
  return { type: typeof value };
}

export function shapeOf(setting: Pick<Setting, 'schema' | 'value' | 'summary' | 'hidden'>): Shape {
  if (setting.hidden) return { kind: 'secret' };
  const schema = schemaOf(setting);
  if (schema['type'] === 'boolean') return { kind: 'switch' };
  if (schema['type'] === 'number' || schema['type'] === 'integer') {
    return {
      kind: 'number',
      whole: schema['type'] === 'integer',
      least: numberOf(schema['minimum']),
      most: numberOf(schema['maximum']),
      unit: unitOf(setting.summary),
    };
  }
  if (schema['type'] === 'string') {
    const options = schema['enum'];
    return Array.isArray(options) ? { kind: 'choice', options: options.map(String) } : { kind: 'text' };
  }
  const items = objectOf(schema['items']);
  if (schema['type'] === 'array' && items['type'] === 'string') {
    return { kind: 'list', long: (numberOf(items['maxLength']) ?? 0) > NAME_MOST };
  }
  const inner = objectOf(schema['additionalProperties']);
  if (schema['type'] === 'object' && inner['type'] === 'boolean') return { kind: 'flags' };
  const columns = Object.entries(objectOf(inner['properties']));
  if (
    schema['type'] === 'object' &&
    columns.length > 0 &&
    columns.every(([, of]) => objectOf(of)['type'] === 'number')
  ) {
    const required = Array.isArray(inner['required']) ? inner['required'] : [];
    return { kind: 'table', columns: columns.map(([key]) => ({ key, required: required.includes(key) })) };
  }
  return { kind: 'json' };
}

export type Read = { readonly value: unknown } | { readonly error: string };

export function readNumber(text: string, shape: Extract<Shape, { readonly kind: 'number' }>): Read {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value)) return { error: 'This is a number.' };
  if (shape.whole && !Number.isInteger(value)) return { error: 'This is a whole number.' };
  const { least, most } = shape;
  if ((least !== null && value < least) || (most !== null && value > most)) {
    if (least === null) return { error: `At most ${most}.` };
    return { error: most === null ? `At least ${least}.` : `From ${least} to ${most}.` };
  }
  return { value };
}

/** `null` cannot be typed: to the hub it means "revert". */
export function readJson(text: string): Read {
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? { error: 'To go back to the value below, use Revert.' } : { value };
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<string, string>>;
}

/** Rows of a table as it is edited: numbers as they were typed. */
export const rowsOf = (value: unknown, columns: readonly Column[]): readonly Row[] =>
  Object.entries(objectOf(value)).map(([name, row]) => ({
    name,
    cells: Object.fromEntries(columns.map(({ key }) => [key, String(objectOf(row)[key] ?? '')])),
  }));

export function readRows(rows: readonly Row[], columns: readonly Column[]): Read {
  const value: Record<string, Record<string, number>> = {};
  for (const { name, cells } of rows) {
    const key = name.trim();
    if (key === '') return { error: 'Each row needs a name.' };
    if (Object.hasOwn(value, key)) return { error: `${key} is there twice.` };
    const row: Record<string, number> = {};
    for (const column of columns) {
      const text = (cells[column.key] ?? '').trim().replace(',', '.');
      if (text === '' && !column.required) continue;
      const cell = Number(text);
      if (text === '' || !Number.isFinite(cell) || cell < 0)
        return { error: `${key}: ${column.key} is a number from 0.` };
      row[column.key] = cell;
    }
    Object.defineProperty(value, key, { value: row, enumerable: true });
  }
  return { value };
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
