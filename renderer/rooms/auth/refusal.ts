/** What to say when the hub does not let somebody in, with what to do about it. */
import { isFault } from '../../../shared/fault.ts';

/** `now` in Unix milliseconds. A limit says when it ends: by the clock where that is minutes away. */
export function refusal(error: unknown, now: number): string {
  if (isFault(error, 'rate-limited')) {
    const seconds = Number(error.data?.['retryAfter']);
    if (!Number.isFinite(seconds)) return sentence(error.message);
    if (seconds < 60) return `The hub is busy with sign-ins. Try again in ${Math.ceil(seconds)} seconds.`;
    const minutes = Math.ceil(seconds / 60);
    const at = new Date(now + seconds * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
    return `Too many wrong attempts. You can try again at ${at}, in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
  }
  return sentence(error instanceof Error ? error.message : String(error));
}

/** The hub's messages are parts of sentences, for logs and terminals. */
function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
