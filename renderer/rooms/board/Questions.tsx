/** Questions about one card: send it to a session, claim it for one, delete it. */
import { type FormEvent, useEffect, useState } from 'react';
import type { Card } from '../../../shared/contract/board.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { cardNow, useCard } from '../../app/cards.ts';
import { messageOf, wire } from '../../app/connect.ts';
import { sortedSessions, useSessions } from '../../app/feeds.ts';
import { go } from '../../app/navigate.ts';
import { routes } from '../../app/routes.ts';
import { Confirm, Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { AreaField, SelectField } from '../../ui/Field.tsx';
import { stateWord } from '../../ui/State.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { claim, newPrompt, remove, sendAsPrompt, whyNotClaimed } from './actions.ts';
import { stopAsking, useAsking } from './asking.ts';
import s from './Questions.module.css';
import { promptOf } from './words.ts';

export function Questions() {
  const asking = useAsking((state) => state.asking);
  const row = useCard(asking?.key ?? '');
  if (!asking || !row) return null;
  if (asking.what === 'send') return <Send cardKey={asking.key} />;
  if (asking.what === 'claim-for') return <ClaimFor cardKey={asking.key} />;
  return (
    <Confirm
      open
      onClose={stopAsking}
      title={`Delete ${row.key}?`}
      text={
        <>
          “<bdi>{row.title}</bdi>” is deleted for good. Its history stays, and cards that wait for it stay blocked. To
          only put it aside, move it to a discarded column.
        </>
      }
      action="Delete card"
      onConfirm={() =>
        void remove(asking.key).then((done) => {
          if (done && location.pathname.endsWith(`/${asking.key}`)) go(routes.board + location.search);
        })
      }
    />
  );
}

const isLive = (session: Session): boolean =>
  !session.archived && session.state !== 'exited' && session.state !== 'unreachable';

function SessionChoice(props: {
  readonly sessions: readonly Session[];
  readonly value: string;
  readonly error?: string | undefined;
  readonly onChange: (id: string) => void;
}) {
  return (
    <SelectField
      label="Session"
      value={props.value}
      error={props.error}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {props.sessions.map((session) => (
        <option key={session.id} value={session.id}>
          {session.name} ({session.agent}, {stateWord(session.state).toLowerCase()})
        </option>
      ))}
    </SelectField>
  );
}

/** Sessions that can take work, and the one chosen: first the one that the card is linked to. */
function useSessionChoice(key: string) {
  const rows = useSessions();
  const sessions = sortedSessions(rows).filter(isLive);
  const linked = cardNow(key)?.links.session;
  const [picked, setPicked] = useState(linked ?? '');
  const session = sessions.find((each) => each.id === picked) ?? sessions[0];
  return { sessions, session, setPicked };
}

const NONE = 'No session is running. Start one for this card from its menu.';

function Send({ cardKey }: { readonly cardKey: string }) {
  const { sessions, session, setPicked } = useSessionChoice(cardKey);
  const [card, setCard] = useState<Card | null>(null);
  const [text, setText] = useState<string | null>(null);
  const [claims, setClaims] = useState(true);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  // One id for each wording and session: a send whose answer was lost can be repeated.
  const [id, setId] = useState<string>(newPrompt);
  useEffect(() => {
    let gone = false;
    wire()
      .call('board.get', { key: cardKey })
      .then(
        (found) => {
          if (gone) return;
          setCard(found);
          setText(promptOf(found));
        },
        (failure: unknown) => !gone && setError(messageOf(failure)),
      );
    return () => {
      gone = true;
    };
  }, [cardKey]);

  const row = useCard(cardKey);
  const whyNot = row ? whyNotClaimed(row) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!card || !session || text === null) return;
    setBusy(true);
    setError(undefined);
    try {
      await sendAsPrompt(card, session, { id, text }, claims);
      stopAsking();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={stopAsking} title={`Send ${cardKey} to a session`} width={560}>
      <form className={s['form']} onSubmit={submit}>
        {sessions.length === 0 ? (
          <p className={s['note']}>{NONE}</p>
        ) : (
          <>
            <SessionChoice
              sessions={sessions}
              value={session?.id ?? ''}
              onChange={(next) => {
                setPicked(next);
                setId(newPrompt());
              }}
            />
            <AreaField
              label="Prompt"
              rows={9}
              dir="auto"
              value={text ?? ''}
              hint="It waits in the session’s queue until the agent is free."
              error={error}
              onChange={(event) => {
                setText(event.target.value);
                setId(newPrompt());
              }}
            />
            <Switch
              label="Link the session, and claim the card for it"
              hint={whyNot === null ? 'The claim lives as long as the session works.' : `Linked only: ${whyNot}.`}
              checked={claims}
              onChange={setClaims}
            />
          </>
        )}
        <FormFoot onCancel={stopAsking} busy={busy} disabled={!session || !text?.trim()}>
          Send
        </FormFoot>
      </form>
    </Dialog>
  );
}

function ClaimFor({ cardKey }: { readonly cardKey: string }) {
  const { sessions, session, setPicked } = useSessionChoice(cardKey);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!session) return;
    setBusy(true);
    if (await claim(cardKey, session.id)) stopAsking();
    else setBusy(false);
  };
  return (
    <Dialog open onClose={stopAsking} title={`Claim ${cardKey} for a session`} width={420}>
      <form className={s['form']} onSubmit={submit}>
        {sessions.length === 0 ? (
          <p className={s['note']}>{NONE}</p>
        ) : (
          <SessionChoice sessions={sessions} value={session?.id ?? ''} onChange={setPicked} />
        )}
        <p className={s['note']}>The session is not told. To give it the work, send the card as a prompt.</p>
        <FormFoot onCancel={stopAsking} busy={busy} disabled={!session}>
          Claim
        </FormFoot>
      </form>
    </Dialog>
  );
}
