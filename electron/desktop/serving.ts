/** Serving phones from the desktop's own core: its addresses are a setting, which counts when the core starts. */

import type { SettingsView } from '../../shared/contract/settings.ts';
import type { Serving } from '../../shared/desktop.ts';
import { Fault } from '../../shared/fault.ts';
import type { Client } from '../../shared/wire/client.ts';
import type { CoreFinder } from './core.ts';

const isLoopback = (address: string): boolean => /^(localhost|::1|127\..*)$/.test(address.replace(/^\[|\]$/g, ''));

/** What is set, and why it cannot be changed from here. Pure. */
export function servingOf(view: SettingsView, urls: readonly string[], own: boolean): Serving {
  const bind = view.settings.find(({ key }) => key === 'hub.bind');
  const addresses = Array.isArray(bind?.value) ? bind.value.filter((each) => typeof each === 'string') : [];
  const source = bind?.source ?? 'built-in';
  return {
    on: addresses.some((address) => !isLoopback(address)),
    urls: urls.filter((url) => URL.canParse(url) && !isLoopback(new URL(url).hostname)),
    fixed:
      source === 'flag' || source === 'environment'
        ? `the addresses are set by ${bind?.origin ?? `a ${source}`}`
        : own
          ? null
          : 'the core was started elsewhere: a change counts when it has been started again there',
  };
}

export async function serving(client: Client, core: CoreFinder, on: boolean | undefined): Promise<Serving> {
  const look = async () => {
    const [view, info] = await Promise.all([
      client.call('settings.get', {}, { retry: true }),
      client.call('hub.info', {}, { retry: true }),
    ]);
    return servingOf(view, info.urls, core.own());
  };
  const now = await look();
  if (on === undefined || on === now.on) return now;
  if (now.fixed !== null) throw new Fault('refused', now.fixed);
  await client.call('settings.patch', { set: { 'hub.bind': on ? ['0.0.0.0'] : null } });
  await core.stop();
  await core.find();
  client.wake();
  return look();
}
