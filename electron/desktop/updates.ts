/** Updates of an installed app: fetched quietly, put in when the app is quit anyway, or when a person says so. */
import { access } from 'node:fs/promises';
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
  const follow = async () => {
    await access(join(process.resourcesPath, 'app-update.yml'));
    const { autoUpdater } = (await import('electron-updater')).default;
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
  };
  // Packed without an address for updates: there is nothing to follow.
  if (app.isPackaged) void follow().catch(() => undefined);
  return { ready: () => version, restart: () => put() };
}
