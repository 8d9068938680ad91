/** A whole new screen as one stretch of bytes: nothing half done of it is drawn, however many pieces it is parsed in. */
const encoder = new TextEncoder();
/** CAN ends a sequence that a gap cut in two; then a full reset, and no drawing until the end. */
const BEGIN = encoder.encode('\x18\x1bc\x1b[?2026h');
const END = encoder.encode('\x1b[?2026l');

export function wholeScreen(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(BEGIN.length + bytes.length + END.length);
  whole.set(BEGIN);
  whole.set(bytes, BEGIN.length);
  whole.set(END, BEGIN.length + bytes.length);
  return whole;
}
