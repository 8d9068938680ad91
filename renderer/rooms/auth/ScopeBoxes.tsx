/** The rights of a token or user, each with what it lets one do. */
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import s from './People.module.css';

const MEANS: Readonly<Record<Scope, string>> = {
  read: 'see sessions, terminals and prompts',
  type: 'type into terminals and send prompts',
  approve: 'answer permission dialogs',
  run: 'start, stop and change sessions',
  admin: 'everything, with users, settings and logs',
};

export function ScopeBoxes(props: {
  readonly may: readonly Scope[];
  readonly value: readonly Scope[];
  readonly onChange: (scopes: readonly Scope[]) => void;
}) {
  return (
    <fieldset className={s['scopes']}>
      <legend>May</legend>
      {props.may.map((scope) => (
        <label key={scope} className={s['scope']}>
          <input
            type="checkbox"
            checked={props.value.includes(scope)}
            onChange={(event) =>
              props.onChange(
                SCOPES.filter((each) => (each === scope ? event.target.checked : props.value.includes(each))),
              )
            }
          />
          <span>
            <strong>{scope}</strong> {MEANS[scope]}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
