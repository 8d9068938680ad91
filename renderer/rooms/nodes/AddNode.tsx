/** Adding a machine: how to reach it, then the way there step by step, with what it asks on the way. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { CallInput } from '../../../shared/contract/contract.ts';
import { isFault } from '../../../shared/fault.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { useNode, useNodeFace } from '../../app/nodes.ts';
import { useStart } from '../../app/start.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import s from './AddNode.module.css';
import { QuestionForm } from './QuestionForm.tsx';
import { Steps } from './Steps.tsx';
import { keyChanged, stepsOf } from './steps.ts';

interface Wish {
  readonly host: string;
  readonly title: string;
  readonly user: string;
  readonly port: string;
  readonly identity: string;
  readonly jump: string;
}
type Field = keyof Wish;
const NOTHING: Wish = { host: '', title: '', user: '', port: '', identity: '', jump: '' };
const CODE = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

const close = () => useNodeFace.setState({ adding: false, shownAt: null });

export default function AddNode() {
  const [wish, setWish] = useState<Wish>(NOTHING);
  const [made, setMade] = useState<string | null>(null);
  return (
    <Dialog open onClose={close} title="Add a machine" width={520}>
      {made === null ? (
        <Form
          wish={wish}
          onWish={setWish}
          onMade={(id) => {
            // What it asks is answered here, not in a dialog over this one.
            useNodeFace.setState({ shownAt: id });
            setMade(id);
          }}
        />
      ) : (
        <Way
          id={made}
          onBack={() => {
            useNodeFace.setState({ shownAt: null });
            setMade(null);
          }}
        />
      )}
    </Dialog>
  );
}

function inputOf(wish: Wish): CallInput<'nodes.add'> {
  const text = (name: Field) => (wish[name].trim() === '' ? {} : { [name]: wish[name].trim() });
  return {
    host: wish.host.trim(),
    ...text('title'),
    ...text('user'),
    ...text('identity'),
    ...text('jump'),
    ...(wish.port.trim() === '' ? {} : { port: Number(wish.port) }),
  };
}

/** The field that a refusal is about. */
function fieldOf(error: unknown): Field {
  if (!isFault(error)) return 'host';
  const problems: unknown = error.data?.['problems'];
  const path = Array.isArray(problems) ? String((problems[0] as { path?: unknown } | undefined)?.path ?? '') : '';
  if (path in NOTHING) return path as Field;
  if (error.code === 'taken') return 'title';
  return /\bjump\b/i.test(error.message) ? 'jump' : 'host';
}

function Form(props: {
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
  readonly onMade: (id: string) => void;
}) {
  const { wish, onWish } = props;
  const [more, setMore] = useState(() => [wish.user, wish.port, wish.identity, wish.jump].some((each) => each !== ''));
  const [refused, setRefused] = useState<{ readonly field: Field; readonly message: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const field = (name: Field) => ({
    ...CODE,
    value: wish[name],
    error: refused?.field === name ? refused.message : undefined,
    onChange: (event: { readonly target: HTMLInputElement }) => {
      setRefused(null);
      onWish({ ...wish, [name]: event.target.value });
    },
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (wish.host.trim() === '') {
      setRefused({ field: 'host', message: 'Which machine? Write a host name, an address, or user@host:port.' });
      return;
    }
    setBusy(true);
    try {
      props.onMade((await wire().call('nodes.add', inputOf(wish))).id);
    } catch (error) {
      const at = fieldOf(error);
      if (at !== 'host' && at !== 'title') setMore(true);
      setRefused({ field: at, message: messageOf(error) });
      setBusy(false);
    }
  };
  return (
    <form className={s['form']} onSubmit={submit}>
      <p className={s['lead']}>
        Any machine with an SSH server and tmux; nothing else is installed there. Its agents go on when the connection
        does not.
      </p>
      <TextField
        label="Host"
        placeholder="user@host"
        hint="A host name, an address, user@host:port, or a name of the hub’s ssh configuration."
        maxLength={400}
        {...field('host')}
      />
      <TextField label="Name" placeholder="the host" maxLength={64} {...field('title')} />
      {more ? (
        <>
          <div className={s['two']}>
            <TextField label="User" placeholder="as configured" maxLength={255} {...field('user')} />
            <TextField label="Port" placeholder="22" inputMode="numeric" maxLength={5} {...field('port')} />
          </div>
          <TextField
            label="Key"
            placeholder="~/.ssh/id_ed25519"
            hint="A private key on the hub’s machine that is tried first."
            maxLength={4096}
            {...field('identity')}
          />
          <TextField
            label="Jump hosts"
            placeholder="user@gate:22"
            hint="Machines to go through, in order, divided by commas."
            maxLength={1024}
            {...field('jump')}
          />
        </>
      ) : (
        <Button look="ghost" className={s['more']} onClick={() => setMore(true)}>
          User, port, key, jump hosts
        </Button>
      )}
      <DialogFoot>
        <Button onClick={close}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy}>
          Connect
        </Button>
      </DialogFoot>
    </form>
  );
}

function Way({ id, onBack }: { readonly id: string; readonly onBack: () => void }) {
  const node = useNode(id);
  const start = useStart();
  const [busy, setBusy] = useState(false);
  const end = useRef<HTMLButtonElement>(null);
  const settled = node !== undefined && node.state !== 'connecting' && node.state !== 'asking';
  // The step that ended had the keyboard; what can be done next gets it.
  useEffect(() => {
    if (settled) end.current?.focus();
  }, [settled]);
  if (!node) return null;
  const stop = keyChanged(node);
  const again = async () => {
    setBusy(true);
    await attempt(`${node.title} is not tried again`, () => wire().call('nodes.connect', { node: id }));
    setBusy(false);
  };
  const back = async () => {
    setBusy(true);
    const gone = await attempt(`${node.title} is not removed`, () =>
      wire().call('nodes.remove', { node: id, force: false }),
    );
    if (gone) onBack();
    else setBusy(false);
  };
  return (
    <div className={s['form']}>
      <h3 className={s['title']} dir="auto">
        {node.title}
      </h3>
      <Steps steps={stepsOf(node)} />
      {stop && (
        <p className={s['stop']} role="alert">
          Stopped: the machine shows another key than before. Ask who runs it before you clear the old one.
        </p>
      )}
      {node.question ? (
        <div className={s['question']}>
          <h3 className={s['title']} dir="auto">
            {node.question.title}
          </h3>
          <QuestionForm key={node.question.id} node={node} question={node.question} />
        </div>
      ) : (
        <DialogFoot>
          {node.state === 'live' ? (
            <>
              <Button onClick={close}>Done</Button>
              {start && (
                <Button
                  ref={end}
                  look="primary"
                  onClick={() => {
                    close();
                    start({ node: id });
                  }}
                >
                  Start a session there
                </Button>
              )}
            </>
          ) : (
            <>
              <Button look="ghost" onClick={close}>
                {settled ? 'Keep it' : 'Go on without me'}
              </Button>
              <Button busy={busy} onClick={() => void back()}>
                Change
              </Button>
              <Button ref={end} look="primary" busy={busy} disabled={!settled} onClick={() => void again()}>
                Try again
              </Button>
            </>
          )}
        </DialogFoot>
      )}
      <p className="visually-hidden" role="status">
        {node.state === 'live' ? `${node.title} is connected` : ''}
      </p>
    </div>
  );
}
