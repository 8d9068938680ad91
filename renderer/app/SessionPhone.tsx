/**
 * One session in a hand: its name with the neighbours to swipe to, the terminal, the keys that a phone's keyboard lacks,
 * and the composer or what the agent asks within the thumb's reach. Held sideways the terminal has all the room.
 */
import { Keyboard, MessageSquare } from 'lucide-react';
import { useRef, useState } from 'react';
import { Sheet } from '../rooms/approvals/Sheet.tsx';
import { SharingBanner } from '../rooms/git/Sharing.tsx';
import { Composer } from '../rooms/prompts/Composer.tsx';
import { Keys } from '../rooms/terminal/Keys.tsx';
import { type Holds, NO_HOLDS, spent, stickyOf } from '../rooms/terminal/keys.ts';
import type { PaneControls } from '../rooms/terminal/Pane.tsx';
import { Button } from '../ui/Button.tsx';
import { useCan } from './connect.ts';
import { Beside, type SessionFaceProps } from './SessionBeside.tsx';
import { SessionPane } from './SessionPane.tsx';
import s from './SessionPhone.module.css';
import { SessionStrip, useNeighbours } from './SessionStrip.tsx';
import { SessionViews } from './SessionViews.tsx';
import { useFlat, useKeyboard } from './viewport.ts';

export function SessionPhone({ session, view, find }: SessionFaceProps) {
  const pane = useRef<PaneControls>(null);
  const [holds, setHolds] = useState<Holds>(NO_HOLDS);
  const [typing, setTyping] = useState(false);
  const flat = useFlat();
  const keyboard = useKeyboard();
  /** Null: as the way it is held suggests. */
  const [wished, setWished] = useState<boolean | null>(null);
  const canType = useCan('type');
  const { go } = useNeighbours(session.id);
  const composing = (wished ?? !flat) && !typing;
  // The keyboard is there for the prompt: keys of the terminal would only push the text away.
  const writing = keyboard && !typing;

  return (
    <div className={s['page']} data-flat={flat} data-keyboard={keyboard}>
      {!(flat && keyboard) && <SessionStrip session={session} view={view} onSearch={() => pane.current?.search()} />}
      {!flat && !keyboard && <SessionViews session={session} view={view} />}
      {view !== 'terminal' ? (
        <Beside session={session} view={view} />
      ) : (
        <>
          <SharingBanner session={session} />
          <div className={s['terminal']}>
            <SessionPane
              key={`${session.id} ${find ?? ''}`}
              find={find}
              ref={pane}
              session={session}
              scrollback={5000}
              endOnly
              atOnce
              onFocus={setTyping}
              onSwipe={go}
              sticky={stickyOf(holds)}
              onStickyUsed={() => setHolds(spent(holds))}
            />
          </div>
          {canType && !writing && (
            <div className={s['keys']}>
              <Button
                look="icon"
                className={s['turn']}
                aria-label={composing ? 'Type into the terminal' : 'Write a prompt'}
                // The focus decides what shows: it must not leave before the press is done.
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => {
                  setWished(!composing);
                  if (composing) pane.current?.focus();
                  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
                }}
              >
                {composing ? <Keyboard size={19} aria-hidden /> : <MessageSquare size={19} aria-hidden />}
              </Button>
              <Keys pane={() => pane.current} holds={holds} onHolds={setHolds} />
            </div>
          )}
          {composing && (
            <div className={s['prompts']}>
              <Composer session={session} />
            </div>
          )}
        </>
      )}
      <Sheet
        sessionId={session.id}
        aside={keyboard || typing}
        onTerminal={() => {
          setWished(false);
          pane.current?.focus();
        }}
      />
    </div>
  );
}
