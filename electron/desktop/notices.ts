/** Notifications of the system: what came up, with answers where the system has buttons; taken back when it is over. */
import { Notification } from 'electron';
import { type Decision, decisionPressed, decisionsOf, type Need } from './stand.ts';

export interface Notices {
  need(need: Need): void;
  answer(text: { readonly title: string; readonly body: string }, path: string): void;
  gone(key: string): void;
}

/** Older answers are in the window; what nobody clicks or closes must not be kept for ever. */
const ANSWERS = 32;

export function createNotices(act: {
  readonly open: (path: string) => void;
  readonly decide: (need: Need, decision: Decision) => void;
}): Notices {
  const shown = new Map<string, Notification>();
  // One that nothing holds is collected, and a click on it is heard by nobody.
  const answers = new Set<Notification>();
  const show = (notification: Notification, path: string) => {
    notification.on('click', () => act.open(path));
    notification.show();
    return notification;
  };
  return {
    need(need) {
      if (!Notification.isSupported()) return;
      const notification = new Notification({
        title: need.title,
        body: need.body,
        actions: decisionsOf(need).map((each) => ({ type: 'button', text: each === 'allow' ? 'Allow' : 'Deny' })),
      });
      notification.on('action', (event, index) => {
        const decision = decisionPressed(need, event, index);
        if (decision) act.decide(need, decision);
      });
      notification.on('close', () => shown.delete(need.key));
      shown.set(need.key, show(notification, need.path));
    },
    answer({ title, body }, path) {
      if (!Notification.isSupported()) return;
      const notification = show(new Notification({ title, body }), path);
      notification.on('close', () => answers.delete(notification));
      answers.add(notification);
      const [oldest] = answers;
      if (oldest && answers.size > ANSWERS) answers.delete(oldest);
    },
    gone(key) {
      shown.get(key)?.close();
      shown.delete(key);
    },
  };
}
