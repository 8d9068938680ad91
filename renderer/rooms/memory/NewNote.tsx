/** Naming a new note. */
import { type FormEvent, useState } from 'react';
import type { Note } from '../../../shared/contract/memory.ts';
import { newClientId } from '../../../shared/ids.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { NoteName } from '../../app/schemas.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';

export function NewNote(props: {
  readonly name: string;
  readonly onClose: () => void;
  readonly onMade: (note: Note) => void;
}) {
  const [name, setName] = useState(props.name);
  const [tags, setTags] = useState('');
  const [error, setError] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  // One id for this form: sent twice, it is still one note.
  const [id] = useState(() => newClientId('n'));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const good = NoteName.safeParse(name);
    if (!good.success) return setError(good.error.issues[0]?.message ?? 'Give it a name.');
    setBusy(true);
    try {
      const list = tags.split(/[\s,]+/).filter(Boolean);
      props.onMade(await wire().call('memory.addNote', { id, name: good.data, tags: [...new Set(list)] }));
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={props.onClose} title="New note" width={420}>
      <form onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          value={name}
          error={error}
          hint="Others link to it by [[name]]."
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Tags"
          value={tags}
          placeholder="plan, billing"
          autoComplete="off"
          onChange={(event) => setTags(event.target.value)}
        />
        <FormFoot onCancel={props.onClose} busy={busy}>
          Make note
        </FormFoot>
      </form>
    </Dialog>
  );
}
