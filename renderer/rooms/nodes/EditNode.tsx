/** How a machine is called and reached, changed: it is connected to anew when the way there is another. */
import { type FormEvent, useState } from 'react';
import type { CallInput } from '../../../shared/contract/contract.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import { wire } from '../../app/connect.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import form from './Form.module.css';
import { NOTHING, refusalOf, useWish, WayFields, type Wish } from './WayFields.tsx';

function wishOf({ title, given }: Node): Wish {
  if (given === null) return { ...NOTHING, title };
  const { host, user, port, identity, jump } = given;
  return {
    host,
    title,
    user: user ?? '',
    port: port === null ? '' : String(port),
    identity: identity ?? '',
    jump: jump ?? '',
  };
}

/** Only what was changed: what another person changes meanwhile stays. */
function changes(before: Wish, wish: Wish): Omit<CallInput<'nodes.edit'>, 'node'> {
  const changed = (name: keyof Wish) => wish[name].trim() !== before[name];
  const text = (name: 'user' | 'identity' | 'jump') => (changed(name) ? { [name]: wish[name].trim() || null } : {});
  return {
    ...(changed('title') ? { title: wish.title.trim() } : {}),
    ...(changed('port') ? { port: wish.port.trim() === '' ? null : Number(wish.port) } : {}),
    ...text('user'),
    ...text('identity'),
    ...text('jump'),
  };
}

export function EditNode({ node, onClose }: { readonly node: Node; readonly onClose: () => void }) {
  const [before] = useState(() => wishOf(node));
  const [wish, setWish] = useState(before);
  const [busy, setBusy] = useState(false);
  const { refused, setRefused, field } = useWish(wish, setWish);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (wish.title.trim() === '') return setRefused({ field: 'title', message: 'A machine needs a name.' });
    setBusy(true);
    try {
      const change = changes(before, wish);
      if (Object.keys(change).length > 0) await wire().call('nodes.edit', { node: node.id, ...change });
      onClose();
    } catch (error) {
      setRefused(refusalOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={`Edit ${node.title}`} width={520}>
      <form className={form['form']} onSubmit={submit}>
        <p className={form['lead']}>
          Reached as <b dir="ltr">{wish.host}</b>. What is left empty is as the hub’s ssh configuration says.
        </p>
        {refused?.field === 'host' && <p role="alert">{refused.message}</p>}
        <TextField label="Name" maxLength={64} {...field('title')} />
        <WayFields field={field} />
        <FormFoot onCancel={onClose} busy={busy}>
          Save
        </FormFoot>
      </form>
    </Dialog>
  );
}
