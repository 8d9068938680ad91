/** The core of an installed app without any window or tray: what `qd hub start` starts there, and `qd hub stop` ends. */
import { join } from 'node:path';
import { app } from 'electron';
import { coreEnvironment, launchCore } from './launch.ts';

/** `dist`: the built programs; `args`: the hub's own words. Ends with its core, and takes it along when it is ended. */
export async function serveHeadless(dist: string, args: readonly string[]): Promise<void> {
  await app.whenReady();
  const core = launchCore({ hub: join(dist, 'hub.js'), args, env: coreEnvironment(process.env) });
  let ending = false;
  core.onExit((code, said) => {
    const status = ending ? 0 : (code ?? 1);
    // Whoever started it reads here why there is no hub.
    process.stderr.write(said, () => app.exit(status));
  });
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (!ending) core.end();
    ending = true;
  });
}
