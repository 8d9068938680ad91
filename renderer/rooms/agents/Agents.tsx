/** The agent programs of this machine: those that are here, and how to get the others. */
import { Bot, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Column } from '../../ui/Page.tsx';
import { AgentRow } from './AgentRow.tsx';
import s from './Agents.module.css';
import { askAgents, useAgents } from './useAgents.ts';

export default function Agents() {
  const { agents, error, looking } = useAgents();
  const [busy, setBusy] = useState(false);
  const real = agents?.filter((each) => each.kind !== 'custom') ?? [];
  const here = real.filter((each) => each.installed);
  const away = real.filter((each) => !each.installed);
  const refresh = async () => {
    setBusy(true);
    await askAgents(true);
    setBusy(false);
  };
  return (
    <Column>
      {error !== null && agents === null && (
        <Empty title="The agents could not be listed" text={error}>
          <Button onClick={() => void askAgents(false)}>Try again</Button>
        </Empty>
      )}
      {agents !== null && (
        <>
          <section>
            <header className={s['head']}>
              <h2>On this machine</h2>
              <Button busy={busy || looking} onClick={() => void refresh()}>
                <RefreshCw size={14} aria-hidden />
                Look again
              </Button>
            </header>
            {here.length === 0 ? (
              <p className={s['none']}>
                <Bot size={16} aria-hidden />
                None was found on the hub's PATH. Install one of those below, then look again.
              </p>
            ) : (
              <ul className={s['list']}>
                {here.map((each) => (
                  <AgentRow key={each.key} agent={each} />
                ))}
              </ul>
            )}
          </section>
          {away.length > 0 && (
            <section>
              <header className={s['head']}>
                <h2>Not installed</h2>
              </header>
              <ul className={s['list']}>
                {away.map((each) => (
                  <AgentRow key={each.key} agent={each} />
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </Column>
  );
}
