/** A folder of a machine, completed while one types; a choice ends in `/`, so that its own folders follow. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Folder } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { wire } from '../../app/connect.ts';
import field from '../../ui/Field.module.css';
import s from './Start.module.css';

const PAUSE_MS = 120;

export function FolderField(props: {
  readonly value: string;
  /** Id of the machine. */
  readonly node: string;
  readonly error: string | undefined;
  readonly onChange: (folder: string) => void;
}) {
  const { value, node } = props;
  const id = useId();
  const [folders, setFolders] = useState<readonly string[]>([]);
  const [touched, setTouched] = useState(false);
  const [wanted, setWanted] = useState(false);

  useEffect(() => {
    if (!touched) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      wire()
        .call('nodes.folders', { node, path: value === '' ? '~' : value }, { signal: abort.signal })
        .then(setFolders, () => setFolders([]));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [value, touched, node]);

  return (
    <div className={field['field']}>
      <label htmlFor={id} className={field['label']}>
        Folder
      </label>
      <Autocomplete.Root
        mode="none"
        items={folders}
        value={value}
        openOnInputClick
        // An open list hides the rest of the form from screen readers: never open it empty.
        open={wanted && folders.length > 0}
        onOpenChange={setWanted}
        onValueChange={(next, details) => {
          setTouched(true);
          props.onChange(details.reason === 'item-press' && !next.endsWith('/') ? `${next}/` : next);
        }}
      >
        <Autocomplete.Input
          id={id}
          className={field['input']}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={props.error !== undefined || undefined}
          aria-describedby={props.error !== undefined ? `${id}-error` : undefined}
          onFocus={() => setTouched(true)}
        />
        <Autocomplete.Portal>
          <Autocomplete.Positioner className={s['positioner']} sideOffset={4} align="start">
            <Autocomplete.Popup className={s['popup']}>
              <Autocomplete.List>
                {(folder: string) => (
                  <Autocomplete.Item key={folder} value={folder} className={s['folder']}>
                    <Folder size={14} aria-hidden />
                    {folder}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
      {props.error !== undefined && (
        <p id={`${id}-error`} role="alert" className={field['error']}>
          {props.error}
        </p>
      )}
    </div>
  );
}
