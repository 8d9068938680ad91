/** One policy: made from a request, made anew or changed; shows beforehand which requests it would have answered. */
import { ShieldAlert } from 'lucide-react';
import { type FormEvent, useEffect, useId, useMemo, useState } from 'react';
import type { Approval, Policy } from '../../../shared/contract/approvals.ts';
import { fits } from '../../../shared/policies.ts';
import { messageOf } from '../../app/connect.ts';
import { isOpen, useApprovals, useSessions } from '../../app/feeds.ts';
import { Policy as PolicySchema } from '../../app/schemas.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { AreaField, SelectField, TextField } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import s from './Policies.module.css';
import { changePolicies, loadPolicies, usePolicies } from './policies.ts';
import { allowsAll, patternsFor, placeFor } from './policy-list.ts';

type Decision = Policy['decision'];
const DECISIONS: readonly { readonly value: Decision; readonly label: string }[] = [
  { value: 'allow', label: 'Allow' },
  { value: 'deny', label: 'Deny' },
  { value: 'ask', label: 'Ask me' },
];
const MOST = 5;

export function PolicyDialog(props: {
  /** The request that it is made from. */
  readonly from?: Approval;
  /** The one to change, with its place in the list. */
  readonly edit?: { readonly policy: Policy; readonly index: number };
  readonly onClose: () => void;
  readonly onSaved?: (policy: Policy) => void;
}) {
  const { from, edit } = props;
  const start = edit?.policy;
  const [decision, setDecision] = useState<Decision>(start?.decision ?? (from ? 'allow' : 'ask'));
  const [session, setSession] = useState(start?.session ?? '');
  const [tool, setTool] = useState(start?.tool ?? from?.tool ?? '*');
  const [subject, setSubject] = useState(start?.subject ?? (from ? from.subject || '*' : '*'));
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const sureId = useId();
  const list = usePolicies((state) => state.list);
  const names = useSessions((rows) => rows);
  const approvals = useApprovals();

  useEffect(() => {
    void loadPolicies();
  }, []);

  const policy: Policy = {
    ...(start?.id === undefined ? {} : { id: start.id }),
    ...(session === '' ? {} : { session }),
    tool: tool === '' ? '*' : tool,
    subject: subject === '' ? '*' : subject,
    decision,
  };
  const all = allowsAll(policy);
  const asked = useMemo(
    () =>
      [...approvals.byKey.values()]
        .filter((each) => each.kind === 'approval')
        .sort((a, b) => b.createdAt - a.createdAt),
    [approvals],
  );
  const hits = asked.filter((each) => fits(policy, each));
  const misses = from !== undefined && !fits(policy, from);
  const place = from && list ? placeFor(list, from) : null;
  const options = [...new Set([...[...names.byKey.values()].map((each) => each.name), session, from?.session ?? ''])]
    .filter((name) => name !== '')
    .sort();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const checked = PolicySchema.safeParse(policy);
    if (!checked.success) {
      setError(
        `Not a policy: ${checked.error.issues[0]?.path.join('.') ?? ''} ${checked.error.issues[0]?.message ?? ''}.`,
      );
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await changePolicies((now) =>
        edit
          ? now.map((each, i) => (i === edit.index ? checked.data : each))
          : now.toSpliced(placeFor(now, from ?? null), 0, checked.data),
      );
      props.onSaved?.(checked.data);
      props.onClose();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      width={600}
      title={edit ? 'Change policy' : from ? 'Always allow like this' : 'New policy'}
      description="Answers permission dialogs by itself, before they wait for you. Every answer stays in the list with its time."
    >
      <form className={s['form']} onSubmit={submit}>
        <div className={s['decision']}>
          <span>When it fits</span>
          <Segments label="When it fits" value={decision} options={DECISIONS} onChange={setDecision} />
        </div>
        <div className={s['pair']}>
          <SelectField label="Session" value={session} onChange={(event) => setSession(event.target.value)}>
            <option value="">Every session</option>
            {options.map((name) => (
              <option key={name} value={name}>
                Only {name}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Tool"
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            maxLength={256}
            className={s['mono']}
            value={tool}
            onChange={(event) => setTool(event.target.value)}
          />
        </div>
        <AreaField
          label="Command"
          spellCheck={false}
          autoCapitalize="none"
          maxLength={4096}
          rows={Math.min(8, Math.max(2, subject.split('\n').length))}
          className={s['mono']}
          dir="ltr"
          value={subject}
          onChange={(event) => setSubject(event.target.value)}
          hint={
            <>
              <code>*</code> stands for any text and <code>?</code> for one character
              {decision === 'allow' && (
                <>
                  , but never for <code>; &amp; | ` &lt; &gt;</code>, <code>$(</code> or a new line
                </>
              )}
              .
            </>
          }
        />
        {from && from.subject !== '' && (
          <div className={s['patterns']}>
            {patternsFor(from.subject).map((pattern, i) => (
              <button
                key={pattern}
                type="button"
                aria-pressed={subject === pattern}
                onClick={() => setSubject(pattern)}
              >
                {i === 0 ? 'Exactly this' : <code>{pattern}</code>}
              </button>
            ))}
          </div>
        )}
        {misses && (
          <p className={s['warn']} role="status">
            This does not fit the request it is made from.
          </p>
        )}
        {all && (
          <div className={s['danger']}>
            <ShieldAlert size={16} aria-hidden />
            <p>
              This answers yes to <strong>every</strong> permission dialog
              {session === '' ? ' of every session' : ` of ${session}`}: agents then do whatever they like, without
              anybody looking.
            </p>
            <label htmlFor={sureId}>
              <input id={sureId} type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />I
              want that
            </label>
          </div>
        )}
        <section className={s['preview']} aria-label="What it would have answered">
          <h3>
            {hits.length === 0
              ? asked.length === 0
                ? 'Nothing was asked lately'
                : `Fits none of the ${asked.length} requests of late`
              : `Fits ${hits.length} of ${asked.length} ${asked.length === 1 ? 'request' : 'requests'} of late`}
          </h3>
          {hits.length > 0 && (
            <ul>
              {hits.slice(0, MOST).map((each) => (
                <li key={each.id}>
                  <span className={s['session']}>{each.session}</span>
                  <code>{each.subject || each.title}</code>
                  <span className={s['status']}>
                    {isOpen(each) ? 'open' : each.answer ? `“${each.answer.label}”` : 'closed'}
                  </span>
                </li>
              ))}
              {hits.length > MOST && <li className={s['note']}>and {hits.length - MOST} more</li>}
            </ul>
          )}
        </section>
        {place !== null && list !== null && place < list.length && (
          <p className={s['note']}>
            It is put before policy {place + 1}, which fits this request too: the first that fits decides.
          </p>
        )}
        <FormFoot error={error} onCancel={props.onClose} busy={busy} disabled={(all && !sure) || list === null}>
          {edit
            ? 'Save'
            : from && isOpen(from) && decision !== 'ask' && !misses
              ? `Make policy and ${decision} this`
              : 'Make policy'}
        </FormFoot>
      </form>
    </Dialog>
  );
}
