/** Where a prompt is written and queued for one session, with the queue and its receipts below. */

import { ArrowUp, CloudUpload, History, Users } from 'lucide-react';
import { type KeyboardEvent, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { Session } from '../../../shared/contract/sessions.ts';
import { messageOf, useAuth, useCan, useLink } from '../../app/connect.ts';
import { usePrompts } from '../../app/feeds.ts';
import { patiently } from '../../app/patiently.ts';
import { historyOf } from '../../app/receipts.ts';
import { sendLater } from '../../app/waiting.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { Menu } from '../../ui/Menu.tsx';
import s from './Composer.module.css';
import { draftOf, setDraft, useDraftText } from './drafts.ts';
import { takePictures, usePicturesGoing } from './pictures.ts';
import { Queue } from './Queue.tsx';

const Broadcast = patiently(() => import('./Broadcast.tsx'));
const touch = window.matchMedia('(pointer: coarse)');
const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function Composer({ session }: { readonly session: Session }) {
  const text = useDraftText(session.id);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [steer, setSteer] = useState(false);
  const [now, setNow] = useState(false);
  const [wide, setWide] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const canType = useCan('type');
  const pictures = usePicturesGoing(session.id);
  const online = useLink((link) => link.state === 'online');
  const me = useAuth((auth) => auth.me?.user);
  const byKey = usePrompts((rows) => rows.byKey);
  const history = useMemo(() => historyOf(byKey.values(), session.id, me ?? '', 12), [byKey, session.id, me]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 240)}px`;
  }, [text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another session begins without the old one's news
  useEffect(() => {
    setError(null);
    setSteer(false);
    setNow(false);
  }, [session.id]);

  const send = async () => {
    const draft = draftOf(session.id);
    if (!draft || draft.text.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    try {
      // Into a turn that runs, or in spite of a state: that is meant for now, not for whenever the hub is back.
      const present = online ? { steer: steer && session.state === 'working', now } : {};
      await sendLater(
        'prompts.enqueue',
        { name: session.id, id: draft.id, text: draft.text, ...present },
        `${session.name}: ${draft.text.slice(0, 200)}`,
      );
      // What was typed while the answer was on its way stays.
      if (draftOf(session.id)?.id === draft.id) setDraft(session.id, '');
      setSteer(false);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !composing(event)) {
      event.preventDefault();
      void send();
    }
  };

  if (!canType) return <Queue session={session} />;
  const working = session.state === 'working';
  const uncertain = session.state === 'unknown';
  return (
    <div className={s['composer']}>
      <div className={s['box']}>
        <textarea
          ref={area}
          className={s['text']}
          rows={touch.matches ? 1 : 2}
          data-kept
          aria-label={`Prompt for ${session.name}`}
          dir="auto"
          enterKeyHint="enter"
          placeholder={`Prompt for ${session.name}`}
          value={text}
          onChange={(event) => setDraft(session.id, event.target.value)}
          onKeyDown={onKey}
          onPaste={(event) => takePictures(session.id, event.clipboardData) && event.preventDefault()}
          onDrop={(event) => takePictures(session.id, event.dataTransfer) && event.preventDefault()}
        />
        <div className={s['tools']}>
          <Button look="icon" aria-label="Send to several sessions" onClick={() => setWide(true)}>
            <Users size={15} aria-hidden />
          </Button>
          {history.length > 0 && (
            <Menu
              trigger={
                <Button look="icon" aria-label="Sent before">
                  <History size={15} aria-hidden />
                </Button>
              }
              entries={history.map((each) => ({
                key: each.id,
                label: each.text.length > 80 ? `${each.text.slice(0, 80)}…` : each.text,
                onSelect: () => {
                  setDraft(session.id, each.text);
                  area.current?.focus();
                },
              }))}
            />
          )}
          {working && (
            <label className={s['option']}>
              <input type="checkbox" checked={steer} onChange={(event) => setSteer(event.target.checked)} />
              Steer now
            </label>
          )}
          {uncertain && (
            <label className={s['option']}>
              <input type="checkbox" checked={now} onChange={(event) => setNow(event.target.checked)} />
              Send anyway
            </label>
          )}
          <span className={s['gap']} />
          {!touch.matches && <kbd className={s['kbd']}>{mac ? '⌘ ⏎' : 'Ctrl ⏎'}</kbd>}
          <Button
            look="primary"
            className={s['send']}
            busy={busy}
            disabled={text.trim() === ''}
            onClick={() => void send()}
          >
            {online ? <ArrowUp size={15} aria-hidden /> : <CloudUpload size={15} aria-hidden />}
            {!online ? 'Send later' : steer && working ? 'Steer' : working || session.queued > 0 ? 'Queue' : 'Send'}
          </Button>
        </div>
      </div>
      {pictures > 0 && (
        <p role="status" className={s['going']}>
          {pictures === 1 ? 'A picture is' : `${pictures} pictures are`} on the way into the folder.
        </p>
      )}
      {error !== null && (
        <p role="alert" className={s['error']}>
          {error}
        </p>
      )}
      <Queue session={session} />
      {wide && (
        <Suspense>
          <Broadcast
            text={text}
            to={[session.id]}
            onSent={() => setDraft(session.id, '')}
            onClose={() => setWide(false)}
          />
        </Suspense>
      )}
    </div>
  );
}
