/** Pure decisions of the auth room: what a secret is made of, who may hand out what, where attempts are counted. */
import type { Pairing } from '../../../shared/contract/auth.ts';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';

/** `qd_<id>_<secret>`: the id finds the row, the secret proves the right to it. */
export const writeSecret = (id: string, secret: string): string => `qd_${id.replace(/^t_/, '')}_${secret}`;

export function readSecret(text: string): { readonly id: string; readonly secret: string } | null {
  const match = /^qd_([0-9a-z]{25})_([0-9a-f]{64})$/.exec(text);
  return match?.[1] && match[2] ? { id: `t_${match[1]}`, secret: match[2] } : null;
}

/** Names that stand for something other than a person in lists and in the audit. */
const RESERVED = new Set(['local', 'hub', 'agent', 'policy', 'unknown']);
export const isReserved = (name: string): boolean => RESERVED.has(name.toLowerCase());

/** What the name of a token begins with that this hub made for one that it joined; kept for those. */
export const HUB_TOKEN = 'for the hub ';

/** In the contract's order, each once. */
export const ordered = (scopes: Iterable<Scope>): Scope[] => {
  const held = new Set(scopes);
  return SCOPES.filter((scope) => held.has(scope));
};

/** `admin` holds every scope. */
export const covers = (held: ReadonlySet<Scope>, scope: Scope): boolean => held.has(scope) || held.has('admin');

/** What is left of a token's scopes when its owner holds `owner`. */
export const within = (token: readonly Scope[], owner: ReadonlySet<Scope>): Scope[] =>
  ordered(token.filter((scope) => covers(owner, scope)));

/** The scopes in `wanted` that `held` does not cover. */
export const exceeding = (wanted: readonly Scope[], held: ReadonlySet<Scope>): Scope[] =>
  ordered(wanted.filter((scope) => !covers(held, scope)));

/** Whether a limit (null: none) stays inside the asker's own. An empty list allows nothing, which is always inside. */
export const limitWithin = (wanted: readonly string[] | null, own: ReadonlySet<string> | null): boolean =>
  own === null || wanted?.every((id) => own.has(id)) === true;

/** Expiry of a token minted by somebody whose own right ends at `own` (null: never): it never outlives that. */
export const expiry = (wanted: number | null, own: number | null): number | null =>
  own === null ? wanted : wanted === null ? own : Math.min(wanted, own);

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

/**
 * Where failed attempts of an address are counted: IPv4 as it is, also when written inside IPv6; of IPv6 the first 64 bits,
 * because one machine holds all addresses of such a network.
 */
export function addressKey(address: string): string {
  const bare = address
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
  const mapped = /^(?:0*:){0,6}:?(?:ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/.exec(bare)?.[1];
  if (mapped) return mapped;
  if (!bare.includes(':')) return bare.slice(0, 64);
  const [head = '', tail] = bare.split('::');
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const all = [...front, ...Array<string>(zeros).fill('0'), ...back];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').slice(0, 4))
    .join(':')}::/64`;
}

/** What a device calls itself, fit to be listed: nothing that is not seen, or turns what follows around. */
export const deviceName = (given: string | undefined): string =>
  (given ?? '').replace(/\p{C}/gu, '').trim().slice(0, 64) || 'A browser';

/** Why a pairing has come to its end, for whoever still uses it; null: it has not. */
export function overWhy({ state, number }: Pick<Pairing, 'state' | 'number'>): string | null {
  switch (state) {
    case 'paired':
      return 'this code was used already; show a new one for another device';
    case 'declined':
      return number === null
        ? 'this code was withdrawn; show a new one'
        : 'it was declined on the other screen; nothing was let in';
    case 'expired':
      return number === null
        ? 'this code is older than 60 seconds; show a new one, and read it again'
        : 'nobody confirmed the number within a minute; show a new code, and read it again';
    default:
      return null;
  }
}
