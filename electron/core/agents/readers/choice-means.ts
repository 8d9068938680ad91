/** What choosing something means, from its words alone; and what a list of choices as a whole asks for. */
import type { Choice } from '../reading.ts';

export type Means = Choice['means'];

const DENY =
  /^(?:no\b|nope\b|deny|denied|reject|refuse|don['’]?t (?:allow|trust|run|proceed|apply)|do not\b|cancel\b|abort\b|stop$|decline|disallow|block\b|never\b|keep planning|exit plan mode without)|\bdeny\b|\bno, /i;
const ALWAYS =
  /\b(?:always|don['’]?t ask(?: me)? again|do not ask again|for (?:this|the) (?:session|project|user|conversation)|during this session|for all|all (?:future )?(?:edits|commands|tools|requests|permissions|servers)|from now on|remember|auto[- ]?(?:accept|approve)|every time|trust (?:this )?(?:command|tool|server|host))\b/i;
const ALLOW =
  /^(?:y(?:es)?\b|allow|approve|accept|proceed|run\b|apply|continue\b|confirm|ok(?:ay)?\b|grant|permit|trust\b|i trust|use this)/i;

export function meansOf(label: string): Means {
  const words = label.trim();
  if (DENY.test(words)) return 'deny';
  if (ALWAYS.test(words) && (ALLOW.test(words) || /^always\b/i.test(words))) return 'allow-always';
  if (ALLOW.test(words)) return 'allow';
  return 'other';
}

/** A permission dialog offers both to let it happen and to stop it. */
export function offersPermission(choices: readonly Choice[]): boolean {
  return (
    choices.some((choice) => choice.means === 'allow' || choice.means === 'allow-always') &&
    choices.some((choice) => choice.means === 'deny')
  );
}

const TRUST =
  /\btrust (?:this |the |parent )?(?:folder|workspace|director|files|project|and continue|all|it)|\b(?:yes, )?i trust\b|don['’]?t trust/i;
const TRUST_TITLE =
  /\btrust\b.{0,40}\b(?:folder|workspace|directory|files|project|authors?|hooks?)\b|accessing workspace|hooks need review|running in bypass permissions mode/i;

export function asksTrust(title: string, choices: readonly Choice[]): boolean {
  return choices.some((choice) => TRUST.test(choice.label)) || (choices.length > 0 && TRUST_TITLE.test(title));
}

const LOGIN =
  /\b(?:log ?in|sign ?in|signing in|logged out|authenticat\w*|authori[sz](?:e|ation)|oauth|api key|access token|device code|one-time code|auth(?:entication)? method|connect a provider|how you want to use codex|account with subscription)\b/i;

export function asksLogin(text: string): boolean {
  return LOGIN.test(text);
}

const LIMIT =
  /\b(?:rate[- ]?limit\w*|usage[- ]limit|session limit|weekly limit|5-?hour limit|limit (?:was )?reached|limit to reset|reached your .{0,40}limit|hit your .{0,40}limit|quota|too many requests|429|resource[_ ]exhausted|out of (?:credits|extra usage)|insufficient (?:credits|balance))\b/i;

export function isLimit(text: string): boolean {
  return LIMIT.test(text);
}

/** `resets 6:28am (UTC)`, `try again at 6:28 AM`, `retrying in 4h 58m`, `try again in 20 minutes`: the time as shown. */
export function resetTime(text: string): string | null {
  const match =
    /\bresets?(?: (?:at|on|in))? ((?:[A-Z][a-z]{2,8} \d{1,2}(?:,| at)? ?)?(?:\d{1,2}(?::\d\d)? ?(?:[ap]m)?)(?: ?\([^)]{1,30}\))?)/i.exec(
      text,
    ) ??
    /\btry again (?:at|after|on) ((?:[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,?(?: \d{4})? ?(?:at )?)?\d{1,2}:\d\d ?(?:[AP]M)?)/i.exec(
      text,
    ) ??
    /\b(?:try again|retry(?:ing)?|resets?) in ((?:\d+ ?(?:days?|hours?|minutes?|seconds?|[dhms])\b ?){1,4})/i.exec(
      text,
    );
  return match?.[1]?.trim() || null;
}
