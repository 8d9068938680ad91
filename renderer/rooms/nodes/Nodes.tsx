/** The machines that sessions run on, each with what it has. */
import { Monitor, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import { messageOf, useCan, useLink, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { routes } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Column } from '../../ui/Page.tsx';
import s from './Nodes.module.css';

type Check = CallOutput<'hub.doctor'>[number];

export default function Nodes() {
  const [nodes, setNodes] = useState<readonly Node[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const online = useLink((link) => link.state === 'online');
  useEffect(() => {
    if (!online) return;
    wire()
      .call('nodes.list', {})
      .then(setNodes, (failure: unknown) => setError(messageOf(failure)));
  }, [online]);
  if (error !== null && nodes === null) return <Empty title="The nodes could not be listed" text={error} />;
  return (
    <Column>
      {nodes?.map((node) => (
        <Card key={node.id} node={node} />
      ))}
    </Column>
  );
}

function Card({ node }: { readonly node: Node }) {
  const count = useSessions((rows) => {
    let live = 0;
    for (const each of rows.byKey.values()) if (each.node === node.id && !each.archived) live += 1;
    return live;
  });
  const facts: readonly (readonly [string, string])[] = [
    ['tmux', node.tmux ?? 'not found'],
    ['Home', node.home],
    ['Name', node.id],
  ];
  return (
    <section className={s['card']} aria-label={node.title}>
      <header className={s['head']}>
        <Monitor size={16} aria-hidden />
        <h2>{node.title}</h2>
        <span className={s['state']} data-ok={node.reachable && node.problem === ''}>
          {node.reachable ? (node.problem === '' ? 'Well' : 'Degraded') : 'Unreachable'}
        </span>
        <Link href={`${routes.sessions}?node=${encodeURIComponent(node.id)}`} className={s['count']}>
          {count} {count === 1 ? 'session' : 'sessions'}
        </Link>
      </header>
      {node.problem !== '' && (
        <p className={s['problem']}>
          <TriangleAlert size={14} aria-hidden />
          {node.problem}
        </p>
      )}
      <dl className={s['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {node.kind === 'local' && <Doctor />}
    </section>
  );
}

/** What `qd doctor` says, asked for by hand: it starts programs to look at them. */
function Doctor() {
  const [checks, setChecks] = useState<readonly Check[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const admin = useCan('admin');
  if (!admin) return null;
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      setChecks(await wire().call('hub.doctor', {}, { timeoutMs: 60_000 }));
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  };
  return (
    <div className={s['doctor']}>
      <Button busy={busy} onClick={() => void run()}>
        {checks === null ? 'Check this machine' : 'Check again'}
      </Button>
      {error !== null && (
        <p role="alert" className={s['problem']}>
          {error}
        </p>
      )}
      {checks !== null && (
        <ul className={s['checks']} aria-label="Checks">
          {checks.map((check) => (
            <li key={check.name} data-result={check.result}>
              <span className={s['result']}>{{ pass: 'Pass', warn: 'Warning', fail: 'Fail' }[check.result]}</span>
              <span className={s['check']}>
                <b>{check.name}</b> {check.message}
                {check.hint !== undefined && <small>{check.hint}</small>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
