/** The rights of a token or user, each with what it lets one do. */
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import s from './People.module.css';
import { MEANS } from './scopes.ts';

export function ScopeBoxes(props: {
  readonly may: readonly Scope[];
  readonly value: readonly Scope[];
  readonly onChange: (scopes: readonly Scope[]) => void;
  /** Why `admin` cannot be taken away. */
  readonly keepAdmin?: string | undefined;
}) {
  const all = props.value.includes('admin');
  return (
    <fieldset className={s['scopes']}>
      <legend>May</legend>
      {props.may.map((scope) => {
        const implied = all && scope !== 'admin';
        const kept = scope === 'admin' && props.keepAdmin !== undefined;
        return (
          <label key={scope} className={s['scope']}>
            <input
              type="checkbox"
              checked={implied || props.value.includes(scope)}
              disabled={implied || kept}
              onChange={(event) =>
                props.onChange(
                  SCOPES.filter((each) => (each === scope ? event.target.checked : props.value.includes(each))),
                )
              }
            />
            <span>
              <strong>{MEANS[scope].word}</strong>
              <code>{scope}</code>
              <span>{MEANS[scope].may}</span>
            </span>
          </label>
        );
      })}
      {props.keepAdmin !== undefined && <p className={s['note']}>{props.keepAdmin}</p>}
    </fieldset>
  );
}
