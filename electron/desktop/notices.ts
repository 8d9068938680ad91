/** Notifications of the system: what came up, with answers where the system has buttons; taken back when it is over. */
import { Notification } from 'electron';
import type { Need } from './stand.ts';

export interface Notices {
  need(need: Need): void;
  answer(text: { readonly title: string; readonly body: string }, path: string): void;
  gone(key: string): void;
}

export function createNotices(act: {
  readonly open: (path: string) => void;
  readonly decide: (need: Need, decision: 'allow' | 'deny') => void;
}): Notices {
  const shown = new Map<string, Notification>();
  const show = (notification: Notification, path: string) => {
    notification.on('click', () => act.open(path));
    notification.show();
    return notification;
  };
  return {
    need(need) {
      if (!Notification.isSupported()) return;
      const decisions = need.approval === null ? [] : (['allow', 'deny'] as const);
      const notification = new Notification({
        title: need.title,
        body: need.body,
        actions: decisions.map((decision) => ({ type: 'button', text: decision === 'allow' ? 'Allow' : 'Deny' })),
      });
      notification.on('action', (event, index) => {
        // Newer Electrons tell the button in the event itself.
        const at = (event as { readonly actionIndex?: number }).actionIndex ?? index;
        const decision = decisions[at];
        if (decision) act.decide(need, decision);
      });
      notification.on('close', () => shown.delete(need.key));
      shown.set(need.key, show(notification, need.path));
    },
    answer({ title, body }, path) {
      if (Notification.isSupported()) show(new Notification({ title, body }), path);
    },
    gone(key) {
      shown.get(key)?.close();
      shown.delete(key);
    },
  };
}
