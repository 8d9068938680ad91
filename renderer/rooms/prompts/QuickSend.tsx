/** The quick-send window of the desktop app: whom, what, Enter; the receipt stands below until the next. */
import { ArrowUp, Check, CircleAlert, LoaderCircle, Plus, Users } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import { newPromptId } from '../../../shared/ids.ts';
import { useAgentsHere } from '../../app/agents-here.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { shellPort } from '../../app/desktop.ts';
import { usePrompts, useSessions } from '../../app/feeds.ts';
import { receiptTone, receiptWord } from '../../app/receipts.ts';
import { Button } from '../../ui/Button.tsx';
import { StateMark } from '../../ui/State.tsx';
import { setDraft, useDraftText } from './drafts.ts';
import s from './QuickSend.module.css';
import { keyOf, type Target, targets, titleOf } from './quick.ts';

const LAST = 'quarterdeck.quick';
/** The window goes when it was hidden for long; what stands in it is there the next time. No session has this name. */
const DRAFT = ' quick';
function lastSession(): string | null {
  try {
    return localStorage.getItem(LAST);
  } catch {
    return null;
  }
}

export default function QuickSend() {
  const sessions = useSessions();
  const receipts = usePrompts((rows) => rows.byKey);
  const [last, setLast] = useState(lastSession);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [chosen, setChosen] = useState<Target | null>(null);
  const text = useDraftText(DRAFT);
  const setText = (next: string) => setDraft(DRAFT, next);
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<readonly Pick<Receipt, 'id' | 'session'>[]>([]);
  const [error, setError] = useState<string | null>(null);
  const here = useAgentsHere().agents;
  const whom = useRef<HTMLInputElement>(null);
  const what = useRef<HTMLTextAreaElement>(null);
  const box = useRef<HTMLElement>(null);

  useEffect(() => {
    let off = () => {};
    const shown = () => {
      setSent([]);
      setError(null);
      what.current?.focus();
    };
    // The window is there to be written in, from its first moment.
    shown();
    void shellPort().then((shell) => {
      off = shell.on('shown', shown);
    });
    return () => off();
  }, []);

  const list = useMemo(
    () =>
      targets(
        query,
        sessions.byKey.values(),
        last,
        (here ?? []).map(({ key }) => key),
      ),
    [query, sessions, last, here],
  );
  const target = chosen ?? list[0] ?? null;
  const choosing = chosen === null && query !== '';
  const pick = (one: Target | undefined) => {
    if (!one) return;
    setChosen(one);
    setQuery('');
    setAt(0);
    what.current?.focus();
  };

  // The window is as high as what stands in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows what is shown
  useEffect(() => {
    const height = box.current?.scrollHeight ?? 0;
    void shellPort().then((shell) => shell.ask('height', { height: Math.min(600, Math.max(120, height + 2)) }));
  }, [list.length, choosing, sent, error, text]);

  const hide = () => void shellPort().then((shell) => shell.ask('hide', {}));
  const send = async () => {
    if (!target || text.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    try {
      const given: Pick<Receipt, 'id' | 'session'>[] = [];
      if (target.kind === 'session') {
        given.push(await wire().call('prompts.enqueue', { name: target.session.id, id: newPromptId(), text }));
        setLast(target.session.id);
        localStorage.setItem(LAST, target.session.id);
      } else if (target.kind === 'all') {
        const answers = await wire().call('prompts.broadcast', { id: newPromptId(), text, all: true });
        for (const answer of answers) if ('id' in answer) given.push(answer);
        const refused = answers.filter((answer) => 'error' in answer).length;
        if (refused > 0) setError(`${refused} of ${answers.length} did not take it`);
      } else {
        const started = await wire().call('sessions.start', { agent: target.agent, init: [text] });
        setLast(started.id);
        localStorage.setItem(LAST, started.id);
        setError(null);
      }
      setSent(given);
      setText('');
      const shell = await shellPort();
      for (const { id, session } of given) await shell.ask('watch', { prompt: id, session });
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  const inList = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((now) => (now + step + list.length) % Math.max(1, list.length));
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      pick(list[at] ?? list[0]);
    }
  };
  const inText = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    }
  };
  return (
    <main
      ref={box}
      className={s['quick']}
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
    >
      <h1 className="visually-hidden">Quick send</h1>
      <div className={s['whom']}>
        <label htmlFor="quick-whom">To</label>
        <input
          id="quick-whom"
          ref={whom}
          role="combobox"
          aria-expanded={choosing}
          aria-controls="quick-list"
          aria-activedescendant={choosing ? `quick-${at}` : undefined}
          autoComplete="off"
          placeholder={target ? titleOf(target) : 'No session yet'}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(null);
            setAt(0);
          }}
          onKeyDown={inList}
        />
        {target?.kind === 'session' && !choosing && <StateMark state={target.session.state} />}
      </div>
      {choosing && (
        <div className={s['list']} id="quick-list" role="listbox" aria-label="Sessions" tabIndex={-1}>
          {list.slice(0, 6).map((each, i) => (
            <button
              type="button"
              key={keyOf(each)}
              id={`quick-${i}`}
              role="option"
              aria-selected={i === at}
              tabIndex={-1}
              onClick={() => pick(each)}
            >
              {each.kind === 'session' ? (
                <StateMark state={each.session.state} />
              ) : each.kind === 'all' ? (
                <Users size={14} aria-hidden />
              ) : (
                <Plus size={14} aria-hidden />
              )}
              <span>{titleOf(each)}</span>
              {each.kind === 'session' && <small>{each.last ? 'last' : each.session.agent}</small>}
            </button>
          ))}
          {list.length === 0 && <p>Nothing by that name</p>}
        </div>
      )}
      <div className={s['what']}>
        <textarea
          ref={what}
          aria-label="Prompt"
          placeholder="What should be done?"
          rows={3}
          dir="auto"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={inText}
        />
        <Button
          look="primary"
          aria-label="Send"
          busy={busy}
          disabled={!target || text.trim() === ''}
          onClick={() => void send()}
        >
          <ArrowUp size={16} aria-hidden />
        </Button>
      </div>
      <footer className={s['foot']} role="status">
        {error !== null ? (
          <span data-tone="bad">
            <CircleAlert size={13} aria-hidden /> {error}
          </span>
        ) : sent.length > 0 ? (
          sent.slice(0, 4).map(({ id, session }) => <Sent key={id} session={session} receipt={receipts.get(id)} />)
        ) : (
          <span>Enter sends, Shift+Enter begins a new line, Escape hides</span>
        )}
      </footer>
    </main>
  );
}

function Sent({ session, receipt }: { readonly session: string; readonly receipt: Receipt | undefined }) {
  const tone = receipt ? receiptTone(receipt) : 'busy';
  const Icon = tone === 'good' ? Check : tone === 'busy' || tone === 'quiet' ? LoaderCircle : CircleAlert;
  return (
    <span data-tone={tone}>
      <Icon size={13} aria-hidden /> {session}: {receipt ? receiptWord(receipt) : 'Queued'}
      {receipt?.reason !== undefined && `. ${receipt.reason}`}
    </span>
  );
}
