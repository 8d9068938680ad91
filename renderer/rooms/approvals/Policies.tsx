/** The policies in their order: the first that fits a permission dialog decides it; what none fits is asked. */
import { ArrowDown, ArrowUp, Check, CircleHelp, Ellipsis, ListChecks, Plus, ShieldAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Policy } from '../../../shared/contract/approvals.ts';
import { attempt } from '../../app/act.ts';
import { useCommands } from '../../app/commands.ts';
import { useCan, useLink } from '../../app/connect.ts';
import { useApprovals } from '../../app/feeds.ts';
import { routes } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Column } from '../../ui/Page.tsx';
import s from './Policies.module.css';
import { PolicyDialog } from './PolicyDialog.tsx';
import { changePolicies, loadPolicies, usePolicies } from './policies.ts';
import { allowsAll, shadowOf } from './policy-list.ts';

type Asking =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'remove'; readonly policy: Policy; readonly index: number }
  | null;

const LOOK = {
  allow: { word: 'Allow', icon: Check },
  deny: { word: 'Deny', icon: X },
  ask: { word: 'Ask me', icon: CircleHelp },
} as const;

export default function Policies() {
  const { list, error } = usePolicies();
  const [asking, setAsking] = useState<Asking>(null);
  const [busy, setBusy] = useState(false);
  const admin = useCan('admin');
  const online = useLink((link) => link.state === 'online');
  const approvals = useApprovals();

  useEffect(() => {
    if (online) void loadPolicies();
  }, [online]);
  useCommands(
    () => [
      {
        id: 'policies.add',
        title: 'Add a policy',
        section: 'Policies',
        keys: 'c',
        icon: Plus,
        enabled: admin,
        run: () => setAsking({ kind: 'add' }),
      },
    ],
    [admin],
  );

  const counts = new Map<string, number>();
  for (const { answer } of approvals.byKey.values()) {
    const id = answer?.by.startsWith('policy ') ? answer.by.slice('policy '.length) : null;
    if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const change = async (make: (now: readonly Policy[]) => readonly Policy[]) => {
    setBusy(true);
    await attempt('The policies were not changed', () => changePolicies(make));
    setBusy(false);
  };
  const move = (index: number, by: 1 | -1) =>
    change((now) => {
      const policy = now[index];
      return policy ? now.toSpliced(index, 1).toSpliced(index + by, 0, policy) : now;
    });

  if (list === null)
    return error === null ? <div aria-busy /> : <Empty title="The policies could not be read" text={error} />;
  return (
    <Column tight>
      <header className={s['head']}>
        <div>
          <h2>Policies</h2>
          <p className={s['note']}>
            They answer permission dialogs by themselves. The first that fits decides; what none fits waits in the{' '}
            <Link href={routes.inbox}>Inbox</Link>. Questions and trust dialogs are never answered by a policy.
          </p>
        </div>
        {admin && (
          <Button onClick={() => setAsking({ kind: 'add' })}>
            <Plus size={15} aria-hidden />
            Add policy
          </Button>
        )}
      </header>
      {list.length === 0 ? (
        <Empty
          icon={<ListChecks size={20} aria-hidden />}
          title="No policies"
          text={
            admin
              ? 'Every dialog waits for a person. In the Inbox, “Always allow like this…” makes a policy from a request.'
              : 'Every dialog waits for a person. An admin can make policies.'
          }
        />
      ) : (
        <ol className={s['list']} aria-label="Policies in their order">
          {list.map((policy, index) => {
            const { word, icon: Icon } = LOOK[policy.decision];
            const shadow = shadowOf(list, index);
            const count = counts.get(policy.id ?? '') ?? 0;
            return (
              <li key={policy.id ?? index} className={s['row']} data-decision={policy.decision}>
                <span className={s['n']}>{index + 1}</span>
                <div className={s['main']}>
                  <p className={s['sentence']}>
                    <strong>
                      <Icon size={13} strokeWidth={2.5} aria-hidden />
                      {word}
                    </strong>{' '}
                    {policy.tool === '*' ? 'any tool' : <code>{policy.tool}</code>}
                    {policy.subject !== '*' && (
                      <>
                        {' '}
                        <code dir="ltr">{policy.subject}</code>
                      </>
                    )}{' '}
                    {policy.session === undefined ? 'in every session' : `in ${policy.session}`}
                  </p>
                  {allowsAll(policy) && (
                    <p className={s['warn']}>
                      <ShieldAlert size={13} aria-hidden />
                      Nobody looks at anything that this allows.
                    </p>
                  )}
                  {shadow !== null && <p className={s['warn']}>Never reached: policy {shadow + 1} fits everything.</p>}
                  {count > 0 && <p className={s['note']}>Answered {count} lately</p>}
                </div>
                {admin && (
                  <div className={s['tools']}>
                    <Button
                      look="icon"
                      className={s['arrow']}
                      aria-label={`Move policy ${index + 1} up`}
                      disabled={busy || index === 0}
                      onClick={() => void move(index, -1)}
                    >
                      <ArrowUp size={15} aria-hidden />
                    </Button>
                    <Button
                      look="icon"
                      className={s['arrow']}
                      aria-label={`Move policy ${index + 1} down`}
                      disabled={busy || index === list.length - 1}
                      onClick={() => void move(index, 1)}
                    >
                      <ArrowDown size={15} aria-hidden />
                    </Button>
                    <Menu
                      trigger={
                        <Button look="icon" aria-label={`Actions for policy ${index + 1}`}>
                          <Ellipsis size={16} aria-hidden />
                        </Button>
                      }
                      entries={[
                        { key: 'edit', label: 'Change', onSelect: () => setAsking({ kind: 'edit', policy, index }) },
                        { key: 'up', label: 'Move up', disabled: index === 0, onSelect: () => void move(index, -1) },
                        {
                          key: 'down',
                          label: 'Move down',
                          disabled: index === list.length - 1,
                          onSelect: () => void move(index, 1),
                        },
                        {
                          key: 'remove',
                          label: 'Remove',
                          danger: true,
                          apart: true,
                          onSelect: () => setAsking({ kind: 'remove', policy, index }),
                        },
                      ]}
                    />
                  </div>
                )}
              </li>
            );
          })}
        </ol>
      )}
      {list.length > 0 && <p className={s['note']}>What none of these fits is asked.</p>}
      {asking?.kind === 'add' && <PolicyDialog onClose={() => setAsking(null)} />}
      {asking?.kind === 'edit' && <PolicyDialog edit={asking} onClose={() => setAsking(null)} />}
      <Confirm
        open={asking?.kind === 'remove'}
        onClose={() => setAsking(null)}
        title={asking?.kind === 'remove' ? `Remove policy ${asking.index + 1}?` : ''}
        text="Dialogs that it answered wait for a person again, unless another policy fits."
        action="Remove"
        onConfirm={() => {
          if (asking?.kind === 'remove') void change((now) => now.toSpliced(asking.index, 1));
        }}
      />
    </Column>
  );
}
