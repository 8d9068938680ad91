/** One note: read it, edit it with a preview, see its versions. A newer version by somebody else never overwrites what is typed. */

import { Ellipsis, History as HistoryIcon, Link2, Pencil, RotateCcw, Save, Trash2 } from 'lucide-react';
import { Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Note } from '../../../shared/contract/memory.ts';
import { isFault } from '../../../shared/fault.ts';
import { attempt } from '../../app/act.ts';
import { useCommands } from '../../app/commands.ts';
import { messageOf, useCan, useLink, wire } from '../../app/connect.ts';
import { patiently } from '../../app/patiently.ts';
import { cardPath, notePath, routes } from '../../app/routes.ts';
import { ago, dateTime, useNow } from '../../app/time.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { Conflict } from './Conflict.tsx';
import { History } from './History.tsx';
import s from './NoteView.module.css';
import { type Draft, keepDraft, readDraft, useNoteRows } from './stores.ts';

const Markdown = patiently(() => import('../../ui/Markdown.tsx'));

export function NoteView({ id, onNew }: { readonly id: string; readonly onNew: (name: string) => void }) {
  const [note, setNote] = useState<Note | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [draft, setDraft] = useState<Draft | null>(() => readDraft(id));
  const [theirs, setTheirs] = useState<Note | null>(null);
  const [saving, setSaving] = useState(false);
  const [history, setHistory] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [, navigate] = useLocation();
  const online = useLink((link) => link.state === 'online');
  const narrow = useNarrow();
  const canType = useCan('type');
  const version = useNoteRows((rows) => rows.byKey.get(id)?.version ?? null);
  const area = useRef<HTMLTextAreaElement>(null);
  const editing = draft !== null;
  const changed = draft !== null && note !== null && draft.body !== note.body;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version in the feed is a reason to read again
  useEffect(() => {
    if (!online) return;
    let stale = false;
    wire()
      .call('memory.note', { note: id })
      .then(
        (next) => {
          if (stale) return;
          setNote(next);
          setError(null);
        },
        (failure: unknown) => !stale && setError(messageOf(failure)),
      );
    return () => {
      stale = true;
    };
  }, [id, online, version]);

  const type = useCallback(
    (next: Draft | null) => {
      setDraft(next);
      keepDraft(id, next);
    },
    [id],
  );
  const edit = useCallback(() => {
    if (note) type({ body: note.body, version: note.version });
  }, [note, type]);

  const save = useCallback(
    async (over: Draft | null) => {
      if (!over) return;
      setSaving(true);
      try {
        setNote(await wire().call('memory.writeNote', { note: id, version: over.version, body: over.body }));
        type(null);
        setTheirs(null);
      } catch (failure) {
        const newer = isFault(failure, 'conflict') ? (failure.data?.['note'] as Note | undefined) : undefined;
        if (newer) setTheirs(newer);
        else toast('bad', `The note was not saved: ${messageOf(failure)}`);
      }
      setSaving(false);
    },
    [id, type],
  );

  /** Mine becomes a version first, so that it can be read again; then theirs counts. */
  const takeTheirs = async (mine: Draft, newer: Note) => {
    const went = await attempt('Nothing was changed', async () => {
      await wire().call('memory.writeNote', { note: id, version: newer.version, body: mine.body });
      setNote(await wire().call('memory.restoreNote', { note: id, version: newer.version }));
    });
    if (!went) return;
    setTheirs(null);
    type(null);
  };

  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [changed]);

  useCommands(
    () => [
      {
        id: 'note.edit',
        title: 'Edit note',
        section: 'Notes',
        keys: 'e',
        icon: Pencil,
        enabled: canType && !editing,
        run: edit,
      },
      {
        id: 'note.save',
        title: 'Save note',
        section: 'Notes',
        keys: 'Mod+S',
        icon: Save,
        enabled: editing,
        run: () => void save(draft),
      },
      {
        id: 'note.history',
        title: 'Versions of the note',
        section: 'Notes',
        icon: HistoryIcon,
        run: () => setHistory(true),
      },
    ],
    [canType, editing, edit, save, draft],
  );

  const names = useNoteRows((rows) => rows.byKey);
  const noteLink = useCallback(
    (name: string) => {
      const wanted = name.toLowerCase();
      for (const row of names.values()) if (row.name.toLowerCase() === wanted) return notePath(row.id);
      return null;
    },
    [names],
  );

  if (error !== null && note === null) {
    return (
      <Empty title="This note is not here" text={error}>
        <Button onClick={() => navigate(routes.notes)}>All notes</Button>
      </Empty>
    );
  }
  if (note === null) return <div className={s['view']} />;
  const missing = note.links.filter((name) => !/^[A-Z][A-Z0-9]*-\d+$/.test(name) && noteLink(name) === null);
  return (
    <article className={s['view']}>
      <header className={s['head']}>
        {narrow && (
          <Link href={routes.notes} className={s['back']}>
            Notes
          </Link>
        )}
        <Title note={note} canEdit={canType} onChanged={setNote} />
        <span className={s['gap']} />
        {changed && <span className={s['unsaved']}>Not saved</span>}
        {editing && !theirs && (
          <>
            <Button onClick={() => type(null)}>{changed ? 'Discard' : 'Close'}</Button>
            <Button look="primary" busy={saving} disabled={!changed} onClick={() => void save(draft)}>
              Save
            </Button>
          </>
        )}
        {!editing && canType && (
          <Button onClick={edit}>
            <Pencil size={14} aria-hidden />
            Edit
          </Button>
        )}
        <Menu
          trigger={
            <Button look="icon" aria-label="More about this note">
              <Ellipsis size={16} aria-hidden />
            </Button>
          }
          entries={[
            {
              key: 'history',
              label: 'Versions',
              icon: <RotateCcw size={14} aria-hidden />,
              onSelect: () => setHistory(true),
            },
            {
              key: 'link',
              label: 'Copy [[link]]',
              icon: <Link2 size={14} aria-hidden />,
              onSelect: () => void attempt('Not copied', () => navigator.clipboard.writeText(`[[${note.name}]]`)),
            },
            ...(canType
              ? [
                  {
                    key: 'remove',
                    label: 'Put away',
                    icon: <Trash2 size={14} aria-hidden />,
                    danger: true,
                    apart: true,
                    onSelect: () => setRemoving(true),
                  },
                ]
              : []),
          ]}
        />
      </header>
      <By note={note} />
      {theirs && draft && (
        <Conflict
          mine={draft.body}
          theirs={theirs}
          onMerge={(body) => {
            type({ body, version: theirs.version });
            setTheirs(null);
            area.current?.focus();
          }}
          onMine={() => void save({ body: draft.body, version: theirs.version })}
          onTheirs={() => void takeTheirs(draft, theirs)}
        />
      )}
      {draft && !theirs && (
        <div className={s['edit']} data-two={!narrow}>
          <textarea
            ref={area}
            className={s['area']}
            aria-label="Text of the note, markdown"
            dir="auto"
            spellCheck
            // biome-ignore lint/a11y/noAutofocus: somebody pressed Edit to type here
            autoFocus
            value={draft.body}
            onChange={(event) => type({ ...draft, body: event.target.value })}
          />
          {!narrow && (
            <div className={s['preview']}>
              <Suspense>
                <Markdown text={draft.body} noteLink={noteLink} cardLink={cardPath} />
              </Suspense>
            </div>
          )}
        </div>
      )}
      {!draft && (
        <div className={s['read']}>
          {note.body.trim() === '' ? (
            <p className={s['nothing']}>Nothing is written here yet.</p>
          ) : (
            <Suspense>
              <Markdown text={note.body} noteLink={noteLink} cardLink={cardPath} />
            </Suspense>
          )}
          {(note.backlinks.length > 0 || missing.length > 0) && (
            <footer className={s['links']}>
              {note.backlinks.length > 0 && (
                <p>
                  <b>Linked from</b>
                  {note.backlinks.map((name) => (
                    <Link key={name} href={noteLink(name) ?? routes.notes}>
                      {name}
                    </Link>
                  ))}
                </p>
              )}
              {missing.length > 0 && canType && (
                <p>
                  <b>Not written yet</b>
                  {missing.map((name) => (
                    <button key={name} type="button" className={s['write']} onClick={() => onNew(name)}>
                      {name}
                    </button>
                  ))}
                </p>
              )}
            </footer>
          )}
        </div>
      )}
      {history && <History note={note} onClose={() => setHistory(false)} onRestored={setNote} />}
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Put “${note.name}” away?`}
        text="It leaves the list. Its versions stay, and qd note restore brings it back."
        action="Put away"
        onConfirm={() => {
          void attempt('The note was not put away', () => wire().call('memory.removeNote', { note: id })).then(
            (went) => went && navigate(routes.notes),
          );
        }}
      />
    </article>
  );
}

function By({ note }: { readonly note: Note }) {
  const now = useNow();
  return (
    <p className={s['by']}>
      <time title={dateTime(note.updatedAt)}>{ago(note.updatedAt, now)}</time> by {note.updatedBy.name}
      {note.updatedBy.kind === 'session' && ' (agent)'}
      {note.tags.map((tag) => (
        <span key={tag} className={s['tag']}>
          {tag}
        </span>
      ))}
    </p>
  );
}

/** The name; Enter saves a new one. */
function Title(props: { readonly note: Note; readonly canEdit: boolean; readonly onChanged: (note: Note) => void }) {
  const { note } = props;
  const [text, setText] = useState<string | null>(null);
  const save = () => {
    const name = text?.trim() ?? '';
    setText(null);
    if (name === '' || name === note.name) return;
    void attempt('The note was not renamed', async () =>
      props.onChanged(await wire().call('memory.writeNote', { note: note.id, version: note.version, name })),
    );
  };
  if (!props.canEdit) return <h2 className={s['title']}>{note.name}</h2>;
  return (
    <h2 className={s['title']}>
      <input
        aria-label="Name of the note"
        dir="auto"
        value={text ?? note.name}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !composing(event)) event.currentTarget.blur();
          if (event.key === 'Escape') setText(null);
        }}
      />
    </h2>
  );
}
