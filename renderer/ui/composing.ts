import type { KeyboardEvent } from 'react';

/**
 * This key belongs to an input method that is composing a word. Safari ends the composition before it tells of the key that
 * ended it: only its code, 229, still says so.
 */
export const composing = ({ nativeEvent }: KeyboardEvent): boolean =>
  nativeEvent.isComposing || nativeEvent.keyCode === 229;
