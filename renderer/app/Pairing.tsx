/** The command that lets a phone in, and its dialog when it was asked for. */
import { Smartphone } from 'lucide-react';
import { Suspense } from 'react';
import { useCommands } from './commands.ts';
import { askPairing, usePairing } from './pairing.ts';
import { patiently } from './patiently.ts';

const PairDialog = patiently(() => import('../rooms/auth/PairDialog.tsx'));

export function Pairing() {
  const open = usePairing((state) => state.open);
  useCommands(
    () => [
      {
        id: 'device.pair',
        title: 'Pair a phone',
        section: 'People and tokens',
        icon: Smartphone,
        words: 'device qr code mobile tablet sign in',
        run: askPairing,
      },
    ],
    [],
  );
  return <Suspense>{open && <PairDialog onClose={() => usePairing.setState({ open: false })} />}</Suspense>;
}
