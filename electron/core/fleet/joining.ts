/** This hub as a node of another one: it introduces itself, says every half minute that it is there, and takes its leave. */
import { hostname } from 'node:os';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import { PROTOCOL } from '../../../shared/contract/define.ts';
import type { Beat, Figures, Introduction, ToldLine } from '../../../shared/contract/fleet.ts';
import { FACTS_SECONDS } from '../../../shared/contract/fleet.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { type Client, createClient } from '../../../shared/wire/client.ts';
import type { Transport } from '../../../shared/wire/transports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { HubKey } from './keys.ts';
import { exchangeFacts, type Remembered } from './remember.ts';
import { addressesFor, retryIn } from './rules.ts';

export interface Wish {
  /** Empty: joins none. */
  readonly hub: string;
  readonly token: string;
  readonly name: string;
  readonly url: string;
}

export interface JoiningDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly key: () => Promise<HubKey>;
  /** The wire of the hub that is joined. */
  readonly connect: (hub: string, token: string) => Transport;
  /** Why no connection could be made, in words; null when that is not known. */
  readonly refusal: (hub: string, token: string) => Promise<string | null>;
  /** What this hub did and has not told; the answer, called when it was heard, takes it off. */
  readonly untold: () => { readonly lines: readonly ToldLine[]; readonly heard: () => void } | null;
  readonly memory: Remembered;
  readonly figures: () => Figures;
  readonly about: () => Promise<
    Pick<Introduction, 'home' | 'tmux' | 'cpus' | 'memoryTotal' | 'agents' | 'platform' | 'arch'>
  >;
  /** A token of ours for that hub, the same until the hub ends. */
  readonly credential: (hub: string) => { readonly id: string; readonly secret: string };
  readonly stands: (tokenId: string) => boolean;
  readonly dice?: () => number;
}

export interface Joining {
  /** Where this hub listens is known, or the wish is another now. */
  begin(wish: Wish, urls: readonly string[]): void;
  state(): CallOutput<'fleet.joined'>;
  /** Says goodbye, for half a second at most. */
  close(): Promise<void>;
}

const CALL_MS = 10_000;
const LEAVE_MS = 500;
/** Log lines are told together. */
const TELL_MS = 2000;
const FACTS_MS = 30_000;
const BACKOFF = { first: 500, max: 30_000 };
/** A hub that refuses this token may take it later: tokens are made anew, settings set right. */
const REFUSED_AGAIN_MS = 60_000;

export function createJoining(deps: JoiningDeps): Joining {
  const { clock, log } = deps;
  const dice = deps.dice ?? Math.random;
  let wish: Wish = { hub: '', token: '', name: '', url: '' };
  let addresses: string[] = [];
  let client: Client | null = null;
  let lease: { readonly lease: string; readonly node: string; readonly title: string } | null = null;
  let shown: Pick<CallOutput<'fleet.joined'>, 'state' | 'problem' | 'since'> = {
    state: 'off',
    problem: '',
    since: clock.now(),
  };
  let n = 0;
  let attempt = 0;
  /** Of the wish in force; what was begun for an earlier one comes to nothing. */
  let turn = 0;
  let stopBeating: (() => void) | null = null;
  let stopTelling: (() => void) | null = null;
  let telling = false;
  let stopSharing: (() => void) | null = null;
  let sharing = false;
  let cancelAgain: (() => void) | null = null;

  const tell = (state: (typeof shown)['state'], problem = '') => {
    if (shown.state === state && shown.problem === problem) return;
    shown = { state, problem, since: clock.now() };
    if (state === 'joined') log.info(`joined ${wish.hub} as ${lease?.title ?? ''}`);
    else if (problem !== '') log.warn(`not joined to ${wish.hub}: ${problem}`);
  };
  const again = (mine: number) => {
    cancelAgain?.();
    cancelAgain = clock.after(retryIn(attempt++, dice()), () => {
      if (turn === mine && client?.state() === 'online') void introduce(mine);
    });
  };
  const signed = async (kind: 'introduction' | 'beat', said: object) => {
    const key = await deps.key();
    const text = JSON.stringify(said);
    return { text, key: key.key, signature: key.sign(kind, text) };
  };

  async function introduce(mine: number): Promise<void> {
    const far = client;
    if (!far || turn !== mine) return;
    lease = null;
    tell('joining', shown.state === 'failed' ? shown.problem : '');
    try {
      const server = far.server();
      if (server && server.protocol !== PROTOCOL)
        throw new Fault(
          'newer-version',
          `it speaks contract ${server.protocol}, this hub ${PROTOCOL}: update the older one`,
        );
      const given = deps.credential(wish.hub);
      if (!deps.stands(given.id)) {
        // Whoever revoked it meant it: only a new start, or other settings, make another.
        return tell('failed', 'the token that this hub made for it was revoked here; restart this hub to join again');
      }
      const { challenge } = await far.call('fleet.challenge', {}, { timeoutMs: CALL_MS });
      const said: Introduction = {
        kind: 'introduction',
        challenge,
        name: wish.name.trim() || hostname().slice(0, 64) || 'hub',
        protocol: PROTOCOL,
        version: deps.version,
        ...(await deps.about()),
        addresses,
        credential: given.secret,
        at: clock.now(),
        figures: deps.figures(),
      };
      const answer = await far.call('fleet.introduce', await signed('introduction', said), { timeoutMs: CALL_MS });
      if (turn !== mine || client !== far) return;
      lease = answer;
      n = 0;
      attempt = 0;
      stopBeating?.();
      stopBeating = clock.every(answer.beatSeconds * 1000, () => void beat(mine));
      stopSharing?.();
      stopSharing = clock.every(FACTS_SECONDS * 1000, () => void share(mine));
      void share(mine);
      stopTelling?.();
      stopTelling = clock.every(TELL_MS, () => void tellLog(mine));
      tell('joined');
    } catch (error) {
      if (turn !== mine) return;
      tell('failed', error instanceof Error ? error.message : String(error));
      again(mine);
    }
  }

  const say = async (kind: Beat['kind'], timeoutMs: number): Promise<void> => {
    if (!client || !lease) return;
    const said: Beat = { kind, lease: lease.lease, n: ++n, at: clock.now(), figures: deps.figures() };
    const { text, signature } = await signed('beat', said);
    await client.call('fleet.beat', { text, signature }, { timeoutMs });
  };
  async function beat(mine: number): Promise<void> {
    if (turn !== mine || client?.state() !== 'online') return;
    if (!lease) return;
    if (!deps.stands(deps.credential(wish.hub).id)) {
      lease = null;
      return tell('failed', 'the token that this hub made for it was revoked here; restart this hub to join again');
    }
    try {
      await say('beat', CALL_MS);
    } catch (error) {
      // It was restarted, or forgot us: it is told anew who we are. Other trouble shows with the next beat.
      if (turn === mine && isFault(error, 'stale')) void introduce(mine);
      else log.debug('a beat was not heard', { error });
    }
  }

  /** Faults are not logged: each would be one more line to tell. What was not heard is told the next time. */
  async function tellLog(mine: number): Promise<void> {
    const far = client;
    if (turn !== mine || telling || !lease || far?.state() !== 'online') return;
    const next = deps.untold();
    if (!next) return;
    telling = true;
    try {
      await far.call('fleet.log', { lease: lease.lease, lines: [...next.lines] }, { timeoutMs: CALL_MS });
      next.heard();
    } catch (error) {
      // Refused as they are: they would be refused for ever.
      if (isFault(error, 'invalid') || isFault(error, 'too-large')) next.heard();
    } finally {
      telling = false;
    }
  }

  async function share(mine: number): Promise<void> {
    const far = client;
    if (turn !== mine || sharing || !lease || far?.state() !== 'online') return;
    const held = lease.lease;
    sharing = true;
    try {
      await exchangeFacts(deps.memory, (asked) =>
        far.call('fleet.facts', { lease: held, ...asked }, { timeoutMs: FACTS_MS }),
      );
    } catch (error) {
      // The next exchange begins anew; a lease that is no more shows with the next beat.
      log.debug('facts were not exchanged', { error });
    } finally {
      sharing = false;
    }
  }

  const leave = async (): Promise<void> => {
    turn++;
    stopBeating?.();
    cancelAgain?.();
    stopTelling?.();
    stopSharing?.();
    stopBeating = stopTelling = stopSharing = cancelAgain = null;
    const far = client;
    if (far?.state() === 'online' && lease) {
      await say('leave', LEAVE_MS).catch((error: unknown) => log.debug('the leave was not heard', { error }));
    }
    far?.close();
    if (client === far) client = null;
    lease = null;
  };

  const join = () => {
    const mine = turn;
    const { hub, token } = wish;
    tell('joining');
    const made = createClient({
      connect: () => deps.connect(hub, token),
      protocol: PROTOCOL,
      client: 'node',
      backoff: BACKOFF,
      // Never ends the attempts: the words are for people.
      async refused() {
        const why = await deps.refusal(hub, token);
        if (turn === mine && made.state() !== 'online' && why !== null) tell('failed', why);
        return null;
      },
    });
    client = made;
    made.onState((state) => {
      if (turn !== mine || client !== made) return;
      if (state === 'online') void introduce(mine);
      else if (state === 'refused') {
        tell('failed', 'it has ended the token of this hub (QD_HUB_TOKEN): make another there');
        clock.after(REFUSED_AGAIN_MS, () => turn === mine && made.wake());
      } else if (state === 'offline' && shown.state === 'joined') tell('joining', 'the connection broke');
    });
  };

  return {
    begin(next, urls) {
      const wanted = next.hub === '' ? [] : addressesFor(next.hub, next.url, urls);
      if (JSON.stringify([next, wanted]) === JSON.stringify([wish, addresses])) return;
      const after = leave();
      wish = next;
      addresses = wanted;
      const mine = turn;
      void after.then(() => {
        if (turn !== mine) return;
        if (next.hub === '') return tell('off');
        if (next.token === '')
          return tell('failed', 'no token: set QD_HUB_TOKEN to one of that hub with the scope join');
        join();
      });
    },
    state: () => ({
      hub: wish.hub === '' ? null : wish.hub,
      ...shown,
      node: lease?.node ?? null,
      title: lease?.title ?? null,
      addresses: [...addresses],
    }),
    close: leave,
  };
}
