/** Under which addresses other devices reach this hub. Pure. */

export function isLoopback(url: string): boolean {
  let host: string;
  try {
    host = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  } catch {
    return false;
  }
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
}

/** For other devices: the one that this page came by first, if it is one. */
export function reachable(urls: readonly string[], here: string): readonly string[] {
  const all = [here, ...urls].filter((url) => /^https?:/.test(url)).map((url) => url.replace(/\/+$/, ''));
  return [...new Set(all)].filter((url) => !isLoopback(url));
}
