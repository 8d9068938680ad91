/** The settings with what other rooms have to say about this device. */
import { ThisDevice } from '../rooms/push/ThisDevice.tsx';
import Settings from '../rooms/settings/Settings.tsx';

export default function SettingsPage() {
  return (
    <Settings>
      <ThisDevice />
    </Settings>
  );
}
