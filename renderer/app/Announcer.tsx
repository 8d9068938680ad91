/** For screen readers: says politely which session begins to need a person. Only what begins, never the state at start. */
import { useEffect, useState } from 'react';
import { stateWord } from '../ui/State.tsx';
import { useSessions } from './feeds.ts';

export function Announcer() {
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      useSessions.subscribe((now, before) => {
        if (!before.ready) return;
        const fresh = [...now.byKey.values()].filter((s) => s.needsYou && before.byKey.get(s.id)?.needsYou === false);
        if (fresh.length > 0) setSaid(fresh.map((s) => `${s.name}: ${stateWord(s.state)}`).join('. '));
      }),
    [],
  );
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
