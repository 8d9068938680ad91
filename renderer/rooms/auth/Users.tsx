/** The users of the hub, for its admins: add, change rights, set a passphrase, remove. */
import { Ellipsis, Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { User } from '../../../shared/contract/auth.ts';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, useAuth, wire } from '../../app/connect.ts';
import { useNow } from '../../app/time.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Confirm, Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { PassphraseField } from './PassphraseField.tsx';
import s from './People.module.css';
import { Face, since } from './Person.tsx';
import { ScopeBoxes } from './ScopeBoxes.tsx';
import { LEAST, personInWords, ROLES, type Role, roleOf } from './scopes.ts';

type Asking = { readonly kind: 'add' } | { readonly kind: 'edit' | 'remove'; readonly user: User } | null;

export function Users({ users, reload }: { readonly users: readonly User[]; readonly reload: () => Promise<void> }) {
  const [asking, setAsking] = useState<Asking>(null);
  const me = useAuth((auth) => auth.me?.user);
  const now = useNow();
  const admins = users.filter((user) => user.scopes.includes('admin'));
  /** Without them nobody could let anybody in. */
  const isLast = (user: User): boolean => admins.length === 1 && admins[0]?.id === user.id;
  const done = () => {
    setAsking(null);
    void reload();
  };
  return (
    <section aria-label="People">
      <header className={s['head']}>
        <div>
          <h2>People</h2>
          <p className={s['note']}>Who may sign in to this hub, and what they may do.</p>
        </div>
        <Button onClick={() => setAsking({ kind: 'add' })}>
          <Plus size={15} aria-hidden />
          Add person
        </Button>
      </header>
      <ul className={s['list']}>
        {users.map((user) => (
          <li key={user.id} className={s['row']}>
            <Face name={user.name} />
            <div className={s['main']}>
              <strong>
                {user.name}
                {user.name === me && <Badge>you</Badge>}
              </strong>
              <span className={s['note']}>{personInWords(user.scopes)}</span>
            </div>
            <span className={s['when']}>
              {user.lastLoginAt === null ? 'never signed in' : `signed in ${since(user.lastLoginAt, now)}`}
            </span>
            <Menu
              trigger={
                <Button look="icon" aria-label={`Actions for ${user.name}`}>
                  <Ellipsis size={16} aria-hidden />
                </Button>
              }
              entries={[
                { key: 'edit', label: 'Rights and passphrase', onSelect: () => setAsking({ kind: 'edit', user }) },
                {
                  key: 'remove',
                  label: isLast(user) ? 'Remove (the last admin stays)' : 'Remove',
                  danger: true,
                  disabled: isLast(user),
                  apart: true,
                  onSelect: () => setAsking({ kind: 'remove', user }),
                },
              ]}
            />
          </li>
        ))}
      </ul>
      {asking?.kind === 'add' && (
        <Person
          user={null}
          admin={
            users.length === 0 ? 'The first person must be an administrator: nobody else could let anybody in.' : null
          }
          onDone={done}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.kind === 'edit' && (
        <Person
          user={asking.user}
          admin={
            isLast(asking.user) ? `${asking.user.name} is the last admin: make somebody else an admin first.` : null
          }
          onDone={done}
          onClose={() => setAsking(null)}
        />
      )}
      <Confirm
        open={asking?.kind === 'remove'}
        onClose={() => setAsking(null)}
        title={asking?.kind === 'remove' ? `Remove ${asking.user.name}?` : ''}
        text="They are signed out and their tokens are revoked. Sessions they started go on."
        action="Remove"
        onConfirm={() => {
          if (asking?.kind !== 'remove') return;
          const { name } = asking.user;
          void attempt(`Could not remove ${name}`, async () => {
            await wire().call('auth.removeUser', { name });
            toast('good', `${name} is removed.`);
          }).then(reload);
        }}
      />
    </section>
  );
}

function Person(props: {
  readonly user: User | null;
  /** Why this person must stay an administrator, or null. */
  readonly admin: string | null;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { user } = props;
  const own = useAuth((auth) => auth.me?.user) === user?.name;
  const [name, setName] = useState(user?.name ?? '');
  const [passphrase, setPassphrase] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(
    user?.scopes ?? (props.admin === null ? ['read', 'type', 'approve', 'run'] : SCOPES),
  );
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (user === null) await wire().call('auth.addUser', { name, passphrase, scopes: [...scopes] });
      else {
        const rights = scopes.join() === user.scopes.join() ? {} : { scopes: [...scopes] };
        await wire().call('auth.editUser', {
          name: user.name,
          ...rights,
          ...(passphrase === '' ? {} : { passphrase }),
        });
      }
      props.onDone();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={props.onClose} title={user === null ? 'Add person' : user.name} width={420}>
      <form className={s['form']} onSubmit={submit}>
        {user === null && (
          <TextField
            label="User name"
            required
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        {own ? (
          <p className={s['note']}>Your own passphrase is changed under “You”.</p>
        ) : (
          <PassphraseField
            label={user === null ? 'Passphrase' : 'New passphrase'}
            autoComplete="new-password"
            required={user === null}
            hint={
              user === null ? `At least ${LEAST} characters.` : 'Empty leaves it. A new one revokes all their tokens.'
            }
            value={passphrase}
            onChange={(event) => setPassphrase(event.target.value)}
          />
        )}
        <Segments<Role>
          label="Role"
          value={roleOf(scopes)}
          options={ROLES.map(({ role, word }) => ({
            value: role,
            label: word,
            disabled: props.admin !== null && role !== 'admin',
          }))}
          onChange={(role) => setScopes(ROLES.find((each) => each.role === role)?.scopes ?? scopes)}
        />
        <ScopeBoxes may={SCOPES} value={scopes} onChange={setScopes} keepAdmin={props.admin ?? undefined} />
        <FormFoot error={error} onCancel={props.onClose} busy={busy} disabled={scopes.length === 0}>
          {user === null ? 'Add' : 'Save'}
        </FormFoot>
      </form>
    </Dialog>
  );
}
