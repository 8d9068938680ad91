/** Start at login, hidden. On Linux an autostart entry; the other systems have it built in. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { autostartEntry } from './autostart.ts';

/** Null when it can be chosen, else why not. */
export const loginWhy = (): string | null =>
  app.isPackaged ? null : 'only an installed app can start at login, this one runs from its sources';

const entryPath = (): string => join(app.getPath('appData'), 'autostart', 'quarterdeck.desktop');
/** An AppImage runs from a mount that is gone at the next login: its own file is what to start. */
const program = (): string => process.env['APPIMAGE'] ?? process.execPath;

export async function startsAtLogin(): Promise<boolean> {
  if (loginWhy() !== null) return false;
  if (process.platform !== 'linux') return app.getLoginItemSettings().openAtLogin;
  return stat(entryPath()).then(
    () => true,
    () => false,
  );
}

export async function setStartAtLogin(on: boolean): Promise<void> {
  if (loginWhy() !== null) return;
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: on, args: ['--hidden'] });
    return;
  }
  if (!on) return rm(entryPath(), { force: true });
  await mkdir(dirname(entryPath()), { recursive: true });
  await writeFile(entryPath(), autostartEntry(program()), { mode: 0o644 });
}
