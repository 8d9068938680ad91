/** The versions of a note; one of them can be read and brought back. */

import { Suspense, useEffect, useState } from 'react';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import type { Note } from '../../../shared/contract/memory.ts';
import { attempt } from '../../app/act.ts';
import { messageOf, useCan, wire } from '../../app/connect.ts';
import { patiently } from '../../app/patiently.ts';
import { dateTime } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogFoot } from '../../ui/Dialog.tsx';
import s from './History.module.css';

const Markdown = patiently(() => import('../../ui/Markdown.tsx'));
type Version = CallOutput<'memory.noteHistory'>[number];

export function History(props: {
  readonly note: Note;
  readonly onClose: () => void;
  readonly onRestored: (note: Note) => void;
}) {
  const { note } = props;
  const [versions, setVersions] = useState<readonly Version[] | null>(null);
  const [shown, setShown] = useState<Note>(note);
  const [error, setError] = useState<string | null>(null);
  const canType = useCan('type');

  useEffect(() => {
    wire()
      .call('memory.noteHistory', { note: note.id })
      .then(setVersions, (failure: unknown) => setError(messageOf(failure)));
  }, [note.id]);

  const look = (version: number) =>
    void wire()
      .call('memory.note', { note: note.id, version })
      .then(setShown, (failure: unknown) => setError(messageOf(failure)));
  const restore = async () => {
    const went = await attempt('The version was not brought back', async () =>
      props.onRestored(await wire().call('memory.restoreNote', { note: note.id, version: shown.version })),
    );
    if (went) props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={`Versions of “${note.name}”`} width={820}>
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
      <div className={s['body']}>
        <ul className={s['list']} aria-label="Versions" aria-busy={versions === null}>
          {versions?.map((each) => (
            <li key={each.version}>
              <button
                type="button"
                className={s['version']}
                aria-current={each.version === shown.version}
                onClick={() => look(each.version)}
              >
                <b>{each.version === note.version ? 'Now' : `Version ${each.version}`}</b>
                <span>
                  {dateTime(each.at)}
                  <br />
                  {each.by.name}
                </span>
              </button>
            </li>
          ))}
        </ul>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <div className={s['text']} tabIndex={0}>
          <Suspense>
            <Markdown text={shown.body} />
          </Suspense>
        </div>
      </div>
      <DialogFoot>
        <Button onClick={props.onClose}>Close</Button>
        {canType && shown.version !== note.version && (
          <Button look="primary" onClick={() => void restore()}>
            Bring this version back
          </Button>
        )}
      </DialogFoot>
    </Dialog>
  );
}
