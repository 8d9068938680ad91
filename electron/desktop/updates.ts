/** Updates of an installed app: fetched quietly, put in when the app is quit anyway, or when a person says so. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

const EVERY_MS = 4 * 60 * 60_000;

export interface Updates {
  /** The version that waits to be put in; null: none. */
  ready(): string | null;
  /** Quits, puts it in and starts again. Agents live in tmux and the core starts anew: nothing of theirs is lost. */
  restart(): void;
}

/** `found` when one waits. Nothing is looked for by an app that runs from sources or was packed without an address. */
export function followUpdates(found: () => void, log: (message: string) => void): Updates {
  let version: string | null = null;
  let put: () => void = () => undefined;
  if (app.isPackaged && existsSync(join(process.resourcesPath, 'app-update.yml'))) {
    void import('electron-updater').then(({ default: { autoUpdater } }) => {
      autoUpdater.autoDownload = true;
      autoUpdater.autoInstallOnAppQuit = true;
      autoUpdater.logger = null;
      autoUpdater.on('update-downloaded', (info) => {
        version = info.version;
        put = () => autoUpdater.quitAndInstall(false, true);
        found();
      });
      autoUpdater.on('error', (error) => log(`no update could be looked for: ${error.message}`));
      const look = () => void autoUpdater.checkForUpdates().catch(() => undefined);
      look();
      setInterval(look, EVERY_MS).unref();
    });
  }
  return { ready: () => version, restart: () => put() };
}
