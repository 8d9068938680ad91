/**
 * Tells the hub that this page, looked at right now, shows that a session needs somebody: then the notification on this
 * device waits. Said of each need once, and only while a person is here; a page that cannot say it changes nothing.
 */
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useLink, wire } from './connect.ts';
import { inboxOf, useApprovals, useSessions } from './feeds.ts';
import { usePushHere } from './push.ts';

/** A page without a touch for longer may lie on an empty desk. */
const HERE_MS = 30_000;
let touchedAt = 0;
for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const) {
  addEventListener(kind, () => (touchedAt = Date.now()), { passive: true, capture: true });
}
const isHere = (): boolean =>
  document.visibilityState === 'visible' && document.hasFocus() && Date.now() - touchedAt < HERE_MS;

export function Presence() {
  const [path] = useLocation();
  const device = usePushHere((here) => here.device);
  const online = useLink((link) => link.state === 'online');

  useEffect(() => {
    if (device === null || !online) return;
    const said = new Set<string>();
    const look = () => {
      if (!isHere()) return;
      const { open, others } = inboxOf(useApprovals.getState(), useSessions.getState());
      const needs = [
        ...open.map((a) => ({ session: a.sessionId, name: a.session, key: a.id })),
        ...others.map((s) => ({ session: s.id, name: s.name, key: `${s.id} ${s.state} ${s.since}` })),
      ];
      for (const { session, name, key } of needs) {
        const at = decodeURIComponent(path);
        const what = at === `/s/${name}` || at === `/s/${session}` ? 'opened' : 'shown';
        if (said.has(`${what} ${key}`)) continue;
        said.add(`${what} ${key}`);
        // It is sent after all when this did not get through.
        void wire()
          .call('push.looked', { id: device, session, what })
          .catch(() => undefined);
      }
    };
    look();
    const offs = [useSessions.subscribe(look), useApprovals.subscribe(look)];
    const kinds = ['focus', 'visibilitychange', 'pointerdown', 'keydown'] as const;
    for (const kind of kinds) addEventListener(kind, look);
    return () => {
      for (const off of offs) off();
      for (const kind of kinds) removeEventListener(kind, look);
    };
  }, [device, online, path]);
  return null;
}
