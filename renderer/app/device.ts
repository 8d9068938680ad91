/** What this device is, as far as browsers tell. */

export const isIos = (): boolean =>
  /iPhone|iPad|iPod/.test(navigator.userAgent) ||
  (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

/** Opened from the home screen or as an app of its own. */
export const installed = (): boolean =>
  matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true;

/** A name that a person knows the device by. */
export function deviceName(): string {
  const agent = navigator.userAgent;
  const system = /Android/.test(agent)
    ? 'Android'
    : /iPhone/.test(agent)
      ? 'iPhone'
      : isIos()
        ? 'iPad'
        : /Windows/.test(agent)
          ? 'Windows'
          : /CrOS/.test(agent)
            ? 'ChromeOS'
            : /Mac/.test(agent)
              ? 'Mac'
              : 'Linux';
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\/|FxiOS/.test(agent)
      ? 'Firefox'
      : /Chrome\/|CriOS/.test(agent)
        ? 'Chrome'
        : 'Safari';
  return `${installed() ? 'App' : browser} on ${system}`;
}
