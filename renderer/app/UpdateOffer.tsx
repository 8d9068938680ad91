/** A newer build stands at the hub: offered, with the way to put it off. */
import { RefreshCw, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { Confirm } from '../ui/Dialog.tsx';
import s from './LinkBanner.module.css';
import { putOff, takeUpdate, unsent } from './update.ts';

/** `inRail`: stands in the rail of the desktop instead of floating over a screen. */
export default function UpdateOffer({ inRail = false }: { readonly inRail?: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <div className={s['banner']} role="status" data-kind="new" data-place={inRail ? 'rail' : undefined}>
      <RefreshCw size={14} aria-hidden />
      <span>A new version is ready</span>
      <Button className={s['try']} onClick={() => (unsent() ? setAsking(true) : takeUpdate())}>
        Reload
      </Button>
      <Button look="icon" className={s['try']} aria-label="Later" onClick={putOff}>
        <X size={14} aria-hidden />
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Reload with text that is not sent?"
        text="Something is typed here that is kept nowhere else. Send or save it first, or lose it."
        action="Reload"
        onConfirm={takeUpdate}
      />
    </div>
  );
}
