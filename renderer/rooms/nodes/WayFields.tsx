/** How a machine is reached, beside its host: the same fields where one is added and where it is changed. */
import { useState } from 'react';
import { isFault } from '../../../shared/fault.ts';
import { messageOf } from '../../app/connect.ts';
import { TextField } from '../../ui/Field.tsx';
import form from './Form.module.css';

export interface Wish {
  readonly host: string;
  readonly title: string;
  readonly user: string;
  readonly port: string;
  readonly identity: string;
  readonly jump: string;
}
export type WishField = keyof Wish;
export const NOTHING: Wish = { host: '', title: '', user: '', port: '', identity: '', jump: '' };
const CODE = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

/** The field that a refusal is about. */
function fieldOf(error: unknown): WishField {
  if (!isFault(error)) return 'host';
  const problems: unknown = error.data?.['problems'];
  const path = Array.isArray(problems) ? String((problems[0] as { path?: unknown } | undefined)?.path ?? '') : '';
  if (path in NOTHING) return path as WishField;
  if (error.code === 'taken') return 'title';
  if (error.code === 'conflict') return 'user';
  return /\bjump\b/i.test(error.message) ? 'jump' : 'host';
}

export interface Refusal {
  readonly field: WishField;
  readonly message: string;
}
export const refusalOf = (error: unknown): Refusal => ({ field: fieldOf(error), message: messageOf(error) });

/** The fields of a form, each with what was refused of it until it is changed. */
export function useWish(wish: Wish, onWish: (wish: Wish) => void) {
  const [refused, setRefused] = useState<Refusal | null>(null);
  const field = (name: WishField) => ({
    ...CODE,
    value: wish[name],
    error: refused?.field === name ? refused.message : undefined,
    onChange: (event: { readonly target: HTMLInputElement }) => {
      setRefused(null);
      onWish({ ...wish, [name]: event.target.value });
    },
  });
  return { refused, setRefused, field };
}
export type FieldOf = ReturnType<typeof useWish>['field'];

export function WayFields({ field }: { readonly field: FieldOf }) {
  return (
    <>
      <div className={form['two']}>
        <TextField label="User" placeholder="as configured" maxLength={255} {...field('user')} />
        <TextField label="Port" placeholder="22" inputMode="numeric" maxLength={5} {...field('port')} />
      </div>
      <TextField
        label="Key"
        placeholder="~/.ssh/id_ed25519"
        hint="A private key on the hub’s machine that is tried first."
        maxLength={4096}
        {...field('identity')}
      />
      <TextField
        label="Jump hosts"
        placeholder="user@gate:22"
        hint="Machines to go through, in order, divided by commas."
        maxLength={1024}
        {...field('jump')}
      />
    </>
  );
}
