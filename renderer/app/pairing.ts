/** Letting a phone in from anywhere; the frame shows the dialog. And how its number is read out. */
import { create } from 'zustand';

export const usePairing = create<{ readonly open: boolean }>(() => ({ open: false }));

export const askPairing = (): void => usePairing.setState({ open: true });

/** In two halves, as it is read to somebody: `482 913`. */
export const readable = (number: string): string => `${number.slice(0, 3)} ${number.slice(3)}`;
