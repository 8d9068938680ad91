/** The settings with what other rooms have to say about this device. */
import type { SettingsView } from '../../shared/contract/settings.ts';
import { ThisDevice } from '../rooms/push/ThisDevice.tsx';
import Settings from '../rooms/settings/Settings.tsx';

function escalation(view: SettingsView | null): number | null {
  const value = view?.settings.find((each) => each.key === 'push.escalateMinutes')?.value;
  return typeof value === 'number' ? value : null;
}

export default function SettingsPage() {
  return <Settings device={(view) => <ThisDevice escalateMinutes={escalation(view)} />} />;
}
