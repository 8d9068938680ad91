/** A binding as key caps. */

import s from './Keys.module.css';
import { MAC } from './keymap.ts';
import { type Binding, caps } from './keys.ts';

export function Keys({ binding }: { readonly binding: Binding }) {
  return (
    <span className={s['keys']}>
      {caps(binding, MAC).map((press, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: presses have no names and never move
        <span key={i} className={s['press']}>
          {press.map((cap) => (
            <kbd key={cap}>{cap}</kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
