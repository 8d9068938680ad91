/** Rights in words, the usual sets of them, and the least length of a passphrase. */
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';

/** Characters; the hub asks for as many. */
export const LEAST = 10;

export const MEANS: Readonly<Record<Scope, { readonly word: string; readonly may: string }>> = {
  read: { word: 'Look', may: 'see sessions, terminals, prompts and settings' },
  type: { word: 'Type', may: 'type into terminals and give prompts' },
  approve: { word: 'Approve', may: 'answer permission dialogs' },
  run: { word: 'Run', may: 'start, stop and change sessions' },
  join: { word: 'Join', may: 'let the hub of another machine join this one as a node' },
  admin: { word: 'Everything', may: 'all of this, with people, settings, policies and logs' },
};

/** Such as "Look, type, approve". An admin holds the others too. */
export function inWords(scopes: readonly Scope[]): string {
  if (scopes.includes('admin')) return MEANS.admin.word;
  const words = SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => MEANS[scope].word.toLowerCase());
  const text = words.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export type Role = 'watcher' | 'member' | 'admin' | 'own';

/** The sets that most people get; the hub knows only the rights. */
export const ROLES: readonly { readonly role: Role; readonly word: string; readonly scopes: readonly Scope[] }[] = [
  { role: 'watcher', word: 'Watcher', scopes: ['read'] },
  { role: 'member', word: 'Member', scopes: ['read', 'type', 'approve', 'run'] },
  { role: 'admin', word: 'Administrator', scopes: [...SCOPES] },
];

export function roleOf(scopes: readonly Scope[]): Role {
  if (scopes.includes('admin')) return 'admin';
  const same = (set: readonly Scope[]) => set.length === scopes.length && set.every((each) => scopes.includes(each));
  return ROLES.find((each) => same(each.scopes))?.role ?? 'own';
}

/** Such as "Member: look, type, approve, run"; rights that are no usual set stand for themselves. */
export function personInWords(scopes: readonly Scope[]): string {
  const role = ROLES.find((each) => each.role === roleOf(scopes));
  const rights = inWords(scopes);
  return role ? `${role.word}: ${rights.toLowerCase()}` : rights;
}
