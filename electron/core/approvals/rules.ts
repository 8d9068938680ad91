/** Pure decisions of the approvals room: what an answer means, what a dialog is known by. Policies: `shared/policies.ts`. */
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Choice } from '../../../shared/contract/sessions.ts';

/** A dialog as the reader of the agent sees it. */
export interface Seen {
  readonly kind: string;
  readonly title: string;
  readonly tool?: string;
  readonly subject?: string;
  readonly choices: readonly Choice[];
  readonly partial: boolean;
  readonly multiple: boolean;
}

export type Kind = Approval['kind'];
const KINDS: readonly string[] = ['approval', 'question', 'trust'] satisfies readonly Kind[];
/** The kinds that become an object that can be answered. */
export const isKind = (kind: string): kind is Kind => KINDS.includes(kind);

/** Everything that makes it this dialog and no other, the place of the marker left out. To be hashed. */
export function identity(sessionId: string, d: Seen): string {
  const choices = d.choices.map((c) => [c.n, c.label, c.means]);
  return JSON.stringify([sessionId, d.kind, d.title, d.tool ?? null, d.subject ?? '', choices, d.multiple]);
}

export type Picked =
  | { readonly ok: true; readonly choice: Choice }
  | { readonly ok: false; readonly code: 'invalid' | 'unsupported'; readonly message: string };

/** The choice that an answer names. `allow` is always the one that allows once: what is remembered must be chosen by number. */
export function pick(
  choices: readonly Choice[],
  answer: { readonly decision?: 'allow' | 'deny'; readonly choice?: number },
): Picked {
  const { decision, choice } = answer;
  if ((decision === undefined) === (choice === undefined)) {
    return { ok: false, code: 'invalid', message: 'give either a decision (allow or deny) or the number of a choice' };
  }
  const offered = choices.map((c) => `${c.n} ${c.label}`).join(', ') || 'none';
  const found = choices.find((c) => (choice !== undefined ? c.n === choice : c.means === decision));
  if (found) return { ok: true, choice: found };
  if (choice !== undefined)
    return { ok: false, code: 'invalid', message: `there is no choice ${choice}; offered: ${offered}` };
  const message = `the dialog has no choice that means ${decision}; give the number of a choice instead: ${offered}`;
  return { ok: false, code: 'unsupported', message };
}

/** Arrow presses from the marker to the choice, negative is back; null when no marker is seen. */
export function steps(choices: readonly Choice[], target: number): number | null {
  const from = choices.findIndex((c) => c.selected);
  const to = choices.findIndex((c) => c.n === target);
  return from < 0 || to < 0 ? null : to - from;
}
