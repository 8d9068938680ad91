/** The exact change that puts our hooks into an agent's settings, or takes them out. Pure; nobody else's hooks are touched. */
import { createHash } from 'node:crypto';
import { shellWord } from '../../../../shared/shell.ts';
import { append, dataOf, type Member, memberOf, type Node, parseText, takeOut } from './json-text.ts';
import type { HookTarget } from './targets.ts';

/** What makes a hook ours, wherever the script lies. */
const MARK = 'qd-hook.sh';

/** `test` first: when Quarterdeck is gone the hook says nothing instead of failing at every event. */
export function hookCommand(script: string, agent: string, event: string): string {
  const path = shellWord(script);
  return `test ! -x ${path} || ${path} ${agent} ${event}`;
}

function group(command: string): unknown {
  return { matcher: '*', hooks: [{ type: 'command', command }] };
}

export type Change = { readonly ok: true; readonly after: string } | { readonly ok: false; readonly why: string };

const BROKEN = 'it is not valid JSON';
const SHAPE = 'its "hooks" are not of the shape that the agent documents';

export function installText(target: HookTarget, before: string | null, script: string): Change {
  const cleared = removeText(target, before ?? '{}\n');
  if (!cleared.ok) return cleared;
  // Already there, word for word: nothing to write, and no trust to ask for again.
  if (before !== null && isComplete(target, before, script)) return { ok: true, after: before };
  let text = cleared.after.trim() === '' ? '{}\n' : cleared.after;
  for (const event of target.events) {
    const root = parseText(text, target.comments);
    if (root?.kind !== 'object') return { ok: false, why: BROKEN };
    const entry = group(hookCommand(script, target.agent, event));
    const hooks = memberOf(root, 'hooks')?.value;
    if (!hooks) {
      text = append(text, root, 'hooks', { [event]: [entry] }, 0);
      continue;
    }
    const list = memberOf(hooks, event)?.value;
    text = list ? append(text, list, null, entry, 2) : append(text, hooks, event, [entry], 1);
  }
  return { ok: true, after: text };
}

/** Takes out every hook of ours, then the groups, lists and the `hooks` object that are empty because of it. */
export function removeText(target: HookTarget, before: string): Change {
  let text = before.trim() === '' ? '{}\n' : before;
  for (;;) {
    const root = parseText(text, target.comments);
    if (root?.kind !== 'object') return { ok: false, why: BROKEN };
    const hooks = memberOf(root, 'hooks');
    if (!hooks) return { ok: true, after: text };
    if (!wellFormed(target, hooks.value)) return { ok: false, why: SHAPE };
    const next = removeOne(text, root, hooks);
    if (next === null) return { ok: true, after: text };
    text = next;
  }
}

/** Other switches may stand beside the events; only the lists of events are ours to write into. */
function wellFormed(target: HookTarget, hooks: Node): boolean {
  if (hooks.kind !== 'object') return false;
  return hooks.members.every(({ key, value }) => !target.events.includes(key) || value.kind === 'array');
}

/** The text with one hook of ours less, and with what it leaves empty; null when there is none. */
function removeOne(text: string, root: Node, hooks: Member): string | null {
  if (hooks.value.kind !== 'object') return null;
  for (const [e, event] of hooks.value.members.entries()) {
    if (event.value.kind !== 'array') continue;
    for (const [g, item] of event.value.items.entries()) {
      const list = memberOf(item, 'hooks')?.value;
      if (list?.kind !== 'array') continue;
      const h = list.items.findIndex(isOurs);
      if (h < 0) continue;
      if (list.items.length > 1) return takeOut(text, list, h);
      if (event.value.items.length > 1) return takeOut(text, event.value, g);
      if (hooks.value.members.length > 1) return takeOut(text, hooks.value, e);
      return takeOut(text, root, root.kind === 'object' ? root.members.indexOf(hooks) : -1);
    }
  }
  return null;
}

function isOurs(hook: Node): boolean {
  const command = memberOf(hook, 'command')?.value;
  return command?.kind === 'scalar' && typeof command.value === 'string' && command.value.includes(MARK);
}

/** Place of one hook of ours: the numbers that codex names it by. */
export interface Place {
  readonly event: string;
  readonly group: number;
  readonly hook: number;
  readonly command: string;
  readonly matcher: string | null;
  readonly timeout: number | null;
}

export function placesOf(target: HookTarget, text: string): readonly Place[] | null {
  const root = parseText(text, target.comments);
  if (root?.kind !== 'object') return null;
  const hooks = memberOf(root, 'hooks')?.value;
  if (hooks?.kind !== 'object') return [];
  const places: Place[] = [];
  for (const event of hooks.members) {
    if (event.value.kind !== 'array') continue;
    for (const [g, item] of event.value.items.entries()) {
      const list = memberOf(item, 'hooks')?.value;
      if (list?.kind !== 'array') continue;
      const matcher = memberOf(item, 'matcher')?.value;
      for (const [h, hook] of list.items.entries()) {
        if (!isOurs(hook)) continue;
        const fields = dataOf(hook) as Record<string, unknown>;
        places.push({
          event: event.key,
          group: g,
          hook: h,
          command: String(fields['command']),
          matcher: matcher?.kind === 'scalar' && typeof matcher.value === 'string' ? matcher.value : null,
          timeout: typeof fields['timeout'] === 'number' ? fields['timeout'] : null,
        });
      }
    }
  }
  return places;
}

/** Every event has exactly our command, and there is no other one of ours. */
export function isComplete(target: HookTarget, text: string, script: string): boolean {
  const places = placesOf(target, text);
  if (places === null || places.length !== target.events.length) return false;
  return target.events.every((event) =>
    places.some((place) => place.event === event && place.command === hookCommand(script, target.agent, event)),
  );
}

const snake = (event: string) => event.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** Events whose matcher codex leaves out of account, and so out of the fingerprint. */
const NO_MATCHER = new Set(['stop', 'user_prompt_submit']);

/**
 * Whether codex trusts all hooks of ours: its `config.toml` keeps, for each hook by file and place, the SHA-256 of what it
 * runs. A hook that was changed since has another one. Learnt from what codex 0.169 writes after its dialog.
 */
export function codexTrusts(config: string, file: string, places: readonly Place[]): boolean {
  const trusted = new Map<string, string>();
  let section: string | null = null;
  for (const line of config.split(/\r?\n/)) {
    const head = /^\s*\[hooks\.state\.(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\]\s*(?:#.*)?$/.exec(line);
    if (head) section = head[2] ?? (head[1] ?? '').replace(/\\(["\\])/g, '$1');
    else if (/^\s*\[/.test(line)) section = null;
    const hash = /^\s*trusted_hash\s*=\s*["']sha256:([0-9a-f]{64})["']/.exec(line)?.[1];
    if (section !== null && hash !== undefined) trusted.set(section, hash);
    if (section !== null && /^\s*enabled\s*=\s*false/.test(line)) trusted.set(section, 'off');
  }
  return places.every((place) => {
    const event = snake(place.event);
    const found = trusted.get(`${file}:${event}:${place.group}:${place.hook}`);
    return found !== undefined && found === codexFingerprint(event, place);
  });
}

/** Keys in alphabetical order, as codex writes them. */
export function codexFingerprint(event: string, place: Pick<Place, 'command' | 'matcher' | 'timeout'>): string {
  const hook = { async: false, command: place.command, timeout: place.timeout ?? 600, type: 'command' };
  const matcher = NO_MATCHER.has(event) || place.matcher === null ? {} : { matcher: place.matcher };
  return createHash('sha256')
    .update(JSON.stringify({ event_name: event, hooks: [hook], ...matcher }))
    .digest('hex');
}
