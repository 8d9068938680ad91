/** Clipboard writes that a program in the terminal asks for (OSC 52). Reading the clipboard is never answered. */

/** More than this is no clipboard text of a terminal program. */
const MOST = 1_000_000;

/** The text to be copied, or null for a query, a clear, another selection, or something broken. `data` is what follows `52;`. */
export function clipboardText(data: string): string | null {
  const semicolon = data.indexOf(';');
  if (semicolon < 0 || data.length > MOST) return null;
  const selection = data.slice(0, semicolon);
  const payload = data.slice(semicolon + 1);
  if (selection !== '' && !/[cs]/.test(selection)) return null;
  if (payload === '' || payload === '?') return null;
  try {
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes) || null;
  } catch {
    // Not base64, or not text: nothing a person could agree to.
    return null;
  }
}
