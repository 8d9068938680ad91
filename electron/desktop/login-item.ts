/** Start at login, hidden. On Linux an autostart entry; the other systems have it built in. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { autostartEntry } from './autostart.ts';
import { loginWay, programOf } from './systems.ts';

/** Null when it can be chosen, else why not. */
export const loginWhy = (): string | null =>
  app.isPackaged ? null : 'only an installed app can start at login, this one runs from its sources';

const entryPath = (): string => join(app.getPath('appData'), 'autostart', 'quarterdeck.desktop');
const way = loginWay(process.platform);

export async function startsAtLogin(): Promise<boolean> {
  if (loginWhy() !== null) return false;
  if (way.kind === 'system') return app.getLoginItemSettings({ args: [...way.args] }).openAtLogin;
  return stat(entryPath()).then(
    () => true,
    () => false,
  );
}

export async function setStartAtLogin(on: boolean): Promise<void> {
  if (loginWhy() !== null) return;
  if (way.kind === 'system') {
    app.setLoginItemSettings({ openAtLogin: on, args: [...way.args] });
    return;
  }
  if (!on) return rm(entryPath(), { force: true });
  await mkdir(dirname(entryPath()), { recursive: true });
  await writeFile(entryPath(), autostartEntry(programOf(process.env, process.execPath)), { mode: 0o644 });
}
