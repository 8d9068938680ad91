/** Short facts by project: what an agent should know before it begins. */
import { Brain, Check, Pencil, Trash2 } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { Fact } from '../../../shared/contract/memory.ts';
import { newClientId } from '../../../shared/ids.ts';
import { attempt } from '../../app/act.ts';
import { useCan, wire } from '../../app/connect.ts';
import { ago, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { Empty } from '../../ui/Empty.tsx';
import { inputClass } from '../../ui/Field.tsx';
import s from './Facts.module.css';
import { useFactRows } from './stores.ts';

export function Facts() {
  const rows = useFactRows();
  const canType = useCan('type');
  const groups = useMemo(() => {
    const byProject = new Map<string, Fact[]>();
    for (const fact of rows.byKey.values()) {
      const list = byProject.get(fact.project);
      if (list) list.push(fact);
      else byProject.set(fact.project, [fact]);
    }
    return [...byProject].sort(([a], [b]) => (a === '*' ? -1 : b === '*' ? 1 : a.localeCompare(b)));
  }, [rows]);
  return (
    <div className={s['facts']}>
      {canType && <Add projects={groups.map(([name]) => name)} />}
      {rows.ready && groups.length === 0 && (
        <Empty
          icon={<Brain size={20} aria-hidden />}
          title="Nothing is remembered yet"
          text="One line each: how to run the tests, what not to touch. Agents read them with qd memory list."
        />
      )}
      {groups.map(([project, facts]) => (
        <section key={project}>
          <h2 className={s['project']}>{project === '*' ? 'Every project' : project}</h2>
          <ul className={s['list']}>
            {facts
              .sort((a, b) => a.createdAt - b.createdAt)
              .map((fact) => (
                <Row key={fact.id} fact={fact} canEdit={canType} />
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Add({ projects }: { readonly projects: readonly string[] }) {
  const [text, setText] = useState('');
  const [project, setProject] = useState('*');
  const [id, setId] = useState(() => newClientId('f'));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '' || project.trim() === '') return;
    void attempt('The fact was not kept', async () => {
      await wire().call('memory.addFact', { id, project, text });
      setText((now) => (now === text ? '' : now));
      setId(newClientId('f'));
    });
  };
  return (
    <form className={s['add']} onSubmit={submit}>
      <input
        className={inputClass}
        aria-label="Project, * for every one"
        list="fact-projects"
        value={project}
        onChange={(event) => setProject(event.target.value)}
      />
      <datalist id="fact-projects">
        {projects.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <input
        className={inputClass}
        aria-label="Fact"
        placeholder="Remember something"
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" look="primary" disabled={text.trim() === ''}>
        Add
      </Button>
    </form>
  );
}

function Row({ fact, canEdit }: { readonly fact: Fact; readonly canEdit: boolean }) {
  const [text, setText] = useState<string | null>(null);
  const now = useNow();
  const save = () => {
    if (text === null || text.trim() === '' || text === fact.text) return setText(null);
    void attempt('The fact was not changed', () =>
      wire().call('memory.editFact', { id: fact.id, version: fact.version, text }),
    ).then((went) => went && setText(null));
  };
  return (
    <li className={s['row']}>
      {text === null ? (
        <span className={s['text']} dir="auto">
          {fact.text}
          <small>
            {fact.updatedBy.name}, <time>{ago(fact.updatedAt, now)}</time>
          </small>
        </span>
      ) : (
        <input
          className={inputClass}
          aria-label="Text of the fact"
          dir="auto"
          // biome-ignore lint/a11y/noAutofocus: somebody pressed Edit to type here
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !composing(event)) save();
            if (event.key === 'Escape') setText(null);
          }}
        />
      )}
      {canEdit && (
        <span className={s['tools']}>
          {text === null ? (
            <Button look="icon" aria-label={`Edit: ${fact.text}`} onClick={() => setText(fact.text)}>
              <Pencil size={13} aria-hidden />
            </Button>
          ) : (
            <Button look="icon" aria-label="Keep the change" onClick={save}>
              <Check size={14} aria-hidden />
            </Button>
          )}
          <Button
            look="icon"
            aria-label={`Forget: ${fact.text}`}
            onClick={() =>
              void attempt('The fact was not forgotten', () => wire().call('memory.removeFact', { id: fact.id }))
            }
          >
            <Trash2 size={13} aria-hidden />
          </Button>
        </span>
      )}
    </li>
  );
}
