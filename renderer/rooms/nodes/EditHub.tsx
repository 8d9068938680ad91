/** What a hub that was added is called, and where it is reached: what answers there must hold its key. */
import { type FormEvent, useState } from 'react';
import type { Node } from '../../../shared/contract/nodes.ts';
import { hubOrigin } from '../../../shared/hub-origin.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import form from './Form.module.css';
import { useRefused } from './refused.ts';

export function EditHub({ node, onClose }: { readonly node: Node; readonly onClose: () => void }) {
  const [before] = useState({ title: node.title, url: node.address });
  const [title, setTitle] = useState(before.title);
  const [url, setUrl] = useState(before.url);
  const { setRefused, field } = useRefused<'title' | 'url'>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const name = title.trim();
    const origin = hubOrigin(url);
    if (name === '') return setRefused({ field: 'title', message: 'A machine needs a name.' });
    if (origin === null) return setRefused({ field: 'url', message: 'Write an address such as http://host:4097.' });
    const change = {
      ...(name === before.title ? {} : { title: name }),
      ...(origin === before.url ? {} : { url: origin }),
    };
    if (Object.keys(change).length === 0) return onClose();
    setBusy(true);
    try {
      await wire().call('nodes.edit', { node: node.id, ...change }, { timeoutMs: 60_000 });
      onClose();
    } catch (error) {
      const message = messageOf(error);
      setRefused({ field: 'url' in change && !/\bname\b/i.test(message) ? 'url' : 'title', message });
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={onClose} title={`Edit ${node.title}`} width={480}>
      <form className={form['form']} onSubmit={submit}>
        <TextField label="Name" maxLength={48} value={title} {...field('title', setTitle)} />
        <TextField
          label="Address"
          hint={`${node.via.length === 0 ? 'As this hub reaches it.' : `As ${node.via.join(', ')} reaches it.`} The hub there must be the same one.`}
          maxLength={300}
          value={url}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          {...field('url', setUrl)}
        />
        <FormFoot onCancel={onClose} busy={busy}>
          Save
        </FormFoot>
      </form>
    </Dialog>
  );
}
