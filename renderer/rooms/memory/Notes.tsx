/** Notes and facts that people and agents share. The list at the left, the note at the right; on a phone one at a time. */
import { Brain, FileText, NotebookPen, Plus } from 'lucide-react';
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useRoute } from 'wouter';
import { attempt } from '../../app/act.ts';
import { useCommands } from '../../app/commands.ts';
import { useCan, useLink, wire } from '../../app/connect.ts';
import { notePath, routes } from '../../app/routes.ts';
import { ago, useNow } from '../../app/time.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Find } from '../../ui/Find.tsx';
import { Beside } from '../../ui/Page.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Facts } from './Facts.tsx';
import { NewNote } from './NewNote.tsx';
import s from './Notes.module.css';
import { NoteView } from './NoteView.tsx';
import { useMemoryFeeds, useNoteRows } from './stores.ts';

type Tab = 'notes' | 'facts';

export default function Notes() {
  const [, params] = useRoute(routes.note);
  const open = params?.id === undefined ? null : decodeURIComponent(params.id);
  const [tab, setTab] = useState<Tab>('notes');
  const [making, setMaking] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const narrow = useNarrow();
  const canType = useCan('type');
  const ready = useNoteRows((rows) => rows.ready);
  const some = useNoteRows((rows) => rows.byKey.size > 0);
  const refused = useMemoryFeeds();
  const make = useCallback((name: string) => setMaking(name), []);

  useCommands(
    () => [
      {
        id: 'note.new',
        title: 'New note',
        section: 'Notes',
        keys: 'c',
        icon: NotebookPen,
        enabled: canType,
        run: () => setMaking(''),
      },
      { id: 'note.list', title: 'Show notes', section: 'Notes', icon: FileText, run: () => setTab('notes') },
      { id: 'note.facts', title: 'Show facts', section: 'Notes', icon: Brain, run: () => setTab('facts') },
    ],
    [canType],
  );

  if (refused !== null && !ready) return <Empty title="The notes could not be read" text={refused} />;
  const list = (
    <>
      <header className={s['top']}>
        <Segments<Tab>
          label="What to show"
          value={tab}
          options={[
            { value: 'notes', label: 'Notes' },
            { value: 'facts', label: 'Facts' },
          ]}
          onChange={setTab}
        />
        {canType && tab === 'notes' && (
          <Button look="icon" aria-label="New note" onClick={() => setMaking('')}>
            <Plus size={16} aria-hidden />
          </Button>
        )}
      </header>
      {tab === 'notes' ? <List open={open} onNew={canType ? make : null} /> : <Facts />}
    </>
  );
  const shown = (
    <>
      {open !== null ? (
        <NoteView key={open} id={open} onNew={make} />
      ) : (
        some && (
          <Empty
            icon={<FileText size={20} aria-hidden />}
            title="No note is open"
            text="Choose one at the left. Agents read and write the same notes with qd note."
          />
        )
      )}
    </>
  );
  const alone = tab === 'facts' || (open === null && (narrow || (ready && !some)));
  return (
    <>
      <Beside list={narrow && open !== null ? null : list} open={alone ? null : shown} />
      {making !== null && (
        <NewNote
          name={making}
          onClose={() => setMaking(null)}
          onMade={(note) => {
            setMaking(null);
            navigate(notePath(note.id));
          }}
        />
      )}
    </>
  );
}

function List({ open, onNew }: { readonly open: string | null; readonly onNew: ((name: string) => void) | null }) {
  const rows = useNoteRows();
  const [text, setText] = useState('');
  const words = useDeferredValue(text.trim());
  /** Ids that the hub found, with the line; null: not searching. */
  const [found, setFound] = useState<ReadonlyMap<string, string> | null>(null);
  const online = useLink((link) => link.state === 'online');
  const list = useRef<HTMLUListElement>(null);

  useEffect(() => {
    if (words === '' || !online) return setFound(null);
    let stale = false;
    void attempt('The search failed', async () => {
      const hits = await wire().call('memory.notes', { q: words, limit: 200 });
      if (!stale) setFound(new Map(hits.map((hit) => [hit.id, hit.found])));
    });
    return () => {
      stale = true;
    };
  }, [words, online]);

  const shown = useMemo(() => {
    const all = [...rows.byKey.values()];
    const some = found === null ? all : all.filter((row) => found.has(row.id));
    return some.sort((a, b) => b.updatedAt - a.updatedAt).map((row) => row.id);
  }, [rows, found]);

  return (
    <>
      <div className={s['find']}>
        <Find
          label="Search notes"
          placeholder="Search all text"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {rows.ready && rows.byKey.size === 0 ? (
        <Empty
          icon={<NotebookPen size={20} aria-hidden />}
          title="No notes yet"
          text="Plans, decisions, hand-overs: what one agent writes the next one reads, and so do you."
        >
          {onNew && (
            <Button look="primary" onClick={() => onNew('')}>
              <Plus size={15} aria-hidden />
              Write the first
            </Button>
          )}
        </Empty>
      ) : shown.length === 0 && rows.ready ? (
        <Empty title="No note has these words" text={`Searched ${rows.byKey.size} notes.`} />
      ) : (
        <ul ref={list} className={s['list']} aria-label="Notes" aria-busy={!rows.ready}>
          {shown.map((id) => (
            <Row key={id} id={id} open={id === open} found={found?.get(id) ?? null} />
          ))}
        </ul>
      )}
    </>
  );
}

const Row = memo(function Row(props: { readonly id: string; readonly open: boolean; readonly found: string | null }) {
  const note = useNoteRows((rows) => rows.byKey.get(props.id));
  const now = useNow();
  if (!note) return null;
  return (
    <li className={s['row']}>
      <Link href={notePath(note.id)} className={s['link']} aria-current={props.open ? 'page' : undefined}>
        <span className={s['name']} dir="auto">
          {note.name}
        </span>
        <span className={s['preview']} dir="auto">
          {props.found || note.preview || 'Empty'}
        </span>
        <span className={s['facts']}>
          <time>{ago(note.updatedAt, now)}</time>
          <span>{note.updatedBy.name}</span>
          {note.tags.map((tag) => (
            <span key={tag} className={s['tag']}>
              {tag}
            </span>
          ))}
        </span>
      </Link>
    </li>
  );
});
