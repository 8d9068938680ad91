/** A terminal of the shell's own: plain tmux, attached to one session, with copy mode and all. */
import { Fault } from '../../shared/fault.ts';
import type { Client } from '../../shared/wire/client.ts';
import type { Tty } from './page.ts';

/** `env`: as the core inherits it. The core says how to attach, so that both mean the same tmux. */
export async function attachTmux(
  client: Client,
  name: string,
  size: { readonly cols: number; readonly rows: number },
  on: { bytes(chunk: Uint8Array): void; ended(status: number | null): void },
  env: NodeJS.ProcessEnv,
): Promise<Tty> {
  const session = await client.call('sessions.get', { name });
  const [command, ...args] = session.attach;
  if (command === undefined) throw new Fault('unsupported', `${session.name} cannot be attached to from here`);
  const { spawn } = await import('node-pty');
  const pty = spawn(command, args, {
    ...size,
    name: 'xterm-256color',
    // Bytes stay bytes: a character cut in two by a chunk must not become another.
    encoding: null,
    env: { ...env, TERM: 'xterm-256color' },
  });
  pty.onData((chunk) => on.bytes(new Uint8Array(Buffer.from(chunk as unknown as Buffer))));
  pty.onExit(({ exitCode }) => on.ended(exitCode));
  return {
    write: (bytes) => pty.write(Buffer.from(bytes)),
    resize: (cols, rows) => pty.resize(cols, rows),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    end: () => pty.kill(),
  };
}
