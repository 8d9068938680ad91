/** The working folder of a session: its tree, a file of it, and what is put into it. */
import { Eye, EyeOff, FilePlus, Files as FilesIcon, FolderTree, RefreshCw, Search, Upload } from 'lucide-react';
import { type FormEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { useCommands } from '../../app/commands.ts';
import { useSearch } from '../../app/navigate.ts';
import { sessionFilePath } from '../../app/routes.ts';
import { upload } from '../../app/upload.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { TextField } from '../../ui/Field.tsx';
import { setEdit, useUnsaved } from './edits.ts';
import s from './Files.module.css';
import { FileView } from './FileView.tsx';
import { Finder } from './Finder.tsx';
import { foldersOf, readAll, reveal, useFolders } from './folders.ts';
import { Tree, type TreeControls } from './Tree.tsx';
import { parentOf } from './tree.ts';
import { Uploads } from './Uploads.tsx';

export default function Files({ session }: { readonly session: Session }) {
  const { id, name } = session;
  const at = new URLSearchParams(useSearch()).get('path');
  const [, navigate] = useLocation();
  const narrow = useNarrow();
  const state = useFolders(id);
  const marks = useUnsaved(id);
  const unsaved = useMemo(() => new Set(marks === '' ? [] : marks.split('\0')), [marks]);
  const [finding, setFinding] = useState(false);
  const [making, setMaking] = useState(false);
  const [over, setOver] = useState(false);
  const tree = useRef<TreeControls>(null);
  const picker = useRef<HTMLInputElement>(null);

  const open = useCallback((path: string) => navigate(sessionFilePath(name, path)), [navigate, name]);
  useEffect(() => {
    if (at !== null) reveal(id, at);
  }, [id, at]);
  // Where the cursor is: in the folder itself, or beside the file.
  const folder = useMemo(() => {
    const { cursor, folders } = state;
    if (cursor === null) return '';
    const entry = folders.get(parentOf(cursor))?.entries?.find((each) => cursor.endsWith(each.name));
    return entry?.kind === 'folder' ? cursor : parentOf(cursor);
  }, [state]);
  const put = useCallback(
    async (files: readonly File[]) => {
      if (files.length === 0) return;
      await upload(id, folder, files);
      await readAll(id);
    },
    [id, folder],
  );
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || event.clipboardData?.getData('text/plain') !== '') return;
      event.preventDefault();
      void put(files);
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, [put]);
  const toggle = useCallback(() => foldersOf(id).setState((now) => ({ hidden: !now.hidden })), [id]);

  useCommands(
    () => [
      {
        id: 'files.find',
        title: 'Find a file',
        section: 'Files',
        keys: 'Mod+P, /',
        icon: Search,
        run: () => setFinding(true),
      },
      {
        id: 'files.tree',
        title: 'Go to the tree of files',
        section: 'Files',
        keys: 't',
        icon: FolderTree,
        run: () => (at !== null && narrow ? open('') : tree.current?.focus()),
      },
      {
        id: 'files.new',
        title: 'New file',
        section: 'Files',
        keys: 'a',
        icon: FilePlus,
        words: 'add create',
        run: () => setMaking(true),
      },
      {
        id: 'files.upload',
        title: 'Upload files',
        section: 'Files',
        keys: 'u',
        icon: Upload,
        run: () => picker.current?.click(),
      },
      {
        id: 'files.hidden',
        title: state.hidden ? 'Hide ignored files' : 'Show ignored files',
        section: 'Files',
        keys: 'i',
        icon: state.hidden ? EyeOff : Eye,
        run: toggle,
      },
      {
        id: 'files.refresh',
        title: 'Read the files again',
        section: 'Files',
        keys: 'r',
        icon: RefreshCw,
        run: () => void readAll(id),
      },
    ],
    [id, at, narrow, open, state.hidden, toggle],
  );

  const pane = (
    <aside className={s['side']} aria-label="Folder">
      <div className={s['tools']}>
        <Button className={s['find']} onClick={() => setFinding(true)}>
          <Search size={14} aria-hidden />
          Find a file
        </Button>
        <Button look="icon" aria-label="New file" title="New file" onClick={() => setMaking(true)}>
          <FilePlus size={15} aria-hidden />
        </Button>
        <Button look="icon" aria-label="Upload files" title="Upload files" onClick={() => picker.current?.click()}>
          <Upload size={15} aria-hidden />
        </Button>
        <Button
          look="icon"
          aria-pressed={state.hidden}
          aria-label="Show ignored files"
          title="Show ignored files"
          onClick={toggle}
        >
          {state.hidden ? <Eye size={15} aria-hidden /> : <EyeOff size={15} aria-hidden />}
        </Button>
      </div>
      <Tree session={id} state={state} at={at} unsaved={unsaved} onOpen={open} ref={tree} />
    </aside>
  );
  return (
    <section
      className={s['files']}
      aria-label={`Files of ${name}`}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void put([...event.dataTransfer.files]);
      }}
    >
      {(!narrow || at === null) && pane}
      {at !== null ? (
        <FileView key={at} session={session} path={at} onBack={narrow ? () => open('') : null} />
      ) : (
        !narrow && (
          <Empty
            icon={<FilesIcon size={20} aria-hidden />}
            title="No file is open"
            text="Choose one in the tree, or find one by a few letters of its name. Files dropped here are put into the folder."
          >
            <Button onClick={() => setFinding(true)}>Find a file</Button>
          </Empty>
        )
      )}
      {over && <p className={s['drop']}>Put into {folder === '' ? 'the working folder' : folder}</p>}
      <Uploads session={id} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => {
          void put([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      {finding && <Finder session={id} onOpen={open} onClose={() => setFinding(false)} />}
      {making && (
        <NewFile
          folder={folder}
          onClose={() => setMaking(false)}
          onMade={(path) => {
            setEdit(id, path, { text: '', version: null });
            open(path);
          }}
        />
      )}
    </section>
  );
}

function NewFile(props: {
  readonly folder: string;
  readonly onClose: () => void;
  readonly onMade: (path: string) => void;
}) {
  const [path, setPath] = useState(props.folder === '' ? '' : `${props.folder}/`);
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parts = path.trim().split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
      setError('Name it relative to the working folder, such as docs/plan.md.');
      return;
    }
    props.onClose();
    props.onMade(parts.join('/'));
  };
  return (
    <Dialog open onClose={props.onClose} title="New file" width={420}>
      <form onSubmit={submit}>
        <TextField
          label="Path"
          value={path}
          error={error}
          hint="It is made when you save it."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setPath(event.target.value)}
        />
        <FormFoot onCancel={props.onClose} disabled={path.trim() === '' || path.trim().endsWith('/')}>
          Write it
        </FormFoot>
      </form>
    </Dialog>
  );
}
