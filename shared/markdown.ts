/** What of a markdown text is prose: links and mentions in code are none. Linear in the length of any text. */
const FENCE = /^[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})(.*)$/;

/** The same text, every character in its place, with code (fenced blocks and spans) blanked out. */
export function withoutCode(markdown: string): string {
  let fence: string | null = null;
  const prose: string[] = [];
  const parts: string[] = [];
  const flush = () => {
    if (prose.length > 0) parts.push(withoutSpans(prose.join('\n')));
    prose.length = 0;
  };
  for (const line of markdown.split('\n')) {
    const found = FENCE.exec(line.replace(/\r$/, ''));
    const mark = found?.[1] ?? '';
    if (fence !== null) {
      parts.push(' '.repeat(line.length));
      if (mark.startsWith(fence) && found?.[2]?.trim() === '') fence = null;
    } else if (mark !== '' && !(mark.startsWith('`') && found?.[2]?.includes('`'))) {
      flush();
      parts.push(' '.repeat(line.length));
      fence = mark;
    } else if (line.trim() === '') {
      // A code span never goes over the end of its paragraph.
      flush();
      parts.push(line);
    } else prose.push(line);
  }
  flush();
  return parts.join('\n');
}

/** Blanks out what stands between two runs of equally many backticks. */
function withoutSpans(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map((m) => ({ at: m.index, size: m[0].length }));
  const partner: (number | undefined)[] = [];
  const next = new Map<number, number>();
  for (let i = runs.length - 1; i >= 0; i -= 1) {
    const size = runs[i]?.size ?? 0;
    partner[i] = next.get(size);
    next.set(size, i);
  }
  let done = '';
  for (let i = 0; i < runs.length; i += 1) {
    const open = runs[i];
    const to = partner[i];
    const close = to === undefined ? undefined : runs[to];
    if (!open || !close || to === undefined) continue;
    const end = close.at + close.size;
    done += text.slice(done.length, open.at) + text.slice(open.at, end).replace(/[^\n]/g, ' ');
    i = to;
  }
  return done + text.slice(done.length);
}
