/** On the device that is to be let in: the number to compare with the other screen, or why it came to nothing. */
import { startAuth } from '../../app/connect.ts';
import { readable } from '../../app/pairing.ts';
import { Button } from '../../ui/Button.tsx';
import g from './Gate.module.css';
import s from './Pairing.module.css';

export function PairHere(props: {
  readonly number: string | null;
  readonly user: string | null;
  readonly problem: string | null;
}) {
  const { number, user, problem } = props;
  if (problem !== null) {
    return (
      <>
        <p role="alert" className={g['text']}>
          {problem.slice(0, 1).toUpperCase()}
          {problem.slice(1)}.
        </p>
        <Button look="primary" className={g['go']} onClick={() => void startAuth()}>
          Sign in with a passphrase
        </Button>
      </>
    );
  }
  return (
    <>
      <p className={g['text']}>
        {user === null || user === 'local'
          ? 'The other screen shows a number too. When it is this one, let this device in there.'
          : `The other screen shows a number too. When it is this one, let this device in there: it will be signed in as ${user}.`}
      </p>
      <output className={s['number']} data-wait={number === null}>
        {number === null ? '\u2007' : readable(number)}
      </output>
      <p className={s['waiting']} role="status">
        {number === null ? 'Asking the hub' : 'Waiting for the other screen'}
      </p>
    </>
  );
}
