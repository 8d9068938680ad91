/** Adding a machine with a Quarterdeck hub of its own: its address, a token of it, and the way there. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { hubOrigin } from '../../../shared/hub-origin.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { useNodes } from '../../app/feeds.ts';
import { useNode } from '../../app/nodes.ts';
import { useStart } from '../../app/start.ts';
import { Button } from '../../ui/Button.tsx';
import { DialogFoot, FormFoot } from '../../ui/Dialog.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import s from './AddNode.module.css';
import form from './Form.module.css';
import { type Refused, useRefused } from './refused.ts';

const CODE = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
const DIRECTLY = '';
type Field = 'url' | 'token' | 'through';

/** The field that a refusal is about. */
function refusedBy(error: unknown): Refused<Field> {
  const message = messageOf(error);
  if (/\btoken\b/i.test(message)) return { field: 'token', message };
  return { field: /over ssh|tunnel/i.test(message) ? 'through' : 'url', message };
}

/** `made`: its id, when it was added. */
export function AddHub(props: {
  readonly made: string | null;
  readonly onMade: (id: string) => void;
  readonly onClose: () => void;
}) {
  const { made, onMade, onClose } = props;
  return made === null ? <Form onClose={onClose} onMade={onMade} /> : <Made id={made} onClose={onClose} />;
}

function Form({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (id: string) => void }) {
  const [url, setUrl] = useState('');
  const [token, setToken] = useState('');
  const [through, setThrough] = useState(DIRECTLY);
  const { setRefused, field } = useRefused<Field>();
  const [busy, setBusy] = useState(false);
  const machines = useNodes(
    useShallow((rows) =>
      [...rows.byKey.values()].filter((node) => node.kind === 'ssh').flatMap((n) => [n.id, n.title]),
    ),
  );
  const pairs = machines.flatMap((id, i) => (i % 2 === 0 ? [[id, machines[i + 1] ?? id] as const] : []));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const origin = hubOrigin(url);
    if (origin === null) return setRefused({ field: 'url', message: 'Write an address such as http://host:4097.' });
    if (token.trim() === '')
      return setRefused({ field: 'token', message: 'Make a token there: it is used once, and not kept here.' });
    setBusy(true);
    try {
      const where = through === DIRECTLY ? {} : { through };
      onMade(
        (await wire().call('fleet.add', { url: origin, token: token.trim(), ...where }, { timeoutMs: 60_000 })).id,
      );
    } catch (error) {
      setRefused(refusedBy(error));
      setBusy(false);
    }
  };
  return (
    <form className={form['form']} onSubmit={submit}>
      <p className={form['lead']}>
        A machine on which Quarterdeck runs as a hub. Its sessions and requests stand here among the others; it needs to
        reach nothing here.
      </p>
      <TextField
        label="Address"
        placeholder="http://host:4097"
        hint={
          through === DIRECTLY ? 'As this hub reaches it.' : 'As that machine reaches it: mostly http://127.0.0.1:4097.'
        }
        maxLength={300}
        value={url}
        {...CODE}
        {...field('url', setUrl)}
      />
      <TextField
        label="Token"
        type="password"
        hint="Of that hub, with read, type, approve and run. It is used once, and not kept."
        maxLength={512}
        value={token}
        {...CODE}
        {...field('token', setToken)}
      />
      <SelectField
        label="Way"
        hint={pairs.length === 0 ? 'To go through SSH, add the machine by SSH first.' : undefined}
        value={through}
        {...field('through', setThrough)}
      >
        <option value={DIRECTLY}>Directly</option>
        {pairs.map(([id, title]) => (
          <option key={id} value={id}>
            Through {title}, by SSH
          </option>
        ))}
      </SelectField>
      <FormFoot onCancel={onClose} busy={busy}>
        Add
      </FormFoot>
    </form>
  );
}

function Made({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const node = useNode(id);
  const start = useStart();
  const end = useRef<HTMLButtonElement>(null);
  const settled = node !== undefined && node.state !== 'connecting';
  // The button that was pressed is gone; what can be done next gets the keyboard.
  useEffect(() => {
    if (!settled) return;
    // A frame after the field that had the keyboard is gone the dialog takes it for itself: after that.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => end.current?.focus());
    });
    return () => cancelAnimationFrame(frame);
  }, [settled]);
  if (!node) return null;
  const live = node.reachable;
  return (
    <div className={form['form']}>
      <h3 className={s['title']} dir="auto">
        {node.title}
      </h3>
      <p className={live ? s['next'] : s['stop']} role="status" dir="auto">
        {live
          ? `It is connected: Quarterdeck ${node.hub?.version ?? ''}. It is known by its key ${node.hub?.fingerprint ?? ''}.`
          : settled
            ? node.problem
            : 'Connecting to it'}
      </p>
      <DialogFoot>
        <Button ref={live && start ? undefined : end} onClick={onClose}>
          Done
        </Button>
        {live && start && (
          <Button
            ref={end}
            look="primary"
            onClick={() => {
              onClose();
              start({ node: id });
            }}
          >
            Start a session there
          </Button>
        )}
      </DialogFoot>
    </div>
  );
}
