/** The panes, with what other rooms give them: the dialog that sends a prompt to several. */

import { Suspense, useState } from 'react';
import { Panes } from '../rooms/sessions/panes/Panes.tsx';
import { patiently } from './patiently.ts';

const Broadcast = patiently(() => import('../rooms/prompts/Broadcast.tsx'));

export default function PanesPage() {
  const [to, setTo] = useState<readonly string[] | null>(null);
  return (
    <>
      <Panes onPrompt={setTo} />
      {to !== null && (
        <Suspense>
          <Broadcast text="" to={to} onClose={() => setTo(null)} />
        </Suspense>
      )}
    </>
  );
}
