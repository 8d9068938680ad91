/** Ports that programs on a machine listen on: forwarded to the hub's machine with one press, opened, taken back. */
import { ArrowRight, ExternalLink } from 'lucide-react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import type { Node, NodePort } from '../../../shared/contract/nodes.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { DESKTOP } from '../../app/desktop.ts';
import { SessionLink, useWhich } from '../../app/SessionLink.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/Copy.tsx';
import { inputClass } from '../../ui/Field.tsx';
import s from './Part.module.css';
import { Part } from './Part.tsx';

/** This browser runs on the hub's machine: only there the forwarded port is. */
const HERE = DESKTOP || ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
const SLOW = { timeoutMs: 30_000 };

/** What leads here, then what agents opened, then the rest. */
const byUse = (a: NodePort, b: NodePort): number =>
  Number(b.local !== null) - Number(a.local !== null) ||
  Number(b.session !== null) - Number(a.session !== null) ||
  a.port - b.port;

export function Ports({ node }: { readonly node: Node }) {
  const [ports, setPorts] = useState<readonly NodePort[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState('');
  const look = useCallback(async () => {
    setBusy(true);
    try {
      setPorts([...(await wire().call('nodes.ports', { node: node.id }, SLOW))].sort(byUse));
      setError(null);
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  }, [node.id]);
  useEffect(() => {
    if (node.reachable) void look();
  }, [look, node.reachable]);

  const forward = async (port: number) => {
    setBusy(true);
    const done = await attempt(`Port ${port} of ${node.title} is not forwarded`, () =>
      wire().call('nodes.forward', { node: node.id, port }, SLOW),
    );
    await look();
    return done;
  };
  const stop = async (port: number) => {
    setBusy(true);
    await attempt(`Port ${port} of ${node.title} stays forwarded`, () =>
      wire().call('nodes.unforward', { node: node.id, port }),
    );
    await look();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const port = Number(other);
    if (Number.isInteger(port) && port > 0 && port <= 65_535 && (await forward(port))) setOther('');
  };
  return (
    <Part
      title="Ports"
      of={node.title}
      again="Look for ports again"
      onAgain={() => void look()}
      busy={busy}
      error={error}
    >
      {ports !== null && ports.length === 0 && <p className={s['none']}>No program there listens on a port.</p>}
      {ports !== null && ports.length > 0 && (
        <ul className={s['ports']} aria-label="Open ports">
          {ports.map((row) => (
            <li key={row.port} data-on={row.local !== null}>
              <b className={s['port']}>{row.port}</b>
              <span className={s['whose']}>
                {row.command || 'unknown program'}
                {row.session !== null && (
                  <>
                    {' of '}
                    <Owner name={row.session} node={node.id} />
                  </>
                )}
              </span>
              {row.local === null ? (
                <Button busy={busy} aria-label={`Forward port ${row.port}`} onClick={() => void forward(row.port)}>
                  <ArrowRight size={14} aria-hidden />
                  Forward
                </Button>
              ) : (
                <span className={s['forwarded']}>
                  {HERE ? (
                    <a
                      href={`http://localhost:${row.local}/`}
                      target="_blank"
                      rel="noopener noreferrer"
                      className={s['link']}
                    >
                      localhost:{row.local}
                      <ExternalLink size={13} aria-hidden />
                    </a>
                  ) : (
                    <span title="On the hub’s machine">
                      <CopyLine text={`127.0.0.1:${row.local}`} label="the address on the hub’s machine" />
                    </span>
                  )}
                  <Button
                    busy={busy}
                    aria-label={`Stop forwarding port ${row.port}`}
                    onClick={() => void stop(row.port)}
                  >
                    Stop
                  </Button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <form className={s['other']} onSubmit={submit}>
        <input
          className={inputClass}
          aria-label="Another port"
          placeholder="Another port"
          inputMode="numeric"
          autoComplete="off"
          maxLength={5}
          value={other}
          onChange={(event) => setOther(event.target.value.replace(/\D/g, ''))}
        />
        <Button type="submit" disabled={other === ''}>
          Forward
        </Button>
      </form>
      {!HERE && <p className={s['none']}>Forwarded ports open on the hub’s machine only, not on this device.</p>}
    </Part>
  );
}

/** The page is that of one machine: it is not named again. */
function Owner({ name, node }: { readonly name: string; readonly node: string }) {
  return <SessionLink of={useWhich({ name, node })} name={name} mark={false} />;
}
