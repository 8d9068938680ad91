/** What can be done with a session: menu, rename and the questions before what cannot be taken back. */
import {
  Archive,
  Ellipsis,
  Maximize2,
  OctagonX,
  Pencil,
  Play,
  RotateCcw,
  Search,
  SquareTerminal,
  StepForward,
  Trash2,
} from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { SESSION_NAME } from '../../../shared/ids.ts';
import { archive, interrupt, restart, resume, stop, wake } from '../../app/act.ts';
import { messageOf, useCan, wire } from '../../app/connect.ts';
import { addressOf, sessionPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { Confirm, Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { toast } from '../../ui/Toasts.tsx';

const ICON = { size: 15, 'aria-hidden': true } as const;
type Asking = 'none' | 'stop' | 'restart' | 'rename';

export function SessionMenu(props: {
  readonly session: Session;
  readonly onSearch?: (() => void) | undefined;
  /** Absent where the session already has the whole screen. */
  readonly zoomable?: boolean;
  /** What else can be done with it here; above the rest. */
  readonly more?: (() => readonly MenuEntry[]) | undefined;
  /** Renames in place instead of asking in a dialog. */
  readonly onRename?: (() => void) | undefined;
}) {
  const { session } = props;
  const [asking, setAsking] = useState<Asking>('none');
  const [, navigate] = useLocation();
  const canRun = useCan('run');
  const canType = useCan('type');
  const entries = (): readonly MenuEntry[] => {
    const ended = session.state === 'exited' || session.state === 'unreachable' || session.archived;
    const attachCommand = session.attach.join(' ');
    const own: (MenuEntry | false)[] = [
      props.zoomable === true && {
        key: 'open',
        label: 'Open',
        icon: <Maximize2 {...ICON} />,
        onSelect: () => navigate(sessionPath(addressOf(session))),
      },
      props.onSearch !== undefined && {
        key: 'find',
        label: 'Find in terminal',
        icon: <Search {...ICON} />,
        onSelect: props.onSearch,
      },
      attachCommand !== '' && {
        key: 'attach',
        label: 'Copy attach command',
        icon: <SquareTerminal {...ICON} />,
        onSelect: () => {
          if (!navigator.clipboard) toast('good', `Attach with: ${attachCommand}`);
          else
            navigator.clipboard.writeText(attachCommand).then(
              () => toast('good', `Copied: ${attachCommand}`),
              () => toast('bad', 'The browser refused the clipboard.'),
            );
        },
      },
      canType &&
        !ended && {
          key: 'interrupt',
          label: 'Interrupt',
          icon: <OctagonX {...ICON} />,
          apart: true,
          onSelect: () => void interrupt(session),
        },
      canRun &&
        session.archived && {
          key: 'wake',
          label: 'Wake',
          icon: <Play {...ICON} />,
          onSelect: () => void wake(session),
        },
      canRun && {
        key: 'resume',
        label: 'Resume conversation',
        icon: <StepForward {...ICON} />,
        onSelect: () => void resume(session),
      },
      canRun && {
        key: 'restart',
        label: 'Restart',
        icon: <RotateCcw {...ICON} />,
        onSelect: () => (ended ? void restart(session) : setAsking('restart')),
      },
      canRun && {
        key: 'rename',
        label: 'Rename',
        icon: <Pencil {...ICON} />,
        onSelect: props.onRename ?? (() => setAsking('rename')),
      },
      canRun &&
        !session.archived && {
          key: 'archive',
          label: 'Archive',
          icon: <Archive {...ICON} />,
          onSelect: () => void archive(session),
        },
      canRun && {
        key: 'stop',
        label: 'Stop and remove',
        icon: <Trash2 {...ICON} />,
        danger: true,
        apart: true,
        onSelect: () => setAsking('stop'),
      },
    ];
    const above = props.more?.() ?? [];
    const below = own.filter((entry) => entry !== false);
    return [...above, ...below.map((entry, i) => (i === 0 && above.length > 0 ? { ...entry, apart: true } : entry))];
  };

  const close = () => setAsking('none');
  return (
    <>
      <Menu
        trigger={
          <Button look="icon" aria-label={`Actions for ${session.name}`}>
            <Ellipsis size={16} aria-hidden />
          </Button>
        }
        entries={entries}
      />
      {asking === 'stop' && (
        <Confirm
          open
          onClose={close}
          title={`Stop ${session.name}?`}
          text={
            session.queued > 0
              ? `Its processes are ended and its terminal is gone. ${session.queued} queued prompts will not be sent. The conversation stays on disk.`
              : 'Its processes are ended and its terminal is gone. The conversation stays on disk.'
          }
          action="Stop session"
          onConfirm={() => void stop(session)}
        />
      )}
      {asking === 'restart' && (
        <Confirm
          open
          onClose={close}
          title={`Restart ${session.name}?`}
          text="The running agent is ended and started anew; its first prompts are sent again."
          action="Restart"
          onConfirm={() => void restart(session)}
        />
      )}
      {asking === 'rename' && <Rename session={session} onClose={close} />}
    </>
  );
}

function Rename({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const [name, setName] = useState(session.name);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!SESSION_NAME.test(name)) {
      setError('A name starts with a letter or digit and has at most 64 letters, digits, - and _.');
      return;
    }
    setBusy(true);
    try {
      await wire().call('sessions.edit', { name: session.id, rename: name });
      onClose();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={`Rename ${session.name}`} width={380}>
      <form onSubmit={submit}>
        <TextField
          label="Name"
          value={name}
          error={error}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
          onChange={(event) => setName(event.target.value)}
        />
        <FormFoot onCancel={onClose} busy={busy} disabled={name === session.name}>
          Rename
        </FormFoot>
      </form>
    </Dialog>
  );
}
