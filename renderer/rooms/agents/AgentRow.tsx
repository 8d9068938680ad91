/** One agent: is it here, which version, do its hooks tell us what it does; what to do where something is missing. */
import { CircleCheck, CircleDashed, Plug, PlugZap, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Agent, HooksState } from '../../../shared/contract/agents.ts';
import { useCan } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/Copy.tsx';
import s from './Agents.module.css';
import { HooksDialog } from './HooksDialog.tsx';

const HOOKS: Readonly<Record<HooksState, string>> = {
  absent: 'No hooks: its state is read from the screen',
  installed: 'Hooks installed',
  outdated: 'Hooks of an older version',
  untrusted: 'Hooks wait for your trust in the agent',
  unreadable: 'Its settings file cannot be read',
};

export function AgentRow({ agent }: { readonly agent: Agent }) {
  const [open, setOpen] = useState(false);
  const admin = useCan('admin');
  return (
    <li className={s['agent']} data-absent={!agent.installed}>
      {agent.installed ? (
        <CircleCheck size={16} aria-hidden className={s['here']} />
      ) : (
        <CircleDashed size={16} aria-hidden className={s['away']} />
      )}
      <div className={s['what']}>
        <span className={s['name']}>
          {agent.title}
          {agent.version !== null && <small>{agent.version}</small>}
          {!agent.checked && <small>looking</small>}
        </span>
        {agent.installed ? (
          <span className={s['fact']}>
            {agent.path}
            {agent.problem !== null && <em> {agent.problem}</em>}
          </span>
        ) : (
          agent.install !== null && <CopyLine text={agent.install} label={agent.install} />
        )}
        {agent.installed && agent.hooks !== null && (
          <span className={s['hooks']} data-state={agent.hooks}>
            {agent.hooks === 'installed' ? (
              <PlugZap size={13} aria-hidden />
            ) : agent.hooks === 'absent' ? (
              <Plug size={13} aria-hidden />
            ) : (
              <TriangleAlert size={13} aria-hidden />
            )}
            {HOOKS[agent.hooks]}
            {agent.hooksNote !== null && `. ${agent.hooksNote}`}
          </span>
        )}
      </div>
      {admin && agent.installed && agent.hooks !== null && agent.hooks !== 'unreadable' && (
        <Button onClick={() => setOpen(true)}>{agent.hooks === 'absent' ? 'Install hooks' : 'Hooks'}</Button>
      )}
      {open && <HooksDialog agent={agent} onClose={() => setOpen(false)} />}
    </li>
  );
}
