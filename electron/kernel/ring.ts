/** The last bytes of a stream, numbered: a reader that remembers its sequence number gets what it missed, or learns of a gap. */

export interface RingSlice {
  /** Sequence number of the first byte of `bytes`; larger than what was asked for when older bytes are gone. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

export interface Ring {
  /** Count of all bytes ever appended: the number the next byte will get. */
  readonly end: number;
  /** Number of the oldest byte still kept. */
  readonly start: number;
  append(bytes: Uint8Array): void;
  /** A copy of the bytes from `seq` on. Numbers beyond `end` give nothing. */
  since(seq: number): RingSlice;
  clear(): void;
}

/** `capacity` in bytes. Memory grows with what was appended, up to the capacity: a hundred quiet sessions cost next to nothing. */
export function createRing(capacity: number): Ring {
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new RangeError(`A ring needs a capacity, not ${capacity}.`);
  let store = new Uint8Array(0);
  let start = 0;
  let end = 0;

  /** Byte number `n` lives at `n % store.length`, so growing must lay the kept bytes out anew. */
  const grow = (needed: number): void => {
    if (needed <= store.length) return;
    const size = Math.min(capacity, Math.max(needed, store.length * 2, 1024));
    const kept = copy(start);
    store = new Uint8Array(size);
    place(kept, start);
  };

  const place = (bytes: Uint8Array, seq: number): void => {
    if (bytes.length === 0) return;
    const at = seq % store.length;
    const first = Math.min(bytes.length, store.length - at);
    store.set(bytes.subarray(0, first), at);
    if (first < bytes.length) store.set(bytes.subarray(first), 0);
  };

  const copy = (from: number): Uint8Array => {
    const length = end - from;
    const out = new Uint8Array(length);
    if (length === 0) return out;
    const at = from % store.length;
    const first = Math.min(length, store.length - at);
    out.set(store.subarray(at, at + first), 0);
    if (first < length) out.set(store.subarray(0, length - first), first);
    return out;
  };

  return {
    get end() {
      return end;
    },
    get start() {
      return start;
    },
    append(bytes) {
      const tail = bytes.length > capacity ? bytes.subarray(bytes.length - capacity) : bytes;
      grow(Math.min(capacity, end - start + tail.length));
      end += bytes.length;
      place(tail, end - tail.length);
      start = Math.max(start, end - store.length);
    },
    since(seq) {
      const from = Math.min(end, Math.max(start, seq));
      return { from, bytes: copy(from) };
    },
    clear() {
      start = end;
      store = new Uint8Array(0);
    },
  };
}
