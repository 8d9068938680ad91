/** Which question about a card is open, from wherever it was asked: menu, panel, palette. */
import { create } from 'zustand';

export interface Asking {
  readonly what: 'send' | 'claim-for' | 'delete';
  readonly key: string;
}
export const useAsking = create<{ readonly asking: Asking | null }>(() => ({ asking: null }));
export const ask = (what: Asking['what'], key: string): void => useAsking.setState({ asking: { what, key } });
export const stopAsking = (): void => useAsking.setState({ asking: null });
