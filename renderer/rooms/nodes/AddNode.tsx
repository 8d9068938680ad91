/** Adding a machine: how to reach it, then the way there step by step, with what it asks on the way. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { CallInput } from '../../../shared/contract/contract.ts';
import { attempt } from '../../app/act.ts';
import { wire } from '../../app/connect.ts';
import { useNode, useNodeFace } from '../../app/nodes.ts';
import { useStart } from '../../app/start.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { AddHub } from './AddHub.tsx';
import s from './AddNode.module.css';
import form from './Form.module.css';
import { Hosts, useHosts } from './Hosts.tsx';
import { QuestionForm } from './QuestionForm.tsx';
import { Steps } from './Steps.tsx';
import { nextOf, stepsOf } from './steps.ts';
import { NOTHING, refusalOf, useWish, WayFields, type Wish, type WishField } from './WayFields.tsx';

const close = () => useNodeFace.setState({ adding: false, shownAt: null });

export default function AddNode() {
  const [wish, setWish] = useState<Wish>(NOTHING);
  const [made, setMade] = useState<string | null>(null);
  const [kind, setKind] = useState<'ssh' | 'hub'>('ssh');
  return (
    <Dialog open onClose={close} title="Add a machine" width={520}>
      {made === null && (
        <div className={s['kind']}>
          <Segments
            label="Kind of machine"
            value={kind}
            options={[
              { value: 'ssh', label: 'By SSH' },
              { value: 'hub', label: 'With a hub' },
            ]}
            onChange={setKind}
          />
        </div>
      )}
      {kind === 'hub' ? (
        <AddHub made={made} onMade={setMade} onClose={close} />
      ) : made === null ? (
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
  const text = (name: WishField) => (wish[name].trim() === '' ? {} : { [name]: wish[name].trim() });
  return {
    host: wish.host.trim(),
    ...text('title'),
    ...text('user'),
    ...text('identity'),
    ...text('jump'),
    ...(wish.port.trim() === '' ? {} : { port: Number(wish.port) }),
  };
}

function Form(props: {
  readonly wish: Wish;
  readonly onWish: (wish: Wish) => void;
  readonly onMade: (id: string) => void;
}) {
  const { wish, onWish } = props;
  const hosts = useHosts();
  const [more, setMore] = useState(() => [wish.user, wish.port, wish.identity, wish.jump].some((each) => each !== ''));
  const [busy, setBusy] = useState(false);
  const { setRefused, field } = useWish(wish, onWish);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const go = useRef<HTMLButtonElement>(null);
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
      const refusal = refusalOf(error);
      if (refusal.field !== 'host' && refusal.field !== 'title') setMore(true);
      setRefused(refusal);
      setBusy(false);
    }
  };
  return (
    <form className={form['form']} onSubmit={submit}>
      <p className={form['lead']}>
        Any machine with an SSH server and tmux; nothing else is installed there. Its agents go on when the connection
        does not.
      </p>
      <TextField
        ref={input}
        label="Host"
        placeholder="user@host"
        hint="A host name, an address, user@host:port, or a name of the hub’s ssh configuration."
        maxLength={400}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          list.current?.querySelector<HTMLElement>('button:not(:disabled)')?.focus();
        }}
        {...field('host')}
      />
      {hosts !== null && hosts.length > 0 && (
        <Hosts
          hosts={hosts}
          typed={wish.host.trim()}
          list={list}
          onLeave={() => input.current?.focus()}
          onChoose={({ alias }) => {
            setRefused(null);
            onWish({ ...wish, host: alias });
            go.current?.focus();
          }}
        />
      )}
      <TextField label="Name" placeholder="the host" maxLength={64} {...field('title')} />
      {more ? (
        <WayFields field={field} />
      ) : (
        <Button look="ghost" className={form['more']} onClick={() => setMore(true)}>
          User, port, key, jump hosts
        </Button>
      )}
      <DialogFoot>
        <Button onClick={close}>Cancel</Button>
        <Button ref={go} type="submit" look="primary" busy={busy}>
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
  const next = settled ? nextOf(node) : '';
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
    <div className={form['form']}>
      <h3 className={s['title']} dir="auto">
        {node.title}
      </h3>
      <Steps steps={stepsOf(node)} />
      {next !== '' && (
        <p className={node.reason === 'host-key' ? s['stop'] : s['next']} role="alert">
          {next}
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
                {node.state === 'degraded' ? 'Look again' : 'Try again'}
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
