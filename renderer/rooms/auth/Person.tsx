/** How a person is drawn in lists, and when they were last seen, in words. */
import { ago } from '../../app/time.ts';
import s from './People.module.css';

export function Face({ name }: { readonly name: string }) {
  return (
    <span className={s['face']} aria-hidden>
      {[...name][0]?.toUpperCase()}
    </span>
  );
}

export const since = (at: number, now: number): string => {
  const passed = ago(at, now);
  return passed === 'now' ? 'just now' : /^\d+[smhd]$/.test(passed) ? `${passed} ago` : passed;
};
