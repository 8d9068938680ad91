/** Syntax colours. Heavy: loaded by `colours.ts` when the first code shows. */
import { common, createLowlight } from 'lowlight';
import type { Token } from './colours.ts';

const lowlight = createLowlight(common);

/** The node of a syntax tree, as far as it is read here. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly properties?: { readonly className?: unknown };
}

/** Tokens of each line; null when the language is not known. */
export function colour(language: string, lines: readonly string[]): Token[][] | null {
  if (!lowlight.registered(language)) return null;
  const found: Token[][] = [[]];
  const walk = (node: Node, type: string | null): void => {
    if (node.type === 'text') {
      for (const [i, part] of (node.value ?? '').split('\n').entries()) {
        if (i > 0) found.push([]);
        if (part !== '') found.at(-1)?.push([type, part]);
      }
      return;
    }
    const names = node.properties?.className;
    const own = Array.isArray(names) && typeof names[0] === 'string' ? names[0].replace(/^hljs-/, '') : null;
    for (const child of node.children ?? []) walk(child, own ?? type);
  };
  walk(lowlight.highlight(language, lines.join('\n')), null);
  return found;
}
