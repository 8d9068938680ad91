/** A unified diff of two texts, for a person to read before saying yes. Pure. */

const CONTEXT = 3;
/** Above this many line pairs the middle is shown as one replaced block. */
const MOST = 4_000_000;

type Step = readonly [mark: ' ' | '-' | '+', line: string];

export function unifiedDiff(file: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const steps = stepsOf(linesOf(before), linesOf(after));
  const out = [`--- ${before === null ? '/dev/null' : file}`, `+++ ${after === null ? '/dev/null' : file}`];
  let oldLine = 1;
  let newLine = 1;
  let i = 0;
  while (i < steps.length) {
    let first = i;
    while (first < steps.length && steps[first]?.[0] === ' ') first += 1;
    if (first === steps.length) break;
    const start = Math.max(i, first - CONTEXT);
    oldLine += start - i;
    newLine += start - i;
    let end = first;
    for (let quiet = 0; end < steps.length && quiet <= 2 * CONTEXT; end += 1)
      quiet = steps[end]?.[0] === ' ' ? quiet + 1 : 0;
    while (end > first && steps[end - 1]?.[0] === ' ') end -= 1;
    end = Math.min(steps.length, end + CONTEXT);
    const hunk = steps.slice(start, end);
    const olds = hunk.filter(([mark]) => mark !== '+').length;
    const news = hunk.filter(([mark]) => mark !== '-').length;
    out.push(`@@ -${olds === 0 ? oldLine - 1 : oldLine},${olds} +${news === 0 ? newLine - 1 : newLine},${news} @@`);
    for (const [mark, line] of hunk) out.push(`${mark}${line}`);
    oldLine += olds;
    newLine += news;
    i = end;
  }
  return `${out.join('\n')}\n`;
}

function linesOf(text: string | null): readonly string[] {
  if (text === null || text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else lines.push('\\ No newline at end of file');
  return lines;
}

function stepsOf(a: readonly string[], b: readonly string[]): readonly Step[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1;
  const same = (lines: readonly string[]): Step[] => lines.map((line) => [' ', line]);
  const oldMiddle = a.slice(head, a.length - tail);
  const newMiddle = b.slice(head, b.length - tail);
  return [...same(a.slice(0, head)), ...middle(oldMiddle, newMiddle), ...same(a.slice(a.length - tail))];
}

/** Longest common subsequence by table: these files are small. */
function middle(a: readonly string[], b: readonly string[]): readonly Step[] {
  const gone = a.map((line): Step => ['-', line]);
  const come = b.map((line): Step => ['+', line]);
  if (a.length * b.length > MOST || a.length === 0 || b.length === 0) return [...gone, ...come];
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      length[i * width + j] =
        a[i] === b[j]
          ? (length[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0);
  const steps: Step[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      steps.push([' ', a[i] ?? '']);
      i += 1;
      j += 1;
    } else if ((length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0)) {
      steps.push(['-', a[i] ?? '']);
      i += 1;
    } else {
      steps.push(['+', b[j] ?? '']);
      j += 1;
    }
  }
  return [...steps, ...gone.slice(i), ...come.slice(j)];
}
