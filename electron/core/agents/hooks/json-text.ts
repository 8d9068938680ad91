/**
 * Changes a JSON text in place: everything not touched stays as it was written, to the last blank, number and comment.
 * Pure. Parsing and writing anew would reorder keys, round large numbers and lose comments.
 */

export interface Member {
  readonly key: string;
  /** From the key's quote to the end of the value. */
  readonly start: number;
  readonly end: number;
  readonly value: Node;
}

export type Node =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly Member[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly Node[] }
  | { readonly kind: 'scalar'; readonly start: number; readonly end: number; readonly value: unknown };

/** The value of a node as plain data. */
export function dataOf(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(dataOf);
  return Object.fromEntries(node.members.map((member) => [member.key, dataOf(member.value)]));
}

export function memberOf(node: Node, key: string): Member | null {
  return node.kind === 'object' ? (node.members.findLast((member) => member.key === key) ?? null) : null;
}

const SCALAR =
  /(?:"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** The tree of a JSON text, with `//` and block comments allowed where `comments` is set; null when it is broken. */
export function parseText(text: string, comments: boolean): Node | null {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const blank = comments ? /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y : /[ \t\r\n]*/y;
  const skip = () => {
    blank.lastIndex = at;
    blank.exec(text);
    at = blank.lastIndex;
  };
  const scalar = (): Node | null => {
    SCALAR.lastIndex = at;
    const found = SCALAR.exec(text)?.[0];
    if (found === undefined) return null;
    const start = at;
    at += found.length;
    return { kind: 'scalar', start, end: at, value: JSON.parse(found) };
  };
  const value = (depth: number): Node | null => {
    skip();
    const open = text.charAt(at);
    if (depth > 200) return null;
    if (open === '{') return object(depth);
    return open === '[' ? array(depth) : scalar();
  };
  /** After a value: true at the closing mark, false at a comma, null when neither is there. */
  const closed = (mark: string): boolean | null => {
    skip();
    const c = text.charAt(at);
    at += 1;
    return c === mark ? true : c === ',' ? false : null;
  };
  const object = (depth: number): Node | null => {
    const start = at;
    const members: Member[] = [];
    at += 1;
    skip();
    if (text.charAt(at) === '}') return { kind: 'object', start, end: ++at, members };
    for (;;) {
      skip();
      const key = text.charAt(at) === '"' ? scalar() : null;
      if (key?.kind !== 'scalar' || typeof key.value !== 'string') return null;
      skip();
      if (text.charAt(at) !== ':') return null;
      at += 1;
      const found = value(depth + 1);
      if (!found) return null;
      members.push({ key: key.value, start: key.start, end: found.end, value: found });
      const end = closed('}');
      if (end === null) return null;
      if (end) return { kind: 'object', start, end: at, members };
    }
  };
  const array = (depth: number): Node | null => {
    const start = at;
    const items: Node[] = [];
    at += 1;
    skip();
    if (text.charAt(at) === ']') return { kind: 'array', start, end: ++at, items };
    for (;;) {
      const found = value(depth + 1);
      if (!found) return null;
      items.push(found);
      const end = closed(']');
      if (end === null) return null;
      if (end) return { kind: 'array', start, end: at, items };
    }
  };
  const root = value(0);
  skip();
  return root !== null && at === text.length ? root : null;
}

/** The blanks one level of this text is moved in by: as its first member is, else two. */
export function indentOf(text: string): string {
  return /^[{[][ \t]*\r?\n([ \t]+)\S/.exec(text.trimStart())?.[1] ?? '  ';
}

/** Writes a new last member into an object, or a new last item into an array. */
export function append(text: string, holder: Node, key: string | null, value: unknown, depth: number): string {
  if (holder.kind === 'scalar') return text;
  const indent = indentOf(text);
  const line = text.includes('\r\n') ? '\r\n' : '\n';
  const pad = indent.repeat(depth + 1);
  const body = JSON.stringify(value, null, indent).replaceAll('\n', `${line}${pad}`);
  const entry = `${line}${pad}${key === null ? '' : `${JSON.stringify(key)}: `}${body}`;
  const last = holder.kind === 'object' ? holder.members.at(-1)?.end : holder.items.at(-1)?.end;
  if (last !== undefined) return `${text.slice(0, last)},${entry}${text.slice(last)}`;
  return `${text.slice(0, holder.start + 1)}${entry}${line}${indent.repeat(depth)}${text.slice(holder.end - 1)}`;
}

/** Takes one member or item out, with the comma that belongs to it. */
export function takeOut(text: string, holder: Node, index: number): string {
  if (holder.kind === 'scalar') return text;
  const spans: readonly { start: number; end: number }[] = holder.kind === 'object' ? holder.members : holder.items;
  const span = spans[index];
  if (!span) return text;
  const before = spans[index - 1];
  const after = spans[index + 1];
  if (before) return text.slice(0, before.end) + text.slice(span.end);
  if (after) return text.slice(0, span.start) + text.slice(after.start);
  return text.slice(0, holder.start + 1) + text.slice(holder.end - 1);
}
