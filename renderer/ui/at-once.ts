/** The keyboard for the field of a dialog in the same task as the dialog appears. */
import { type RefObject, useLayoutEffect } from 'react';

/**
 * The dialog itself takes the keyboard a frame later: a letter typed until then would be a command of the screen behind it.
 * It happens after all of the dialog's own effects, which note whom to give the keyboard back to.
 */
export function useAtOnce(field: RefObject<HTMLElement | null>, open: boolean): void {
  useLayoutEffect(() => {
    if (open) queueMicrotask(() => field.current?.focus());
  }, [field, open]);
}
