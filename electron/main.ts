/** Entry of the desktop app. What it does stands in `desktop/`; what decides without Electron, in plain files there. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';
import { folders } from '../shared/folders.ts';
import { startDesktop } from './desktop/desktop.ts';
import { serveHeadless } from './desktop/headless.ts';
import { onDisk } from './desktop/launch.ts';
import { readOptions } from './desktop/options.ts';
import { userModelId } from './desktop/systems.ts';
import { declareScheme } from './desktop/windows.ts';

/** `qd` of an installed app, whose fuses let it run no scripts: this program as the command line, and nothing else of it. */
async function commandLine(): Promise<void> {
  const words = process.argv.slice(process.argv.indexOf('--') + 1);
  const cli = onDisk(join(__dirname, 'cli.js'));
  // Commander takes an installed Electron's words from the second on.
  process.argv = [process.execPath, ...words];
  await import(pathToFileURL(cli).href);
  // What was written is handed over before the end.
  process.stdout.write('', () => app.exit(Number(process.exitCode ?? 0)));
}

function desktop(): void {
  const options = readOptions(process.argv.slice(1));
  const { data } = folders(process.env, homedir(), process.cwd(), options.data);
  // One shell for each data folder, and its state inside of that folder.
  app.setName('Quarterdeck');
  app.setPath('userData', join(data, 'desktop'));
  // As root on Linux Chromium has no sandbox to enable, and who starts it so has to say so.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  const model = userModelId(process.platform);
  if (model !== null) app.setAppUserModelId(model);
  declareScheme();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  // A Mac hands over a link before the app is ready, and a second start may be as early: they wait for the shell.
  const early: (readonly string[])[] = [];
  let open = (argv: readonly string[]): void => void early.push(argv);
  app.on('second-instance', (_event, argv) => open(argv));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    open([url]);
  });
  const follow = (shell: typeof open) => {
    open = shell;
    for (const argv of early.splice(0)) shell(argv);
  };
  void app.whenReady().then(() => startDesktop({ dist: __dirname, data, options, follow }));
}

/** The core alone, for the command line of an installed app. */
async function hub(): Promise<void> {
  const words = process.argv.slice(process.argv.indexOf('--') + 1);
  const { data } = folders(process.env, homedir(), process.cwd(), readOptions(words).data);
  // Not the window's own state: both may run.
  app.setPath('userData', join(data, 'desktop', 'headless'));
  await serveHeadless(__dirname, words);
}

const failed = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => app.exit(1));
};
if (process.argv[1] === '--qd') commandLine().catch(failed);
else if (process.argv[1] === '--hub') hub().catch(failed);
else desktop();
