/** Updates of an installed app: fetched quietly, put in when the app is quit anyway, or when a person says so. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';

const EVERY_MS = 4 * 60 * 60_000;

/** As much of electron-updater as is used. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  logger: unknown;
  on(event: 'update-downloaded', listener: (info: { readonly version: string }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  checkForUpdates(): Promise<unknown>;
  quitAndInstall(isSilent: boolean, isForceRunAfter: boolean): void;
}
export interface UpdatesDeps {
  /** Whether this app replaces itself at all. */
  readonly own: boolean;
  /** Where an installed app keeps the address of its updates. */
  readonly resources: string;
  readonly load: () => Promise<Updater>;
  /** One waits. */
  readonly found: () => void;
  readonly log: (message: string) => void;
}
export interface Updates {
  /** The version that waits to be put in; null: none. */
  ready(): string | null;
  /**
   * Puts it in, ends the app and starts the new one; `failed` when it cannot, and the app still runs. Only when all windows
   * are closed: whoever has something unsaved is asked before, not while an installer waits for the end.
   */
  put(failed: () => void): void;
}

/** Nothing is looked for by an app that runs from sources, belongs to a package manager, or was packed without an address. */
export function followUpdates({ own, resources, load, found, log }: UpdatesDeps): Updates {
  let version: string | null = null;
  let updater: Updater | null = null;
  const follow = async () => {
    await access(join(resources, 'app-update.yml'));
    const mine = await load();
    updater = mine;
    mine.autoDownload = true;
    mine.autoInstallOnAppQuit = true;
    mine.logger = null;
    mine.on('update-downloaded', (info) => {
      version = info.version;
      found();
    });
    mine.on('error', (error) => log(`no update could be looked for: ${error.message}`));
    const look = () => void mine.checkForUpdates().catch(() => undefined);
    look();
    setInterval(look, EVERY_MS).unref();
  };
  if (own) void follow().catch(() => undefined);
  return {
    ready: () => version,
    put(failed) {
      if (!updater || version === null) return failed();
      updater.on('error', failed);
      updater.quitAndInstall(false, true);
    },
  };
}
