/** `qd user pair`: a phone is let in by a code on this terminal, and by a number that both show. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import type { Pairing } from '../../shared/contract/auth.ts';
import { Fault } from '../../shared/fault.ts';
import type { Hub } from './connect.ts';
import { action } from './context.ts';
import { bold, dim, EXIT, green, json, out } from './print.ts';

const LOOK_MS = 500;
const isLoopback = (url: string): boolean => /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);

/** Where a phone reaches this hub. */
async function address(hub: Hub, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) {
    if (!URL.canParse(wanted))
      throw new Fault('invalid', `--url takes an address such as http://host:port, not ${wanted}`);
    return new URL(wanted).origin;
  }
  const { urls } = await hub.call('hub.info', {});
  const found = [hub.url, ...urls].find((url) => URL.canParse(url) && !isLoopback(url));
  if (!found)
    throw new Fault(
      'not-ready',
      'the hub listens on this machine only, so no phone can reach it: "qd settings set hub.bind 0.0.0.0" and start it again, or name the address of a tunnel with --url',
    );
  return found;
}

async function until(hub: Hub, id: string, over: (row: Pairing) => boolean): Promise<Pairing> {
  for (;;) {
    const row = await hub.call('auth.pairing', { id });
    if (over(row)) return row;
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
  }
}

async function says(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Nobody there to answer lets nobody in.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return /^y(es)?$/i.test((await Promise.race([lines.question(question), ended])).trim());
  } finally {
    lines.close();
  }
}

export function pairCommand(user: Command): void {
  user
    .command('pair')
    .description('let a phone in: it reads a code from here, and you compare a number')
    .argument('[name]', 'whom it will be signed in as; default yourself')
    .option('--url <url>', 'where the phone reaches the hub')
    .action(
      action(async (context, name: string | undefined, o: { url?: string }) => {
        const hub = await context.hub();
        const at = await address(hub, o.url);
        const { code, pairing } = await hub.call('auth.offerPairing', name === undefined ? {} : { user: name });
        const { id } = pairing;
        const withdraw = () => hub.call('auth.answerPairing', { id, accept: false });
        const stopped = () => void withdraw().finally(() => process.exit(EXIT.failed));
        process.once('SIGINT', stopped);
        try {
          const link = `${at}/#pair=${code}`;
          if (context.asJson) json({ id, url: link, user: pairing.user, expiresAt: pairing.expiresAt });
          else
            out(
              `\n${renderUnicodeCompact(link)}\n\n${link}\n${dim("Point the phone's camera at the code; it holds for 60 seconds and one use.")}`,
            );
          const claimed = await until(hub, id, ({ state }) => state !== 'open');
          if (claimed.state !== 'claimed' || claimed.number === null)
            throw new Fault('timeout', 'no phone used the code within 60 seconds');
          const { number } = claimed;
          if (context.asJson) json({ number, device: claimed.device, address: claimed.address });
          const shown = `${number.slice(0, 3)} ${number.slice(3)}`;
          const yes = await says(
            `${claimed.device} (${claimed.address}) asks to be ${claimed.user}.\nDoes it show ${bold(shown)}? [y/N] `,
          );
          if (!yes) {
            await withdraw();
            throw new Fault('refused', 'declined; nothing was let in');
          }
          await hub.call('auth.answerPairing', { id, accept: true, number });
          const { state } = await until(hub, id, (row) => row.state !== 'accepted' && row.state !== 'claimed');
          if (state !== 'paired') throw new Fault('timeout', 'the phone did not come back for the answer; begin again');
          if (context.asJson) json({ state, device: claimed.device });
          else out(green(`${claimed.device} is signed in as ${claimed.user}`));
          return EXIT.ok;
        } finally {
          process.off('SIGINT', stopped);
        }
      }),
    );
}
