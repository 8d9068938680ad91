/** Whether the list of keys is open; its code is loaded when it first is. */
import { create } from 'zustand';

export const useShortcuts = create<{ readonly open: boolean }>(() => ({ open: false }));
