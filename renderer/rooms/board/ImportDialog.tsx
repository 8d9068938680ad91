/** Cards from a file: this board's own export, or GitHub's issues. */
import { type FormEvent, useState } from 'react';
import { messageOf, wire } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot, FormFoot } from '../../ui/Dialog.tsx';
import { AreaField, SelectField, TextField } from '../../ui/Field.tsx';
import s from './Questions.module.css';

/** As much as the hub takes. */
const MOST = 20_000_000;

export default function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const [format, setFormat] = useState<'quarterdeck' | 'github'>('quarterdeck');
  const [text, setText] = useState('');
  const [file, setFile] = useState<string | null>(null);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<{ readonly added: number; readonly skipped: number } | null>(null);

  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    setError(undefined);
    if (chosen.size > MOST) {
      setError(`${chosen.name} is larger than 20 MB, the most that is taken at once.`);
      return;
    }
    setText(await chosen.text());
    setFile(chosen.name);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      setDone(await wire().call('board.import', { format, text }, { timeoutMs: 120_000 }));
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Import cards"
      description="What was imported before is left alone, so that a second time is safe."
      width={560}
    >
      {done ? (
        <div className={s['form']}>
          <p role="status">
            {done.added} {done.added === 1 ? 'card' : 'cards'} added
            {done.skipped > 0 && `, ${done.skipped} left alone because they were here already`}.
          </p>
          <DialogFoot>
            <Button look="primary" onClick={onClose}>
              To the board
            </Button>
          </DialogFoot>
        </div>
      ) : (
        <form className={s['form']} onSubmit={submit}>
          <SelectField
            label="From"
            value={format}
            onChange={(event) => setFormat(event.target.value === 'github' ? 'github' : 'quarterdeck')}
          >
            <option value="quarterdeck">A board’s JSON export</option>
            <option value="github">GitHub issues</option>
          </SelectField>
          {format === 'github' && (
            <p className={s['note']}>
              Made with{' '}
              <code>gh issue list --json number,title,body,labels,state,url --limit 1000 &gt; issues.json</code>
            </p>
          )}
          <TextField
            label="File"
            type="file"
            accept=".json,application/json"
            onChange={(event) => void read(event.target.files?.[0])}
          />
          <AreaField
            label={file === null ? 'Or its text' : `Text of ${file}`}
            rows={6}
            spellCheck={false}
            value={text.length > 20_000 ? `${text.slice(0, 20_000)}\n…` : text}
            readOnly={text.length > 20_000}
            error={error}
            onChange={(event) => {
              setText(event.target.value);
              setFile(null);
            }}
          />
          <FormFoot onCancel={onClose} busy={busy} disabled={text.trim() === ''}>
            Import
          </FormFoot>
        </form>
      )}
    </Dialog>
  );
}
