/** What the desktop shell asks of this page, and what this page offers of the shell. Only there. */
import { AppWindow } from 'lucide-react';
import { useEffect } from 'react';
import { attempt } from './act.ts';
import { allCommands, useCommands, useRegistry } from './commands.ts';
import { DESKTOP, shellPort } from './desktop.ts';
import { go } from './navigate.ts';

export function ShellNews() {
  useEffect(() => {
    if (!DESKTOP) return;
    const offs: (() => void)[] = [];
    let gone = false;
    void shellPort().then((shell) => {
      if (gone) return;
      offs.push(
        shell.on('go', ({ path }) => go(path)),
        shell.on('run', ({ command }) =>
          allCommands(useRegistry.getState())
            .find(({ id, enabled }) => id === command && enabled !== false)
            ?.run(),
        ),
      );
    });
    return () => {
      gone = true;
      for (const off of offs) off();
    };
  }, []);
  useCommands(
    () =>
      DESKTOP
        ? [
            {
              id: 'window.new',
              title: 'New window',
              section: 'General',
              icon: AppWindow,
              words: 'second another open',
              run: () =>
                void attempt('No new window', async () =>
                  (await shellPort()).ask('window', { path: location.pathname + location.search }),
                ),
            },
          ]
        : [],
    [],
  );
  return null;
}
