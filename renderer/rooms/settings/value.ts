/** Values of settings as people type them: words and numbers plain, lists and objects as JSON. */

export type Kind = 'switch' | 'number' | 'text' | 'json';

export function kindOf(value: unknown): Kind {
  if (typeof value === 'boolean') return 'switch';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  return 'json';
}

/** Longer values are laid out over several lines. */
const LINE = 40;

export function show(value: unknown): string {
  if (typeof value === 'string') return value;
  const line = JSON.stringify(value) ?? '';
  return line.length <= LINE ? line : JSON.stringify(value, null, 1);
}

/** The value that was typed, or what is wrong with it. `null` cannot be typed: it means "revert" to the hub. */
export function parse(text: string, kind: Kind): { readonly value: unknown } | { readonly error: string } {
  if (kind === 'text') return { value: text };
  if (kind === 'number') {
    const value = Number(text.trim());
    return text.trim() !== '' && Number.isFinite(value) ? { value } : { error: 'This is a number.' };
  }
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? { error: 'To go back to the value below, use Revert.' } : { value };
  } catch {
    return { error: 'This is JSON: lists in [ ], texts in quotes.' };
  }
}
