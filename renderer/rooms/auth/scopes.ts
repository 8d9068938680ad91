/** Rights in words, and the least length of a passphrase. */
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';

/** Characters; the hub asks for as many. */
export const LEAST = 10;

export const MEANS: Readonly<Record<Scope, { readonly word: string; readonly may: string }>> = {
  read: { word: 'Look', may: 'see sessions, terminals, prompts and settings' },
  type: { word: 'Type', may: 'type into terminals and give prompts' },
  approve: { word: 'Approve', may: 'answer permission dialogs' },
  run: { word: 'Run', may: 'start, stop and change sessions' },
  admin: { word: 'Everything', may: 'all of this, with people, settings, policies and logs' },
};

/** Such as "Look, type, approve". An admin holds the others too. */
export function inWords(scopes: readonly Scope[]): string {
  if (scopes.includes('admin')) return MEANS.admin.word;
  const words = SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => MEANS[scope].word.toLowerCase());
  const text = words.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
