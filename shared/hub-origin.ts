/**
 * What a person writes as the address of a hub, as an origin: `host:4097`, `http://host:4097/`. Null for what is none. Apart
 * from the schemas, so that a form needs none of them.
 */
export function hubOrigin(text: string): string | null {
  const typed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `http://${typed}`;
  // Chromium takes hosts with spaces.
  if (typed === '' || /\s/.test(typed) || !URL.canParse(whole)) return null;
  const { protocol, origin, username, password } = new URL(whole);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '' ? origin : null;
}
