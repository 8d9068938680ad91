/** The door of the preferences room: layouts, keymap and whatever else a face keeps for its user, with history. */
import { PREFERENCE_MAX_BYTES, type Preference } from '../../../shared/contract/preferences.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Asked, Handlers } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Db } from '../../platform/ports.ts';
import { createPreferenceStore } from './store.ts';

/** Keys of one user: a client that invents names must not fill the disk. */
const KEYS_MOST = 200;

export interface Preferences {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `preferences.${string}`>>;
}

export function createPreferences({ db, clock }: { readonly db: Db; readonly clock: Clock }): Preferences {
  const store = createPreferenceStore(db);
  /** By user, made when first asked for. */
  const lives = new Map<string, Live<Preference>>();
  const liveOf = ({ who }: Pick<Asked, 'who'>): Live<Preference> => {
    // An agent is nobody's face: what its user's faces chose is none of its business.
    if (who.via === 'agent') throw new Fault('forbidden', 'preferences belong to people, not to agents');
    const known = lives.get(who.user);
    if (known) return known;
    const live = createLive<Preference>({ key: (row) => row.key });
    live.put(...store.all(who.user));
    lives.set(who.user, live);
    return live;
  };
  return {
    handlers: {
      'preferences.list': (_, ask) => [...liveOf(ask).rows()],
      'preferences.set'({ key, value, version }, ask) {
        const live = liveOf(ask);
        const before = live.get(key);
        const size = Buffer.byteLength(JSON.stringify(value ?? null));
        if (size > PREFERENCE_MAX_BYTES) {
          throw new Fault('too-large', `${key} is ${size} bytes of JSON; at most ${PREFERENCE_MAX_BYTES} are kept`);
        }
        if (!before && live.rows().length >= KEYS_MOST) {
          throw new Fault('too-large', `there are ${KEYS_MOST} preferences already; use one of them`);
        }
        if (version !== undefined && version !== (before?.version ?? 0)) {
          throw new Fault('conflict', `${key} was changed elsewhere meanwhile: read it again`, {
            preference: before ?? null,
          });
        }
        const row = { key, value: value ?? null, version: (before?.version ?? 0) + 1, at: clock.now() };
        store.add(ask.who.user, row);
        live.put(row);
        return row;
      },
      'preferences.history'({ key }, ask) {
        liveOf(ask);
        return [...store.history(ask.who.user, key)];
      },
      'preferences.rows': (_, ask) => ({ live: liveOf(ask) }),
    },
  };
}
