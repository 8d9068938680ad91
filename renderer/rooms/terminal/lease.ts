/**
 * Browsers keep about sixteen WebGL contexts and kill the oldest silently. Visible panes lease one of twelve; the rest
 * draws with the DOM. Pure bookkeeping: what granting and revoking do is told by the holder.
 */

export interface Holder {
  granted(): void;
  revoked(): void;
}

export interface Leases {
  /** Asks for a lease; an urgent holder (the focused pane) takes it from the oldest that is not urgent. */
  want(holder: Holder, urgent: boolean): void;
  /** Gives the lease, or the place in the queue, back. */
  release(holder: Holder): void;
}

export function createLeases(limit: number): Leases {
  /** Insertion order is age. */
  const held = new Map<Holder, boolean>();
  const waiting = new Set<Holder>();

  const grant = (holder: Holder, urgent: boolean) => {
    waiting.delete(holder);
    held.set(holder, urgent);
    holder.granted();
  };

  return {
    want(holder, urgent) {
      if (held.has(holder)) {
        held.set(holder, urgent);
        return;
      }
      if (held.size < limit) return grant(holder, urgent);
      const victim = urgent ? [...held].find(([, theirs]) => !theirs)?.[0] : undefined;
      if (victim === undefined) {
        waiting.add(holder);
        return;
      }
      held.delete(victim);
      waiting.add(victim);
      victim.revoked();
      grant(holder, urgent);
    },
    release(holder) {
      waiting.delete(holder);
      if (!held.delete(holder)) return;
      const next = waiting.values().next().value;
      if (next !== undefined) grant(next, false);
    },
  };
}
