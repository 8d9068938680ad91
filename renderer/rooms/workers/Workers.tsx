/** Agents that start themselves are not here yet: that is said, and what does their work today stands ready to be used. */
import { ArrowRight, BellRing, CalendarClock, Play, SquareKanban, SquareTerminal, Timer, Webhook } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useBoardFeeds, useCards, useColumns } from '../../app/cards.ts';
import { useCommands } from '../../app/commands.ts';
import { useHubOrigin } from '../../app/desktop.ts';
import { useSession, useSessions } from '../../app/feeds.ts';
import { addressOf, cardPath, routes, sessionPath } from '../../app/routes.ts';
import { useStart } from '../../app/start.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/Copy.tsx';
import { selectClass } from '../../ui/Field.tsx';
import { Column } from '../../ui/Page.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { StateMark } from '../../ui/State.tsx';
import { freeCards, heldCards } from './on-board.ts';
import { type RecipeKey, recipe } from './recipes.ts';
import s from './Workers.module.css';

/** More than these are on the board itself. */
const FEW = 4;
const TAKES_CARDS = [
  'Work through the board. `qd board next` claims the next free card for you; where it has none for you, `qd board list`',
  'shows them all, and `qd board claim KEY` takes a free one. `qd board show KEY` shows it whole.',
  'Do what it says, write down what you found with `qd board comment KEY "..."`, then `qd board move KEY review`.',
  'Take the next card until none is left.',
].join('\n');

export default function Workers() {
  const start = useStart();
  const takeCards = start === null ? null : () => start({ prompt: TAKES_CARDS });
  useCommands(
    () => [
      {
        id: 'workers.cards',
        title: 'Start an agent that takes cards',
        section: 'Workers',
        icon: SquareKanban,
        enabled: start !== null,
        run: () => start?.({ prompt: TAKES_CARDS }),
      },
    ],
    [start],
  );
  return (
    <Column>
      <header className={s['hero']}>
        <Picture />
        <h2>No workers in this build</h2>
        <p>
          Agents that a webhook or a schedule starts without a person are not part of it. The ways below do that work
          today.
        </p>
      </header>
      <ul className={s['ways']}>
        <Way
          icon={<Play size={16} aria-hidden />}
          title="Start an agent with its first prompt"
          text="It gets the prompt as soon as it is ready, and again when the session is restarted."
          act={
            start && (
              <Button look="primary" onClick={() => start()}>
                New session
              </Button>
            )
          }
        />
        <Way
          icon={<SquareKanban size={16} aria-hidden />}
          title="Let agents take cards from the board"
          text="Each claims the next free card; no two get the same one. An agent gets cards without tags, and those whose tags its session has."
          act={takeCards && <Button onClick={takeCards}>Start an agent</Button>}
        >
          <OnBoard />
        </Way>
        <Way
          icon={<Timer size={16} aria-hidden />}
          title="Call the hub from a timer or a webhook"
          text="cron, systemd, a CI job or whatever receives your webhooks runs one command. Quarterdeck neither runs it nor hears of it when it fails."
        >
          <Recipes />
        </Way>
        <Way
          icon={<BellRing size={16} aria-hidden />}
          title="Be asked only where it matters"
          text="Policies answer the permission dialogs that you have decided on before; for the others a notification comes to you."
        >
          <p className={s['links']}>
            <Next to={routes.policies}>Policies</Next>
            <Next to={routes.settings}>Notifications</Next>
          </p>
        </Way>
      </ul>
    </Column>
  );
}

/** What is missing is dashed: two triggers that lead to no terminal yet. */
function Picture() {
  return (
    <div className={s['picture']} aria-hidden>
      <span className={s['tile']} data-missing>
        <CalendarClock size={18} />
      </span>
      <span className={s['tile']} data-missing>
        <Webhook size={18} />
      </span>
      <span className={s['way']} />
      <span className={s['tile']}>
        <SquareTerminal size={22} />
      </span>
    </div>
  );
}

function Way(props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly act?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <li className={s['item']}>
      <span className={s['icon']}>{props.icon}</span>
      <div className={s['what']}>
        <h3>{props.title}</h3>
        <p>{props.text}</p>
      </div>
      {props.act && <div className={s['act']}>{props.act}</div>}
      {props.children !== undefined && <div className={s['more']}>{props.children}</div>}
    </li>
  );
}

const Next = ({ to, children }: { readonly to: string; readonly children: ReactNode }) => (
  <Link href={to} className={s['next']}>
    {children}
    <ArrowRight size={13} aria-hidden />
  </Link>
);

/** What agents hold right now, and what is free for the next one. */
function OnBoard() {
  const refused = useBoardFeeds();
  const cards = useCards();
  const columns = useColumns();
  const held = useMemo(() => heldCards(cards.byKey.values()), [cards]);
  const free = useMemo(() => freeCards(cards.byKey.values(), columns.byKey), [cards, columns]);
  const ready = cards.ready && columns.ready;
  return (
    <>
      {held.length > 0 && (
        <ul className={s['held']} aria-label="Cards that agents work on">
          {held.slice(0, FEW).map((key) => (
            <Held key={key} id={key} />
          ))}
        </ul>
      )}
      <p className={s['links']} aria-busy={!ready && refused === null}>
        {refused !== null && !ready ? (
          <span role="alert" className={s['refused']}>
            The board could not be read: {refused}
          </span>
        ) : (
          <>
            {ready && (
              <span>
                {held.length > FEW && `${held.length - FEW} more are worked on, `}
                {free === 0 ? 'no card is free' : free === 1 ? '1 card is free' : `${free} cards are free`}
              </span>
            )}
            <Next to={routes.board}>Board</Next>
          </>
        )}
      </p>
    </>
  );
}

function Held({ id }: { readonly id: string }) {
  const card = useCards((rows) => rows.byKey.get(id));
  const by = card?.claim?.by;
  const session = useSession(by?.id ?? '');
  if (!card || !by) return null;
  return (
    <li>
      {session ? (
        <Link href={sessionPath(addressOf(session))} className={s['who']}>
          <StateMark state={session.state} word={false} stalled={session.stalled} />
          <span dir="auto">{session.name}</span>
        </Link>
      ) : (
        <span className={s['who']} dir="auto">
          {by.name}
        </span>
      )}
      <Link href={cardPath(card.key)} className={s['card']}>
        <span className={s['key']}>{card.key}</span>
        <span dir="auto">{card.title}</span>
      </Link>
    </li>
  );
}

const RECIPES: readonly { readonly value: RecipeKey; readonly label: string }[] = [
  { value: 'prompt', label: 'Prompt a session' },
  { value: 'start', label: 'Start a session' },
  { value: 'card', label: 'Add a card' },
];

function Recipes() {
  const hub = useHubOrigin();
  const sessions = useSessions();
  const [key, setKey] = useState<RecipeKey>('prompt');
  const [id, setId] = useState('');
  const live = useMemo(
    () =>
      [...sessions.byKey.values()]
        .filter((each) => !each.archived && each.state !== 'exited')
        .sort((a, b) => a.name.localeCompare(b.name)),
    [sessions],
  );
  const chosen = live.find((each) => each.id === id) ?? live[0];
  if (hub === null) return null;
  const session = chosen ? { ...chosen, address: addressOf(chosen) } : null;
  const { scope, command } = recipe(key, { hub, session });
  return (
    <div className={s['recipes']}>
      <div className={s['choose']}>
        <Segments label="What the command does" value={key} options={RECIPES} onChange={setKey} />
        {key === 'prompt' && chosen && live.length > 1 && (
          <select
            className={selectClass}
            aria-label="Session to prompt"
            value={chosen.id}
            onChange={(event) => setId(event.target.value)}
          >
            {live.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        )}
      </div>
      <CopyLine text={command} />
      <p className={s['note']}>
        <code>QD_TOKEN</code> holds a <Link href={routes.people}>token</Link> that may <code>{scope}</code>. In a
        crontab it is a line of its own, and the time stands before the command, such as <code>0 9 * * 1-5</code>.
      </p>
    </div>
  );
}
