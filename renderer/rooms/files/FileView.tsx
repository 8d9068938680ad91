/** One file: read it, edit it, save it without losing anybody's change. */

import { ArrowLeft, Copy, FileQuestionMark, FileX, Pencil, Save, Undo2 } from 'lucide-react';
import { Suspense, useCallback, useEffect, useState } from 'react';
import type { FileText } from '../../../shared/contract/files.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { isFault } from '../../../shared/fault.ts';
import { useCommands } from '../../app/commands.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { patiently } from '../../app/patiently.ts';
import { ago, useNow } from '../../app/time.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { CodeView } from '../../ui/CodeView.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { Conflict } from './Conflict.tsx';
import { Editor } from './Editor.tsx';
import { type Edit, editOf, setEdit, useEdit } from './edits.ts';
import s from './FileView.module.css';
import { readFolder } from './folders.ts';
import { type LineEnds, lineEnds, marked, sizeWord, toField, toFile } from './text.ts';
import { nameOf, parentOf } from './tree.ts';
import { useFile } from './useFile.ts';

const Markdown = patiently(() => import('../../ui/Markdown.tsx'));
const isMarkdown = (path: string): boolean => /\.(?:md|markdown)$/i.test(path);

export function FileView(props: {
  readonly session: Session;
  readonly path: string;
  /** Null where the tree stands beside. */
  readonly onBack: (() => void) | null;
}) {
  const { session, path } = props;
  const { id } = session;
  const edit = useEdit(id, path);
  const fresh = edit?.version === null;
  const { file, error, gone, put, read } = useFile(id, path, fresh);
  const narrow = useNarrow();
  const now = useNow();
  const [source, setSource] = useState(false);
  const [saving, setSaving] = useState(false);
  const [dropping, setDropping] = useState(false);
  /** The other text, while one chooses. */
  const [theirs, setTheirs] = useState<{ readonly file: FileText | null } | null>(null);
  /** What was typed and then left for theirs: it can be brought back. */
  const [shelf, setShelf] = useState<Edit | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another file begins without the old one's questions
  useEffect(() => {
    setTheirs(null);
    setShelf(null);
    setSource(false);
  }, [id, path]);

  const ends: LineEnds = file?.kind === 'text' ? lineEnds(file.text) : 'lf';
  const editable = file?.kind === 'text' && !file.truncated && ends !== 'mixed';
  const unsaved = edit !== undefined && (fresh || file === null || edit.text !== toField(file.text));
  // Somebody saved another text since this one was begun; the same text is no conflict.
  const behind =
    edit !== undefined &&
    !fresh &&
    ((file !== null && file.version !== edit.version && toField(file.text) !== edit.text) || (gone && file === null));

  const begin = useCallback(() => {
    if (file && editable) setEdit(id, path, { text: toField(file.text), version: file.version });
  }, [id, path, file, editable]);

  const save = useCallback(
    async (over?: string | null) => {
      const typed = editOf(id, path);
      if (!typed || saving) return;
      setSaving(true);
      try {
        const version = over === undefined ? typed.version : over;
        const saved = await wire().call('files.write', { name: id, path, text: toFile(typed.text, ends), version });
        put(saved);
        setTheirs(null);
        // What was typed while it was saved goes on from the new version.
        const later = editOf(id, path);
        if (later === undefined || later.text === typed.text) setEdit(id, path, null);
        else setEdit(id, path, { text: later.text, version: saved.version });
        toast('good', `Saved ${nameOf(path)}`);
        void readFolder(id, parentOf(path));
      } catch (failure) {
        if (isFault(failure, 'conflict')) setTheirs({ file: (failure.data?.['file'] ?? null) as FileText | null });
        else toast('bad', `Not saved: ${messageOf(failure)} What you typed is kept.`);
      }
      setSaving(false);
    },
    [id, path, ends, put, saving],
  );
  const drop = () => {
    if (edit) setShelf(edit);
    setEdit(id, path, null);
    setTheirs(null);
    void read();
  };

  useCommands(
    () => [
      {
        id: 'files.edit',
        title: 'Edit the file',
        section: 'Files',
        keys: 'e',
        icon: Pencil,
        enabled: editable && edit === undefined,
        run: begin,
      },
      {
        id: 'files.save',
        title: 'Save the file',
        section: 'Files',
        keys: 'Mod+S',
        icon: Save,
        enabled: edit !== undefined,
        run: () => void save(),
      },
      {
        id: 'files.discard',
        title: 'Discard what is not saved',
        section: 'Files',
        icon: Undo2,
        enabled: edit !== undefined,
        run: () => setDropping(true),
      },
    ],
    [editable, edit !== undefined, begin, save],
  );

  const copyPath = () =>
    navigator.clipboard?.writeText(path).then(
      () => toast('good', `Copied: ${path}`),
      () => toast('bad', 'The browser refused the clipboard.'),
    );
  return (
    <section className={s['view']} aria-label={path}>
      <header className={s['head']}>
        {props.onBack && (
          <Button look="icon" aria-label="Back to the files" onClick={props.onBack}>
            <ArrowLeft size={17} aria-hidden />
          </Button>
        )}
        <h2 className={s['path']} title={path}>
          <span className={s['folder']}>{parentOf(path) === '' ? '' : `${parentOf(path)}/`}</span>
          <bdi>{nameOf(path)}</bdi>
        </h2>
        {unsaved && <span className={s['unsaved']}>Unsaved</span>}
        {!narrow && file && edit === undefined && (
          <span className={s['facts']}>
            {sizeWord(file.size)}, {ago(file.modifiedAt, now).replace('now', 'just now')}
          </span>
        )}
        <span className={s['gap']} />
        {file?.kind === 'text' && isMarkdown(path) && edit === undefined && (
          <Segments
            label="Show as"
            value={source ? 'source' : 'page'}
            options={[
              { value: 'page', label: 'Page' },
              { value: 'source', label: 'Source' },
            ]}
            onChange={(value) => setSource(value === 'source')}
          />
        )}
        {!narrow && (
          <Button look="icon" aria-label="Copy the path" title="Copy the path" onClick={() => void copyPath()}>
            <Copy size={14} aria-hidden />
          </Button>
        )}
        {edit !== undefined ? (
          <>
            <Button onClick={() => (unsaved ? setDropping(true) : setEdit(id, path, null))}>
              {unsaved ? 'Discard' : 'Done'}
            </Button>
            <Button look="primary" busy={saving} disabled={!unsaved} onClick={() => void save()}>
              <Save size={14} aria-hidden />
              Save
            </Button>
          </>
        ) : (
          editable && (
            <Button onClick={begin}>
              <Pencil size={13} aria-hidden />
              Edit
            </Button>
          )
        )}
      </header>
      {shelf && edit === undefined && (
        <p className={s['notice']} role="status">
          What you had typed is kept until you leave this file.
          <Button
            onClick={() => {
              setEdit(id, path, { text: shelf.text, version: file?.version ?? null });
              setShelf(null);
            }}
          >
            Bring it back
          </Button>
        </p>
      )}
      {behind && !theirs && (
        <p className={s['notice']} role="status" data-kind="need">
          {gone ? 'It was deleted in the folder meanwhile.' : 'It was changed in the folder meanwhile.'} Saving asks you
          first.
          <Button onClick={() => setTheirs({ file: gone ? null : file })}>Compare</Button>
        </p>
      )}
      {file && !fresh && <Facts file={file} ends={ends} />}
      {theirs && edit ? (
        <Conflict
          path={nameOf(path)}
          mine={edit.text}
          theirs={theirs.file}
          busy={saving}
          onMine={() => void save(theirs.file?.version ?? null)}
          onTheirs={drop}
          onBoth={() => {
            const other = theirs.file;
            if (!other) return;
            put(other);
            setEdit(id, path, { text: marked(edit.text, toField(other.text)), version: other.version });
            setTheirs(null);
          }}
          onBack={() => setTheirs(null)}
        />
      ) : edit ? (
        <Editor
          label={`Text of ${nameOf(path)}`}
          text={edit.text}
          preview={isMarkdown(path) && !narrow}
          onText={(text) => setEdit(id, path, { text, version: edit.version })}
        />
      ) : error !== null && !file ? (
        <Empty
          icon={<FileX size={20} aria-hidden />}
          title={gone ? 'This file is not there' : 'It could not be read'}
          text={error}
        >
          <Button onClick={() => void read()}>Try again</Button>
        </Empty>
      ) : file ? (
        <Shown file={file} page={isMarkdown(path) && !source} />
      ) : (
        <div className={s['wait']} aria-busy />
      )}
      <Confirm
        open={dropping}
        onClose={() => setDropping(false)}
        title="Discard what is not saved?"
        text={`What you typed into ${nameOf(path)} goes; the file in the folder stays as it is.`}
        action="Discard"
        onConfirm={drop}
      />
    </section>
  );
}

/** What a reader should know about a text that cannot be seen in it. */
function Facts({ file, ends }: { readonly file: FileText; readonly ends: LineEnds }) {
  const facts: string[] = [];
  if (file.kind === 'text' && file.truncated)
    facts.push(`Only the first megabyte of ${sizeWord(file.size)} is shown; it cannot be edited here.`);
  else if (file.kind === 'text' && ends === 'crlf') facts.push('Windows line ends (CRLF); they are kept.');
  else if (file.kind === 'text' && ends === 'mixed')
    facts.push(
      'Its line ends are mixed (LF, CRLF or CR). A text field would change them, so it cannot be edited here.',
    );
  return facts.map((fact) => (
    <p key={fact} className={s['fact']}>
      {fact}
    </p>
  ));
}

function Shown({ file, page }: { readonly file: FileText; readonly page: boolean }) {
  if (file.kind === 'image') {
    return file.data === '' ? (
      <Empty
        title="Too large to show"
        text={`A picture of ${sizeWord(file.size)}. Pictures of up to 8 MB are shown.`}
      />
    ) : (
      <div className={s['picture']}>
        <img src={`data:${file.media};base64,${file.data}`} alt={nameOf(file.path)} />
      </div>
    );
  }
  if (file.kind === 'binary') {
    return (
      <Empty
        icon={<FileQuestionMark size={20} aria-hidden />}
        title="A binary file"
        text={`${sizeWord(file.size)} that are no text and no picture. Open it with a program of its kind.`}
      />
    );
  }
  if (file.text === '') return <Empty title="An empty file" text="There is nothing in it yet." />;
  if (page) {
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      <section className={s['page']} tabIndex={0} aria-label="Page">
        <Suspense>
          <Markdown text={file.text} />
        </Suspense>
      </section>
    );
  }
  return <CodeView text={file.text} path={file.path} label="Text" />;
}
