/** Figures of machines for people. Pure. */

/** Bytes in the largest unit that leaves a whole number of them: 512 MB, 7.8 GB, 1.2 TB (powers of 1024, as tools there say). */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = Math.max(0, bytes);
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${at === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, '')} ${units[at]}`;
}

/** Round trip: `0.4 ms`, `12 ms`, `1.3 s`. */
export function trip(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Until `at`, in whole seconds: `now`, `in 8 s`, `in 3 min`. */
export function until(at: number, now: number): string {
  const left = Math.ceil((at - now) / 1000);
  if (left <= 1) return 'now';
  return left < 90 ? `in ${left} s` : `in ${Math.round(left / 60)} min`;
}

/** Its clock against ours; null when the difference harms nothing. */
export function skew(ms: number): string | null {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 5) return null;
  const hours = Math.round(seconds / 3600);
  const much =
    seconds < 90
      ? `${seconds} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} min`
        : hours < 48
          ? `${hours} h`
          : `${Math.round(hours / 24)} days`;
  return `Its clock is ${much} ${ms > 0 ? 'ahead' : 'behind'}`;
}
