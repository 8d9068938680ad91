/** The card that is carried, drawn above everything, and what a screen reader is told meanwhile. */
import { createPortal } from 'react-dom';
import s from './DragLayer.module.css';
import { setCarried, useDrag, useSaid } from './drag.ts';
import tile from './Tile.module.css';
import { Face, HOW_TO_MOVE } from './Tile.tsx';

export function DragLayer() {
  const seen = useDrag((drag) => (drag.how === 'pointer' ? drag.seen : null));
  const width = useDrag((drag) => drag.width);
  const said = useSaid((state) => state.text);
  return (
    <>
      <p id={HOW_TO_MOVE} hidden>
        Space picks the card up; then arrow keys move it, Space or Enter drops it, Escape puts it back. Alt with an
        arrow key moves it at once.
      </p>
      <p className="visually-hidden" aria-live="assertive">
        {said}
      </p>
      {seen !== null &&
        createPortal(
          <div ref={setCarried} className={s['carried']} style={{ width }} aria-hidden data-ghost>
            <div className={tile['tile']}>
              <Face row={seen} />
            </div>
          </div>,
          document.body,
        )}
    </>
  );
}
