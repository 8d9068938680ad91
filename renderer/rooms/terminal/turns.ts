/**
 * Expensive beginnings one after the other, each in a task of its own: a grid that makes two dozen terminals in one go
 * freezes the page for as long as all of them take together. What is urgent goes first.
 */
interface Waiting {
  readonly run: () => void;
  readonly urgent: boolean;
}
const waiting = new Set<Waiting>();
let running = false;

function next(): void {
  const one = [...waiting].find((each) => each.urgent) ?? waiting.values().next().value;
  if (!one) {
    running = false;
    return;
  }
  waiting.delete(one);
  try {
    one.run();
  } finally {
    setTimeout(next);
  }
}

/** Runs later, once. Answers how to take it back. */
export function inTurn(run: () => void, urgent: boolean): () => void {
  const one = { run, urgent };
  waiting.add(one);
  if (!running) {
    running = true;
    setTimeout(next);
  }
  return () => waiting.delete(one);
}
