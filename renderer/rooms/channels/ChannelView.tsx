/** One channel: its messages, who is in it, and the field to say something. */

import { ArrowUp, Bot, Check, Clock, CornerDownRight, OctagonPause, Reply, TriangleAlert, X } from 'lucide-react';
import { memo, Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { create } from 'zustand';
import type { Channel, Message } from '../../../shared/contract/channels.ts';
import { newClientId } from '../../../shared/ids.ts';
import { attempt } from '../../app/act.ts';
import { useAuth, useCan, wire } from '../../app/connect.ts';
import { follow, type RowsStore } from '../../app/feeds.ts';
import { patiently } from '../../app/patiently.ts';
import { cardPath, routes } from '../../app/routes.ts';
import { noRows, type Rows } from '../../app/rows.ts';
import { SessionLink, useWhich } from '../../app/SessionLink.tsx';
import { clock, dateTime } from '../../app/time.ts';
import { useNarrow } from '../../app/viewport.ts';
import { WaitingHere } from '../../app/WaitingList.tsx';
import { sendLater, useStuck } from '../../app/waiting.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { Empty } from '../../ui/Empty.tsx';
import s from './ChannelView.module.css';
import { Members } from './Members.tsx';
import { continues, mentionAt, titleOf } from './rules.ts';

const Markdown = patiently(() => import('../../ui/Markdown.tsx'));

export function ChannelView({ channel }: { readonly channel: Channel }) {
  const [store] = useState<RowsStore<Message>>(() => create<Rows<Message>>(() => noRows));
  const [older, setOlder] = useState<readonly Message[]>([]);
  const [reply, setReply] = useState<Message | null>(null);
  const [stuck, setStuck] = useState(true);
  const rows = store();
  const { refused } = rows;
  const user = useAuth((auth) => auth.me?.user ?? '');
  const narrow = useNarrow();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => follow('channels.log', store, (row) => String(row.n), { channel: channel.id }), [store, channel.id]);

  const messages = useMemo(() => {
    const live = [...rows.byKey.values()].sort((a, b) => a.n - b.n);
    const first = live[0]?.n ?? Number.POSITIVE_INFINITY;
    return [...older.filter((each) => each.n < first), ...live];
  }, [rows, older]);
  const ids = useMemo(() => new Set(messages.map(({ id }) => id)), [messages]);
  const waiting = useStuck(
    (each) => each.lane === `channel ${channel.id}`,
    (id) => ids.has(id),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: new messages move the end
  useLayoutEffect(() => {
    const element = box.current;
    if (stuck && element) element.scrollTop = element.scrollHeight;
  }, [messages, stuck, waiting.length]);

  const mine = channel.members.find((member) => member.kind === 'user' && member.id === user);
  const read = mine?.read ?? null;
  const last = messages.at(-1)?.n ?? 0;
  useEffect(() => {
    if (read === null || last <= read || document.hidden) return;
    // Not being able to mark it is told by the mark that stays.
    wire()
      .call('channels.read', { channel: channel.id, n: last })
      .catch(() => undefined);
  }, [channel.id, last, read]);

  const more = () =>
    attempt('Older messages could not be read', async () => {
      const before = messages[0]?.n;
      const page = await wire().call('channels.messages', {
        channel: channel.id,
        limit: 100,
        ...(before && { before }),
      });
      setOlder((now) => [...page.toReversed(), ...now]);
      setStuck(false);
    });

  return (
    <section className={s['view']} aria-label={titleOf(channel, user)}>
      <header className={s['head']}>
        {narrow && <Link href={routes.channels}>Channels</Link>}
        <h2 className={s['title']}>{titleOf(channel, user)}</h2>
        <span className={s['topic']} dir="auto">
          {channel.topic}
        </span>
        <Members channel={channel} />
      </header>
      {refused !== null ? (
        <Empty title="The messages could not be read" text={refused} />
      ) : (
        <div
          ref={box}
          className={s['log']}
          role="log"
          aria-label="Messages"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            setStuck(scrollHeight - scrollTop - clientHeight < 40);
          }}
        >
          {(messages[0]?.n ?? 1) > 1 && (
            <Button className={s['older']} onClick={() => void more()}>
              Older messages
            </Button>
          )}
          {rows.ready && messages.length === 0 && (
            <p className={s['none']}>
              Nothing has been said here.{' '}
              {channel.kind === 'group' && 'Name an agent with @ to have it read and answer.'}
            </p>
          )}
          {messages.map((message, i) => (
            <Entry
              key={message.n}
              message={message}
              joined={continues(message, messages[i - 1])}
              to={message.replyTo === null ? null : (messages.find((each) => each.n === message.replyTo) ?? null)}
              onReply={setReply}
            />
          ))}
          {waiting.length > 0 && (
            <div className={s['kept']}>
              <WaitingHere
                list={waiting}
                textOf={(each) => ('text' in each.input ? String(each.input.text) : each.label)}
              />
            </div>
          )}
        </div>
      )}
      <Say channel={channel} user={user} reply={reply} onReply={setReply} onSaid={() => setStuck(true)} />
    </section>
  );
}

const Entry = memo(function Entry(props: {
  readonly message: Message;
  readonly joined: boolean;
  readonly to: Message | null;
  readonly onReply: (message: Message) => void;
}) {
  const { message, joined, to } = props;
  const agent = message.by.kind === 'session';
  return (
    <article className={s['entry']} data-joined={joined}>
      {!joined && (
        <header className={s['by']}>
          {agent ? (
            <span className={s['who']}>
              <Bot size={14} aria-hidden />
              <Session id={message.by.id} name={message.by.name} />
            </span>
          ) : (
            <span className={s['who']}>{message.by.name}</span>
          )}
          <time title={dateTime(message.at)}>{clock(message.at).slice(0, 5)}</time>
        </header>
      )}
      {message.replyTo !== null && (
        <p className={s['quote']} dir="auto">
          <CornerDownRight size={12} aria-hidden />
          {to ? `${to.by.name}: ${to.text.slice(0, 120)}` : `message ${message.replyTo}`}
        </p>
      )}
      <Suspense fallback={<p className={s['plain']}>{message.text}</p>}>
        <Markdown text={message.text} cardLink={cardPath} />
      </Suspense>
      {message.deliveries.length > 0 && (
        <ul className={s['deliveries']} aria-label="Delivered to">
          {message.deliveries.map((each) => (
            <Delivery key={each.sessionId} delivery={each} />
          ))}
        </ul>
      )}
      <Button
        look="icon"
        className={s['reply']}
        aria-label={`Answer message ${message.n}`}
        onClick={() => props.onReply(message)}
      >
        <Reply size={14} aria-hidden />
      </Button>
    </article>
  );
});

function Session({ id, name }: { readonly id: string; readonly name: string }) {
  return <SessionLink of={useWhich({ id })} name={name} />;
}

const TAKEN: ReadonlySet<string> = new Set(['delivered', 'confirmed']);
const LOST: ReadonlySet<string> = new Set(['failed', 'cancelled', 'unverified']);

function Delivery({ delivery }: { readonly delivery: Message['deliveries'][number] }) {
  const { state } = delivery;
  const Icon = TAKEN.has(state) ? Check : LOST.has(state) ? TriangleAlert : state === 'stopped' ? OctagonPause : Clock;
  const word = TAKEN.has(state) ? 'taken' : state;
  return (
    <li data-tone={TAKEN.has(state) ? 'good' : LOST.has(state) ? 'bad' : state === 'stopped' ? 'need' : 'quiet'}>
      <Icon size={12} aria-hidden />
      <Session id={delivery.sessionId} name={delivery.session} />: {word}
      {delivery.reason !== '' && !TAKEN.has(state) && <span className={s['reason']}> {delivery.reason}</span>}
    </li>
  );
}

function Say(props: {
  readonly channel: Channel;
  readonly user: string;
  readonly reply: Message | null;
  readonly onReply: (message: Message | null) => void;
  readonly onSaid: () => void;
}) {
  const { channel, reply } = props;
  const [text, setText] = useState('');
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  /** Where the caret goes once the text is there that was completed. */
  const placed = useRef<number | null>(null);
  const canType = useCan('type');
  const narrow = useNarrow();

  useEffect(() => {
    if (reply) area.current?.focus();
  }, [reply]);

  // Together with the text: a frame later the next letters may be typed already, and would be torn apart.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text that was completed is there
  useLayoutEffect(() => {
    if (placed.current !== null) area.current?.setSelectionRange(placed.current, placed.current);
    placed.current = null;
  }, [text]);

  const typed = channel.kind === 'group' ? mentionAt(text, caret) : null;
  const offered = typed
    ? [...channel.members.filter((member) => !member.gone).map((member) => member.name), 'all']
        .filter((name) => name.toLowerCase().startsWith(typed.word.toLowerCase()) && name !== props.user)
        .slice(0, 6)
    : [];
  const chosen = Math.min(at, offered.length - 1);

  const complete = (name: string) => {
    if (!typed) return;
    const next = `${text.slice(0, typed.from)}@${name} ${text.slice(caret)}`;
    setText(next);
    const to = typed.from + name.length + 2;
    setCaret(to);
    placed.current = to;
  };
  const send = async () => {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    // Refused: the hub has nothing of it, and the text stays. Without a connection it waits, and shows that it does.
    const kept = await attempt('The message was not sent', () =>
      sendLater(
        'channels.send',
        { id: newClientId('m'), channel: channel.id, text, replyTo: reply?.n ?? null },
        `${titleOf(channel, props.user)}: ${text.slice(0, 200)}`,
      ),
    );
    setBusy(false);
    if (!kept) return;
    // What was typed while the answer was on its way stays.
    setText((now) => (now === text ? '' : now));
    props.onReply(null);
    props.onSaid();
    area.current?.focus();
  };
  if (!canType) return null;
  return (
    <form
      className={s['say']}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {reply && (
        <p className={s['answers']}>
          <CornerDownRight size={12} aria-hidden />
          <span dir="auto">
            {reply.by.name}: {reply.text.slice(0, 160)}
          </span>
          <Button look="icon" aria-label="Answer nobody" onClick={() => props.onReply(null)}>
            <X size={13} aria-hidden />
          </Button>
        </p>
      )}
      {offered.length > 0 && (
        <ul className={s['offer']} aria-label="Members">
          {offered.map((name, i) => (
            <li key={name}>
              <button
                type="button"
                data-chosen={i === chosen}
                onPointerDown={(event) => {
                  event.preventDefault();
                  complete(name);
                }}
              >
                @{name}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={s['field']}>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label="Message"
          placeholder={channel.kind === 'group' ? 'Message, @ to name somebody' : 'Message'}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setCaret(event.target.selectionStart);
            setAt(0);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={(event) => {
            if (composing(event)) return;
            const pick = offered[chosen];
            if (pick !== undefined && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
              event.preventDefault();
              setAt((chosen + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) % offered.length);
            } else if (pick !== undefined && (event.key === 'Tab' || event.key === 'Enter')) {
              event.preventDefault();
              complete(pick);
            } else if (event.key === 'Enter' && !event.shiftKey && !narrow) {
              event.preventDefault();
              void send();
            } else if (event.key === 'Escape') props.onReply(null);
          }}
        />
        <Button look="primary" type="submit" aria-label="Send" busy={busy} disabled={text.trim() === ''}>
          <ArrowUp size={16} aria-hidden />
        </Button>
      </div>
    </form>
  );
}
