/** The service worker of the app. Built to `/sw.js`, one file without imports: every browser takes it as a plain script. */
import { startPush, type WorkerScope } from './push-worker.ts';

startPush(self as unknown as WorkerScope);
