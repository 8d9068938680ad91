/** Which card the keys of the Inbox are about. Pure. */

/** The card `by` places on; from nowhere to the first or last. Stays at the ends. */
export function step(ids: readonly string[], at: string | null, by: 1 | -1): string | null {
  const here = at === null ? -1 : ids.indexOf(at);
  if (here < 0) return (by === 1 ? ids[0] : ids.at(-1)) ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, here + by))] ?? null;
}

/**
 * Where the keys are after the list changed. A card that this person answered hands over to the next one; when a card goes
 * for another reason, nothing is chosen: a key pressed just then must not answer something that was never looked at.
 */
export function settle(
  before: readonly string[],
  ids: readonly string[],
  at: string | null,
  mine: (id: string) => boolean,
): string | null {
  if (at === null || ids.includes(at)) return at;
  if (!mine(at)) return null;
  const here = before.indexOf(at);
  const after = before.slice(here + 1).find((id) => ids.includes(id));
  const earlier = before.slice(0, Math.max(0, here)).findLast((id) => ids.includes(id));
  return after ?? earlier ?? null;
}
