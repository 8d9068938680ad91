/** A process that takes the lock of a folder, says how it went, and holds it until its input ends. */
import { isFault } from '../../../shared/fault.ts';
import { acquireLock } from '../lock.ts';

const [dataDir = '', mode = ''] = process.argv.slice(2);
try {
  const lock = await acquireLock(dataDir, { url: '', token: 'secret', version: '1', protocol: 1 });
  await lock.update({ url: `http://127.0.0.1:${process.pid}` });
  process.stdout.write(`won ${process.pid}\n`);
  for await (const _ of process.stdin);
  if (mode === 'polite') await lock.release();
} catch (error) {
  process.stdout.write(isFault(error) ? `${error.code} ${JSON.stringify(error.data)}\n` : `${error}\n`);
}
