/** Whose size a session has. Pure: a viewer that only looks never resizes; who types or takes the size drives it. */

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface SizePolicy {
  /** Viewer id; null when nobody drives it. The size stays when its owner leaves. */
  readonly owner: string | null;
  /** What each viewer would have room for. */
  readonly rooms: ReadonlyMap<string, Size>;
}

export type SizeEvent =
  | { readonly kind: 'room'; readonly viewer: string; readonly size: Size }
  /** It typed, or took the focus. */
  | { readonly kind: 'drive'; readonly viewer: string }
  | { readonly kind: 'leave'; readonly viewer: string };

export const NOBODY: SizePolicy = { owner: null, rooms: new Map() };

/** `want` is the size that the session should have now, or null when this event asks for none. */
export function sizeAfter(
  policy: SizePolicy,
  event: SizeEvent,
): { readonly policy: SizePolicy; readonly want: Size | null } {
  const rooms = new Map(policy.rooms);
  switch (event.kind) {
    case 'room': {
      rooms.set(event.viewer, event.size);
      return { policy: { owner: policy.owner, rooms }, want: policy.owner === event.viewer ? event.size : null };
    }
    case 'drive':
      return { policy: { owner: event.viewer, rooms }, want: rooms.get(event.viewer) ?? null };
    case 'leave': {
      rooms.delete(event.viewer);
      return { policy: { owner: policy.owner === event.viewer ? null : policy.owner, rooms }, want: null };
    }
  }
}
