/** `qd hub ...`: the process behind everything. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { Fault } from '../../shared/fault.ts';
import { readLock } from '../gateway/lock.ts';
import { findHub, foldersOf } from './connect.ts';
import { action } from './context.ts';
import { isApp } from './hub-program.ts';
import { ago, bold, EXIT, json, out } from './print.ts';

const STOP_DEADLINE_MS = 5000;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function hubCommands(program: Command): void {
  const hub = program.command('hub').description('the hub: run it, start it in the background, stop it');
  hub
    .command('run', { isDefault: true })
    .description('run the hub here until Ctrl-C (what npm start -- --headless does)')
    .option('--port <port>', 'port; 0 takes a free one')
    .option('--bind <addresses>', 'comma-separated addresses')
    .action(
      action(async (context, o: { port?: string; bind?: string }) => {
        if (isApp(process))
          throw new Fault(
            'unsupported',
            'the installed app runs no hub in a terminal: start it in the background with "qd hub start", stop it with "qd hub stop"; its port and addresses are settings (qd settings, hub.port and hub.bind)',
          );
        const entry = fileURLToPath(
          new URL(import.meta.url.endsWith('.ts') ? '../hub.ts' : './hub.js', import.meta.url),
        );
        const args = [
          entry,
          ...(context.options.data ? ['--data', context.options.data] : []),
          ...(o.port ? ['--port', o.port] : []),
          ...(o.bind ? ['--bind', o.bind] : []),
          ...(context.asJson ? ['--json'] : []),
        ];
        const child = spawn(process.execPath, args, { stdio: 'inherit' });
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
        return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? EXIT.failed)));
      }),
    );
  hub
    .command('start')
    .description('start it in the background, if it is not running')
    .action(
      action(async (context) => {
        const info = await (await findHub(context.options)).call('hub.info', {});
        if (context.asJson) json(info);
        else out(`running, process ${info.pid}: ${info.urls.map((url) => bold(url)).join(', ')}`);
        return EXIT.ok;
      }),
    );
  hub
    .command('status')
    .description('is it running, where, since when')
    .action(
      action(async (context) => {
        const info = await (await findHub(context.options, { start: false })).call('hub.info', {});
        if (context.asJson) json(info);
        else
          out(
            `running for ${ago(info.startedAt)}: version ${info.version}, process ${info.pid}, Node ${info.node}, tmux ${info.tmux ?? 'missing'} (socket ${info.socket})\n` +
              `${info.urls.map((url) => bold(url)).join('\n')}\nstate in ${info.data}`,
          );
        return EXIT.ok;
      }),
    );
  hub
    .command('stop')
    .description('stop it; agents live on in tmux')
    .action(
      action(async (context) => {
        const lock = await readLock(foldersOf(context.options).data);
        if (!lock) throw new Fault('not-found', 'no hub is running for this data folder');
        process.kill(lock.pid, 'SIGTERM');
        const until = Date.now() + STOP_DEADLINE_MS;
        while (alive(lock.pid) && Date.now() < until) await new Promise((wake) => setTimeout(wake, 30));
        if (alive(lock.pid)) throw new Fault('timeout', `process ${lock.pid} did not end within 5 s`);
        if (context.asJson) json({ stopped: lock.pid });
        else out('stopped; agents live on, the next start finds them');
        return EXIT.ok;
      }),
    );
}
