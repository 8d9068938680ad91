/** The desktop shell around this page, where there is one. Only this file knows how its port is come by. */
import { useEffect, useState } from 'react';
import { APP_ORIGIN, PORT_GIVEN, PORT_WANTED } from '../../shared/desktop-names.ts';
import { Fault } from '../../shared/fault.ts';
import type { ShellPort } from '../../shared/wire/shell-port.ts';

/** This page stands in a window of the desktop app. */
export const DESKTOP = location.origin === APP_ORIGIN;

let port: Promise<ShellPort> | null = null;

/** The way to the shell. Fault `unsupported` in a browser. */
export function shellPort(): Promise<ShellPort> {
  if (!DESKTOP) return Promise.reject(new Fault('unsupported', 'this works in the desktop app only'));
  port ??= new Promise((resolve) => {
    const given = ({ source, data, ports }: MessageEvent<unknown>) => {
      const [first] = ports;
      if (source !== window || data !== PORT_GIVEN || !first) return;
      removeEventListener('message', given);
      // Its schemas are nothing for browsers; what the shell says meanwhile waits in the port.
      resolve(import('../../shared/wire/shell-port.ts').then(({ createShellPort }) => createShellPort(first)));
    };
    addEventListener('message', given);
    window.postMessage(PORT_WANTED, APP_ORIGIN);
  });
  return port;
}

/** Where other devices and programs find the hub: this page's own origin in a browser. */
export const hubOrigin = async (): Promise<string> =>
  DESKTOP ? (await (await shellPort()).ask('about', {})).hub : location.origin;

/** The same, for what is shown; null for the moment in which the shell has not said it yet. */
export function useHubOrigin(): string | null {
  const [origin, setOrigin] = useState(DESKTOP ? null : location.origin);
  useEffect(() => {
    // A shell that does not answer takes the whole page along: there is nobody to tell.
    if (DESKTOP) hubOrigin().then(setOrigin, () => undefined);
  }, []);
  return origin;
}
