/** After a restart of the machine: which sessions did not survive, and one button to bring them back. */
import { RotateCcw, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { RestoreReport } from '../../../shared/contract/sessions.ts';
import { attempt } from '../../app/act.ts';
import { useCan, useLink, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { Button } from '../../ui/Button.tsx';
import { toast } from '../../ui/Toasts.tsx';
import s from './Restore.module.css';

/** Reports that somebody closed, by their time; the next restart of the hub makes a new one. */
const closed = new Set<number>();

export function Restore() {
  const [report, setReport] = useState<RestoreReport | null>(null);
  const [busy, setBusy] = useState(false);
  const online = useLink((link) => link.state === 'online');
  const canRun = useCan('run');
  const lost = useSessions(
    useShallow((rows) =>
      (report?.rows ?? [])
        .filter(({ id, result, restore }) => {
          const session = rows.byKey.get(id);
          // One that was started since and ended again by itself was not lost.
          const still = session?.state === 'exited' && session.startedAt < (report?.at ?? 0);
          return still && result === 'lost' && restore !== 'none';
        })
        .map((row) => row.name),
    ),
  );

  useEffect(() => {
    if (!online) return;
    wire()
      .call('sessions.restoreReport', {})
      // Without the right to read it there is nothing to offer.
      .then(setReport, () => undefined);
  }, [online]);

  if (report === null || lost.length === 0 || closed.has(report.at)) return null;
  const bring = async () => {
    setBusy(true);
    await attempt('Could not bring them back', async () => {
      const results = await wire().call('sessions.restore', { names: lost }, { timeoutMs: 120_000 });
      for (const each of results) if (!each.ok) toast('bad', `${each.name}: ${each.message}`);
    });
    setBusy(false);
  };
  return (
    <section className={s['strip']} aria-label="Lost sessions">
      <p>
        {lost.length === 1 ? `${lost[0]} did not survive.` : `${lost.length} sessions did not survive.`}
        <span className={s['names']}> {lost.length > 1 && lost.slice(0, 8).join(', ')}</span>
      </p>
      {canRun && (
        <Button busy={busy} onClick={() => void bring()}>
          <RotateCcw size={14} aria-hidden />
          {lost.length === 1 ? 'Bring it back' : 'Bring all back'}
        </Button>
      )}
      <Button
        look="icon"
        aria-label="Close"
        onClick={() => {
          closed.add(report.at);
          setReport(null);
        }}
      >
        <X size={14} aria-hidden />
      </Button>
    </section>
  );
}
