/** `qd session attach`: a session's terminal in this one, over the wire, the same for this machine's hub and a far one. */
import { PROTOCOL } from '../../shared/contract/contract.ts';
import type { ViewerNotice } from '../../shared/contract/viewers.ts';
import { Fault } from '../../shared/fault.ts';
import { createClient } from '../../shared/wire/client.ts';
import { webSocketTransport } from '../../shared/wire/transports.ts';
import type { Hub } from './connect.ts';
import { EXIT, warn } from './print.ts';

/** Ctrl-], as telnet and others use it. */
const DETACH = 0x1d;
/** What a program may have switched on: back to how a shell expects its terminal. */
export const RESTORE =
  '\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?1l\x1b>\x1b[<u\x1b[0m\x1b[0 q';
const SCREEN = '\x1bc';

/** Ends with the exit code: 0 when left with Ctrl-] or when the program ended. */
export function attach(hub: Hub, name: string, readOnly: boolean): Promise<number> {
  const { stdin, stdout } = process;
  if (!stdout.isTTY || (!readOnly && !stdin.isTTY)) {
    throw new Fault('unsupported', 'attach needs a terminal; to read the screen from a script use: qd session peek');
  }
  const client = createClient({
    connect: () => webSocketTransport(`${hub.url.replace(/^http/, 'ws')}/wire`, { token: hub.token }),
    protocol: PROTOCOL,
    client: 'qd',
  });
  return new Promise((resolve, reject) => {
    const size = () => ({ cols: Math.max(2, stdout.columns), rows: Math.max(2, stdout.rows) });
    const end = (finish: () => void) => {
      stdin.off('data', typed);
      stdout.off('resize', resized);
      if (stdin.isTTY) stdin.setRawMode(false);
      // an input that is still referenced would keep the process alive after detaching
      stdin.pause();
      stdin.unref();
      client.close();
      stdout.write(RESTORE);
      finish();
    };
    const pipe = client.pipe(
      'sessions.terminal',
      { name, ...size() },
      {
        bytes: (chunk) => stdout.write(chunk),
        opened: () => {
          if (readOnly) return;
          pipe.control({ kind: 'resize', ...size() });
          pipe.control({ kind: 'take-size' });
        },
        notice: (message) => {
          const notice = message as ViewerNotice;
          if (notice.kind === 'screen') stdout.write(SCREEN);
          if (notice.kind === 'exit') {
            end(() => {
              warn(`${name} ended${notice.status === null ? '' : ` with status ${notice.status}`}`);
              resolve(EXIT.ok);
            });
          }
        },
        ended: (fault) => end(() => (fault ? reject(fault) : resolve(EXIT.ok))),
      },
    );
    client.onState((state) => {
      if (state === 'offline') stdout.write('\x1b]2;reconnecting...\x07');
      if (state === 'refused')
        end(() => reject(client.problem() ?? new Fault('unauthorized', 'the hub refused the connection')));
    });
    const typed = (chunk: Buffer) => {
      const at = chunk.indexOf(DETACH);
      if (!readOnly && at !== 0) pipe.bytes(at === -1 ? chunk : chunk.subarray(0, at));
      if (at !== -1) {
        end(() => {
          warn(`left ${name}; it lives on`);
          resolve(EXIT.ok);
        });
      }
    };
    const resized = () => {
      if (!readOnly) pipe.control({ kind: 'resize', ...size() });
    };
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', typed);
    stdout.on('resize', resized);
  });
}
