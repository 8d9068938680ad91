/** Whether the palette is open. Its code is loaded when the first screen stands, or when it is first wanted. */
import { create } from 'zustand';

export const usePalette = create<{
  readonly open: boolean;
  /** What was typed while its code was still on the way. */
  readonly typed: string;
}>(() => ({ open: false, typed: '' }));
