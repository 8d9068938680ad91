/** What pages of the shell may do, as plain decisions: everything that is not named here is refused. */
import { APP_ORIGIN } from '../../shared/desktop-names.ts';

/** A page of our own, by its address. */
export function isOurs(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const at = new URL(url);
  return at.protocol === 'app:' && at.host === new URL(APP_ORIGIN).host && at.username === '' && at.port === '';
}

/** A frame may speak to the shell when it is the top one of a page of our own. */
export const maySpeak = (frame: { readonly url: string; readonly parent: unknown } | null): boolean =>
  frame !== null && frame.parent === null && isOurs(frame.url);

/** Writing to the clipboard; reading it, for the paste key of terminals; the whole screen. Nothing else, for nobody else. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'clipboard-read', 'fullscreen']);
export const mayHave = (permission: string, asking: string, mainFrame: boolean): boolean =>
  mainFrame && isOurs(asking) && ALLOWED.has(permission);

export interface Outside {
  /** As the browser will be given it: normalised, so that what is shown is what is opened. */
  readonly url: string;
  /** What a person should look at before they agree. */
  readonly host: string;
  /** The host is written with letters of other scripts that may look like others. */
  readonly punycode: boolean;
  readonly plain: boolean;
}

/** A web page that may be opened in the person's browser, or null: only http(s), no user information, a real host. */
export function outside(text: string): Outside | null {
  if (text.length > 16_384 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  // No name of a host is longer; one that is would push the buttons of the question off the screen.
  if (url.username !== '' || url.password !== '' || url.hostname === '' || url.hostname.length > 253) return null;
  return {
    url: url.href,
    host: url.host,
    punycode: url.hostname.split('.').some((part) => part.startsWith('xn--')),
    plain: url.protocol === 'http:',
  };
}

/** Windows of pages, all of them. Read back by a test from the running app. */
export const WEB_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const;
