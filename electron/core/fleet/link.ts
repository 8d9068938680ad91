/** Our connection to one node: its feeds as they come, its calls and terminals. */
import type { CallInput, CallName } from '../../../shared/contract/contract.ts';
import { PROTOCOL } from '../../../shared/contract/define.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { type Client, createClient } from '../../../shared/wire/client.ts';
import type { ActsFor } from '../../../shared/wire/frames.ts';
import type { DialHub, Through } from '../../platform/ports.ts';
import { verified } from './keys.ts';
import { mayRepeat, visible } from './rules.ts';

export interface LinkDeps {
  readonly key: string;
  readonly addresses: readonly string[];
  readonly through: Through;
  readonly credential: string;
  readonly dial: DialHub;
  /** Another hub answers where it was, or none does any more. */
  readonly other: (is: boolean) => void;
  readonly changed: () => void;
}

export interface Link {
  readonly online: boolean;
  /** Why it is not; empty while it was not tried yet. */
  readonly problem: string;
  readonly client: Client;
  /** Where it was reached last. */
  readonly address: string | null;
  /** Faults are those of the node; what is wrong with the way there is `unreachable`. */
  call(name: CallName, input: unknown, signal: AbortSignal, timeoutMs?: number, by?: ActsFor): Promise<unknown>;
  close(): void;
}

const READ_MS = 60_000;
const BACKOFF = { first: 300, max: 15_000 };

export function createLink({ key, addresses, through, credential, dial, other, changed }: LinkDeps): Link {
  let address: string | null = null;
  let problem = '';
  let closed = false;
  const client = createClient({
    connect: () =>
      dial({
        addresses,
        through,
        token: credential,
        proves: (shown, word, signature) => shown === key && verified(key, 'proof', word, signature),
        found(where) {
          address = where;
        },
        failed(why, is) {
          problem = visible(why);
          other(is);
        },
      }),
    protocol: PROTOCOL,
    client: 'hub',
    backoff: BACKOFF,
  });
  client.onState((state) => {
    if (closed) return;
    if (state === 'online') problem = wrongVersion() ?? '';
    else if (state === 'refused') problem = 'the token that it gave this hub was revoked there';
    else if (state === 'offline' && problem === '') problem = client.problem()?.message ?? 'no connection';
    changed();
  });
  const wrongVersion = (): string | null => {
    const server = client.server();
    if (!server || server.protocol === PROTOCOL) return null;
    const newer = server.protocol > PROTOCOL;
    return `it speaks contract ${server.protocol}, this hub ${PROTOCOL}: update ${newer ? 'this hub' : 'the hub there'} (it is ${server.version})`;
  };
  const usable = (): void => {
    if (client.state() !== 'online') throw new Fault('unreachable', problem || 'it is being called');
    const wrong = wrongVersion();
    if (wrong) throw new Fault('newer-version', wrong);
  };

  return {
    get online() {
      return client.state() === 'online' && wrongVersion() === null;
    },
    get problem() {
      return problem;
    },
    client,
    get address() {
      return address;
    },
    async call(name, input, signal, timeoutMs, by) {
      usable();
      const repeat = mayRepeat(name, input);
      try {
        return await client.call(name, input as CallInput<CallName>, {
          signal,
          retry: repeat,
          ...(by ? { by } : {}),
          // What may not be repeated takes as long as it takes: a dead line ends it.
          timeoutMs: timeoutMs ?? (repeat ? READ_MS : 0),
        });
      } catch (error) {
        // Its caller is signed in here: only our own key was refused there.
        if (isFault(error, 'unauthorized')) throw new Fault('unavailable', `it refused this hub: ${error.message}`);
        throw error;
      }
    },
    close() {
      closed = true;
      client.close();
    },
  };
}
