/** The one outbox of this page, bound to the wire, the sign-in and the browser's own storage. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { useAuth, useLink, wire } from './connect.ts';
import { drawer } from './keep.ts';
import { createOutbox } from './outbox.ts';
import type { Waiting } from './outbox-rules.ts';
import { useNow } from './time.ts';

const outbox = createOutbox({
  kept: drawer<Waiting>('outbox'),
  call: (name, input, options) => wire().call(name, input, options),
  online: () => useLink.getState().state === 'online',
  now: Date.now,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  // Pages without https have no locks; two tabs then send the same thing twice with the same id, which is once.
  alone: (lane, run) =>
    navigator.locks ? (navigator.locks.request(`quarterdeck ${lane}`, run) as ReturnType<typeof run>) : run(),
});

export const useOutbox = outbox.use;
export const { sendLater, remove: removeWaiting, retry: retryWaiting } = outbox;

/** Things are kept per hub and person. */
export const ownerOf = (user: string): string => `${user} at ${location.host}`;

/** Once, before the sign-in begins. */
export function startOutbox(): void {
  useAuth.subscribe(({ me }) => void outbox.belongTo(me === null ? null : ownerOf(me.user)));
  useLink.subscribe((link, before) => {
    if (link.state === 'online' && before.state !== 'online') outbox.flush();
  });
}

/** Younger ones are most likely on their way: what is answered at once never shows as waiting. Milliseconds. */
const PATIENCE_MS = 1500;

/**
 * Those that pass and really wait: the hub is away, did not take them, or is slow. Oldest first. `shown`: what it makes is on
 * the screen already, whatever became of the answer.
 */
export function useStuck(
  passes: (entry: Waiting) => boolean,
  shown: (id: string) => boolean = () => false,
): readonly Waiting[] {
  const now = useNow();
  const away = useLink((link) => link.state !== 'online');
  const stuck = useOutbox(
    useShallow((state) =>
      state.list.filter((each) => (away || each.refused !== null || now - each.at > PATIENCE_MS) && passes(each)),
    ),
  );
  useEffect(() => {
    for (const { id } of stuck) if (shown(id)) outbox.arrived(id);
  });
  return stuck.filter(({ id }) => !shown(id));
}

/** Whether the list of all that waits is open. */
export const useWaitingList = create<{ readonly open: boolean }>(() => ({ open: false }));
