/** The head of a pane: who it is, what state, what it did. It shows what fits; the rest is in the menu and on hover. */
import {
  Bell,
  Columns2,
  ExternalLink,
  EyeOff,
  GitBranch,
  GripVertical,
  ListEnd,
  Maximize2,
  Minimize2,
  Rows2,
  Scaling,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Session } from '../../../../shared/contract/sessions.ts';
import { SESSION_NAME } from '../../../../shared/ids.ts';
import { messageOf, useCan, wire } from '../../../app/connect.ts';
import { NodeMark } from '../../../app/NodeMark.tsx';
import { go } from '../../../app/navigate.ts';
import { addressOf, sessionPath } from '../../../app/routes.ts';
import { short } from '../../../app/time.ts';
import { Button } from '../../../ui/Button.tsx';
import { composing } from '../../../ui/composing.ts';
import type { MenuEntry } from '../../../ui/Menu.tsx';
import { calls } from '../../../ui/State.tsx';
import { toast } from '../../../ui/Toasts.tsx';
import { StateBadge } from '../Evidence.tsx';
import { SessionMenu } from '../SessionMenu.tsx';
import { HOW_TO_MOVE, sense } from './drag.ts';
import s from './Head.module.css';
import { useLooked } from './looked.ts';
import { usePicker } from './Picker.tsx';
import { hidePane, select, usePanes } from './state.ts';
import { unread } from './view.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;

export function Head(props: {
  readonly session: Session;
  /** Another viewer gave the terminal another size. */
  readonly foreign: boolean;
  readonly onTakeSize: () => void;
  readonly onSearch: () => void;
}) {
  const { session } = props;
  const { id, name } = session;
  const chosen = usePanes((panes) => panes.selected.has(id));
  const choosing = usePanes((panes) => panes.selected.size > 0);
  const zoomed = usePanes((panes) => panes.zoomed === id);
  const renaming = usePanes((panes) => panes.renaming === id);
  const canType = useCan('type');
  const looked = useLooked(id);
  const fresh = looked !== undefined && unread(session, looked);
  const head = useRef<HTMLElement>(null);
  const zoom = () => usePanes.setState({ zoomed: zoomed ? null : id, wanted: id });
  const carry = (kind: 'mouse' | 'touch' | 'keys', { nativeEvent }: { readonly nativeEvent: Event }) => {
    if (head.current) sense(kind, nativeEvent, id, head.current);
  };
  const more = (): readonly MenuEntry[] => [
    {
      key: 'zoom',
      label: zoomed ? 'Back to the grid' : 'Zoom',
      icon: zoomed ? <Minimize2 {...ICON} /> : <Maximize2 {...ICON} />,
      onSelect: zoom,
    },
    {
      key: 'page',
      label: 'Open with composer',
      icon: <ExternalLink {...ICON} />,
      onSelect: () => go(sessionPath(addressOf(session))),
    },
    {
      key: 'right',
      label: 'Split right',
      icon: <Columns2 {...ICON} />,
      onSelect: () => usePicker.setState({ beside: { target: id, side: 'right' } }),
    },
    {
      key: 'down',
      label: 'Split down',
      icon: <Rows2 {...ICON} />,
      onSelect: () => usePicker.setState({ beside: { target: id, side: 'bottom' } }),
    },
    ...(props.foreign && canType
      ? [{ key: 'size', label: 'Take over the size', icon: <Scaling {...ICON} />, onSelect: props.onTakeSize }]
      : []),
    {
      key: 'hide',
      label: 'Close the pane',
      icon: <EyeOff {...ICON} />,
      aside: 'session goes on',
      onSelect: () => hidePane(id),
    },
  ];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: shortcuts of the buttons inside, for the mouse
    <header
      ref={head}
      className={s['head']}
      data-choosing={choosing}
      onMouseDown={(event) => event.button === 0 && !event.ctrlKey && carry('mouse', event)}
      onTouchStart={(event) => event.touches.length === 1 && carry('touch', event)}
      onDoubleClick={(event) => {
        if (!(event.target as Element).closest('button, input, label')) zoom();
      }}
      onClick={(event) => {
        if (event.shiftKey && !(event.target as Element).closest('button, input, label')) select([id], !chosen);
      }}
    >
      {fresh && (
        <span className={s['unread']} title="Wrote something since you last looked">
          <span className="visually-hidden">Unread</span>
        </span>
      )}
      {renaming ? (
        <Rename session={session} />
      ) : (
        <h2 className={s['name']} title={name}>
          {name}
        </h2>
      )}
      <span className={s['agent']}>{session.agent}</span>
      <NodeMark id={session.node} />
      {session.branch !== null && (
        <span className={s['branch']} title={`Branch ${session.branch}`}>
          <GitBranch size={11} aria-hidden />
          <span>{session.branch}</span>
        </span>
      )}
      <span className={s['title']} dir="auto" title={session.title}>
        {session.title}
      </span>
      <span className={s['tools']}>
        <label className={s['choose']}>
          <input
            type="checkbox"
            checked={chosen}
            aria-label={`Select ${name}`}
            onChange={(event) => select([id], event.target.checked)}
          />
        </label>
        <Button
          look="icon"
          className={s['tool']}
          aria-label={`Move ${name}`}
          aria-roledescription="draggable"
          aria-describedby={HOW_TO_MOVE}
          onKeyDown={(event) => (event.code === 'Enter' || event.code === 'Space') && carry('keys', event)}
        >
          <GripVertical size={14} aria-hidden />
        </Button>
        <Button
          look="icon"
          className={s['tool']}
          aria-label={zoomed ? `Back to the grid from ${name}` : `Zoom ${name}`}
          aria-pressed={zoomed}
          onClick={zoom}
        >
          {zoomed ? <Minimize2 size={13} aria-hidden /> : <Maximize2 size={13} aria-hidden />}
        </Button>
      </span>
      {session.contextLeft !== null && <Context left={session.contextLeft} />}
      {session.tokens !== null && (
        <span className={s['tokens']} title="Tokens in and out">
          {short(session.tokens.input + session.tokens.output)} tok
        </span>
      )}
      {session.queued > 0 && (
        <span
          className={s['queue']}
          data-paused={session.paused}
          title={`${session.queued} queued${session.paused ? ', paused' : session.held ? `: ${session.held}` : ''}`}
        >
          <ListEnd size={12} aria-hidden />
          {session.queued}
          <span className="visually-hidden"> prompts queued</span>
        </span>
      )}
      {props.foreign && (
        <Button
          look="icon"
          className={s['size']}
          disabled={!canType}
          aria-label={`${name} is sized by another viewer: take over`}
          title="Sized by another viewer: take over"
          onClick={props.onTakeSize}
        >
          <Scaling size={13} aria-hidden />
        </Button>
      )}
      {session.needsYou && !calls(session.state) && (
        <span className={s['need']} title="Needs you">
          <Bell size={12} aria-hidden />
          <span className="visually-hidden">Needs you</span>
        </span>
      )}
      <span className={s['state']}>
        <StateBadge session={session} />
      </span>
      <SessionMenu
        session={session}
        more={more}
        onSearch={props.onSearch}
        onRename={() => usePanes.setState({ renaming: id })}
      />
    </header>
  );
}

/** How much of the agent's context is left: a small bar and the number. */
function Context({ left }: { readonly left: number }) {
  const percent = Math.round(Math.min(100, Math.max(0, left)));
  return (
    <span className={s['context']} data-low={percent <= 15} title={`${percent}% of the context left`}>
      <span className={s['meter']} aria-hidden>
        <span style={{ width: `${percent}%` }} />
      </span>
      <span className={s['percent']}>
        {percent}%<span className="visually-hidden"> of the context left</span>
      </span>
    </span>
  );
}

function Rename({ session }: { readonly session: Session }) {
  const [name, setName] = useState(session.name);
  const [bad, setBad] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  /** Escape and Enter both leave the field, and leaving saves: once is enough. */
  const over = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const end = () => {
    over.current = true;
    usePanes.setState({ renaming: null, wanted: session.id });
  };
  const save = () => {
    if (over.current) return;
    if (name === session.name) return end();
    if (!SESSION_NAME.test(name)) {
      setBad(true);
      toast('bad', 'A name starts with a letter or digit and has at most 64 letters, digits, - and _.');
      return;
    }
    over.current = true;
    wire()
      .call('sessions.edit', { name: session.id, rename: name })
      .then(end, (failure: unknown) => {
        over.current = false;
        setBad(true);
        toast('bad', `Could not rename ${session.name}: ${messageOf(failure)}`);
        input.current?.focus();
      });
  };
  return (
    <input
      ref={input}
      className={s['rename']}
      aria-label={`New name of ${session.name}`}
      aria-invalid={bad || undefined}
      value={name}
      spellCheck={false}
      onChange={(event) => {
        setName(event.target.value);
        setBad(false);
      }}
      onPointerDown={(event) => event.stopPropagation()}
      onMouseDown={(event) => event.stopPropagation()}
      onBlur={() => (bad ? end() : save())}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !composing(event)) save();
        else if (event.key === 'Escape') end();
      }}
    />
  );
}
