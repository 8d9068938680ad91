/** Making a token: what it may do, to which sessions, until when; its secret is shown once. */
import { TriangleAlert } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import { SCOPES, type Scope } from '../../../shared/contract/define.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { useHubOrigin } from '../../app/desktop.ts';
import { useSessions } from '../../app/feeds.ts';
import { dateTime } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton, CopyLine } from '../../ui/Copy.tsx';
import { Dialog, DialogFoot, FormFoot } from '../../ui/Dialog.tsx';
import { inputClass, SelectField, TextField } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import s from './People.module.css';
import { ScopeBoxes } from './ScopeBoxes.tsx';

type Made = CallOutput<'auth.addToken'>;
const DAY = 86_400;
const ENDS: readonly { readonly label: string; readonly seconds: number }[] = [
  { label: 'In an hour', seconds: 3600 },
  { label: 'In a day', seconds: DAY },
  { label: 'In a week', seconds: 7 * DAY },
  { label: 'In 30 days', seconds: 30 * DAY },
  { label: 'In 90 days', seconds: 90 * DAY },
  { label: 'In a year', seconds: 365 * DAY },
  { label: 'Never', seconds: 0 },
];
const USUAL = 90 * DAY;
/** More sessions than this are filtered. */
const FEW = 8;

export function Mint({ allowed, onClose }: { readonly allowed: readonly Scope[]; readonly onClose: () => void }) {
  const may = allowed.includes('admin') ? SCOPES : SCOPES.filter((scope) => allowed.includes(scope));
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [seconds, setSeconds] = useState(USUAL);
  const [limited, setLimited] = useState(false);
  const [sessions, setSessions] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<Made | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      setMade(
        await wire().call('auth.addToken', {
          name: name.trim(),
          scopes: [...scopes],
          ...(limited ? { sessions: [...sessions] } : {}),
          ...(seconds > 0 ? { expiresIn: seconds } : {}),
        }),
      );
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  if (made !== null) return <Secret made={made} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="New token" width={460}>
      <form className={s['form']} onSubmit={submit}>
        <TextField
          label="What it is for"
          placeholder="laptop, ci, backup script"
          required
          maxLength={128}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <ScopeBoxes may={may} value={scopes} onChange={setScopes} />
        <div className={s['limit']}>
          <div className={s['limitHead']}>
            <span>For</span>
            <Segments
              label="For which sessions"
              value={limited ? 'some' : 'all'}
              options={[
                { value: 'all', label: 'All sessions' },
                { value: 'some', label: 'Some only' },
              ]}
              onChange={(choice) => setLimited(choice === 'some')}
            />
          </div>
          {limited && <Picker chosen={sessions} onChange={setSessions} />}
        </div>
        <SelectField
          label="Ends"
          value={seconds}
          hint={seconds === 0 ? 'It counts until somebody revokes it: choose an end where you can.' : undefined}
          onChange={(event) => setSeconds(Number(event.target.value))}
        >
          {ENDS.map((each) => (
            <option key={each.seconds} value={each.seconds}>
              {each.label}
            </option>
          ))}
        </SelectField>
        <FormFoot
          error={error}
          onCancel={onClose}
          busy={busy}
          disabled={name.trim() === '' || scopes.length === 0 || (limited && sessions.size === 0)}
        >
          Make token
        </FormFoot>
      </form>
    </Dialog>
  );
}

function Picker(props: {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const rows = useSessions();
  const [filter, setFilter] = useState('');
  const all = useMemo(
    () => [...rows.byKey.values()].filter((each) => !each.archived).sort((a, b) => a.name.localeCompare(b.name)),
    [rows],
  );
  const word = filter.trim().toLowerCase();
  const shown = all.filter((each) => `${each.name} ${each.agent}`.toLowerCase().includes(word));
  const toggle = (id: string, on: boolean) => {
    const next = new Set(props.chosen);
    if (on) next.add(id);
    else next.delete(id);
    props.onChange(next);
  };
  if (all.length === 0) return <p className={s['note']}>There is no session to limit it to yet.</p>;
  return (
    <>
      {all.length > FEW && (
        <input
          type="search"
          className={inputClass}
          aria-label="Filter sessions"
          placeholder="Filter"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      <ul className={s['picker']} aria-label="Sessions">
        {shown.map((session) => (
          <li key={session.id}>
            <label>
              <input
                type="checkbox"
                checked={props.chosen.has(session.id)}
                onChange={(event) => toggle(session.id, event.target.checked)}
              />
              <span>{session.name}</span>
              <small>{session.agent}</small>
            </label>
          </li>
        ))}
      </ul>
      <p className={s['note']}>
        {props.chosen.size === 0 ? 'Choose at least one. ' : `${props.chosen.size} chosen. `}
        It sees nothing of other sessions, nor of the hub.
      </p>
    </>
  );
}

function Secret({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const hub = useHubOrigin();
  return (
    <Dialog open onClose={onClose} title={`Token “${made.info.name}”`} width={520}>
      <div className={s['form']}>
        <p className={s['once']}>
          <TriangleAlert size={15} aria-hidden />
          This is the only time it is shown. Keep it where secrets are kept.
        </p>
        <div className={s['secret']}>
          <code dir="ltr">{made.token}</code>
          <CopyButton text={made.token} label="token" word />
        </div>
        <div className={s['use']}>
          <span>Scripts send it in a header:</span>
          <CopyLine label="the command" text={`curl -H "Authorization: Bearer $TOKEN" ${hub ?? ''}/api/sessions`} />
        </div>
        <p className={s['note']}>
          {made.info.expiresAt === null
            ? 'It counts until it is revoked.'
            : `It counts until ${dateTime(made.info.expiresAt)}, or until it is revoked.`}
        </p>
        <DialogFoot>
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        </DialogFoot>
      </div>
    </Dialog>
  );
}
