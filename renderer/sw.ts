/** The service worker of the app. Built to `/sw.js`, one file without imports: every browser takes it as a plain script. */
import { startPush, type WorkerScope } from './push-worker.ts';
import { type Shell, type ShellScope, startShell } from './shell-worker.ts';

/** Replaced by the build (`shell-list.ts`). */
const SHELL = '__QUARTERDECK_SHELL__';

startPush(self as unknown as WorkerScope);
startShell(self as unknown as ShellScope, JSON.parse(SHELL) as Shell);
