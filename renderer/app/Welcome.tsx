/** The first minute: what was found here, hooks offered with their exact change, and the first session. */
import { ArrowRight, CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { CallOutput } from '../../shared/contract/contract.ts';
import { AgentRow } from '../rooms/agents/AgentRow.tsx';
import { useAgents } from '../rooms/agents/useAgents.ts';
import { Button } from '../ui/Button.tsx';
import { Mark } from '../ui/Mark.tsx';
import { messageOf, useLink, wire } from './connect.ts';
import { Keys } from './Keys.tsx';
import { parseBinding } from './keys.ts';
import { routes } from './routes.ts';
import { useStart } from './start.ts';
import s from './Welcome.module.css';

type Info = CallOutput<'hub.info'>;
const PALETTE = parseBinding('Mod+K') ?? [];
const HELP = parseBinding('?') ?? [];

export default function Welcome() {
  const { agents, error, looking } = useAgents();
  const [info, setInfo] = useState<Info | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const online = useLink((link) => link.state === 'online');
  const start = useStart();

  useEffect(() => {
    if (!online) return;
    wire()
      .call('hub.info', {})
      .then(setInfo, (failure: unknown) => setFailed(messageOf(failure)));
  }, [online]);

  const here = agents?.filter((each) => each.installed && each.kind === 'agent') ?? [];
  const away = agents?.filter((each) => !each.installed && each.kind === 'agent') ?? [];
  return (
    <div className={s['page']}>
      <div className={s['column']}>
        <header className={s['hero']}>
          <Mark size={40} />
          <h2>No sessions yet</h2>
          <p>
            Each agent you start runs in tmux on this machine. It goes on when you close this page, and is here again,
            on any of your devices, when you come back.
          </p>
        </header>

        <section className={s['step']}>
          <h3>What is here</h3>
          <ul className={s['checks']}>
            <Check ok={info ? true : failed === null ? null : false}>
              {info ? (
                <>
                  Hub {info.version} on Node {info.node.replace(/^v/, '')}
                </>
              ) : (
                (failed ?? 'Asking the hub')
              )}
            </Check>
            <Check ok={info ? info.tmux !== null : null}>
              {info?.tmux ? `tmux ${info.tmux.replace(/^tmux /, '')}` : 'tmux'}
            </Check>
            <Check ok={agents && !looking ? here.length > 0 : error === null ? null : false}>
              {error ??
                (agents === null || looking
                  ? 'Looking for agents'
                  : here.length === 0
                    ? 'No agent was found; a shell can be started meanwhile'
                    : `${here.length} ${here.length === 1 ? 'agent' : 'agents'}: ${here.map((each) => each.title).join(', ')}`)}
            </Check>
          </ul>
        </section>

        {here.length > 0 && (
          <section className={s['step']}>
            <h3>Let them tell what they do</h3>
            <ul className={s['list']}>
              {here.map((each) => (
                <AgentRow key={each.key} agent={each} />
              ))}
            </ul>
          </section>
        )}
        {here.length === 0 && away.length > 0 && !looking && (
          <section className={s['step']}>
            <h3>Get an agent</h3>
            <ul className={s['list']}>
              {away.slice(0, 4).map((each) => (
                <AgentRow key={each.key} agent={each} />
              ))}
            </ul>
          </section>
        )}

        <section className={s['step']} data-act>
          <h3>Start</h3>
          <div className={s['start']}>
            {start ? (
              <Button look="primary" onClick={() => start()}>
                Start a session
                <ArrowRight size={15} aria-hidden />
              </Button>
            ) : (
              <p className={s['hint']}>Your account may look, not start. Ask an admin for the scope “run”.</p>
            )}
            <p className={s['hint']} data-for="keyboard">
              <Keys binding={PALETTE} /> finds everything, <Keys binding={HELP} /> lists the keys.{' '}
              <Link href={routes.agents}>All agents</Link>
            </p>
          </div>
        </section>
      </div>
    </div>
  );
}

/** `ok`: null while it is not known. */
function Check({ ok, children }: { readonly ok: boolean | null; readonly children: ReactNode }) {
  const Icon = ok === null ? LoaderCircle : ok ? CircleCheck : CircleX;
  return (
    <li className={s['check']} data-ok={String(ok)}>
      <Icon size={16} aria-hidden />
      <span>{children}</span>
    </li>
  );
}
