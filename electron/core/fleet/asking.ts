/** A hub that was added here says nothing by itself: what it did, and what is remembered there, is asked of it. */
import { FACTS_AT_ONCE, FACTS_SECONDS, fleet } from '../../../shared/contract/fleet.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Member } from './member.ts';
import type { RegistryDeps } from './registry.ts';
import { exchangeFacts, factsRefused } from './remember.ts';

export interface AskingDeps extends Pick<RegistryDeps, 'told' | 'memory'> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly members: () => readonly Member[];
}

/** Milliseconds between two questions; after one that failed. */
const LINES_MS = 2000;
const AGAIN_MS = 60_000;
const CALL_MS = 10_000;
const FACTS_MS = 30_000;

interface Turn {
  busy: boolean;
  /** Of the lines that were taken last. */
  mark: string | null;
  factsAt: number;
  notBefore: number;
}

/** Calling the answer ends it. */
export function createAsking({ clock, log, members, told, memory }: AskingDeps): () => void {
  const turns = new Map<string, Turn>();

  async function lines(member: Member, turn: Turn): Promise<void> {
    const answer = await member.link().call('fleet.lines', { taken: turn.mark }, member.away(), CALL_MS);
    const { lines: fresh, mark } = shaped(fleet.lines.output.safeParse(answer));
    if (fresh.length === 0) return;
    told(
      member.known.title,
      fresh.map((line) => ({ ...line, at: line.at - member.used })),
    );
    turn.mark = mark;
  }
  async function facts(member: Member): Promise<void> {
    await exchangeFacts(memory, async (offered) => {
      const refused = factsRefused(member);
      if (refused) throw refused;
      const answer = await member.link().call('fleet.share', offered, member.away(), FACTS_MS);
      const compared = shaped(fleet.share.output.safeParse(answer));
      const until = clock.now() + FACTS_MS;
      if (
        compared.newer.length > FACTS_AT_ONCE ||
        compared.newer.some(({ updatedAt }) => updatedAt - member.used > until)
      )
        throw new Fault('invalid', 'it tells of facts in a way that makes no sense; none was taken');
      return compared;
    });
  }
  async function ask(member: Member, turn: Turn): Promise<void> {
    turn.busy = true;
    try {
      await lines(member, turn);
      if (clock.now() - turn.factsAt >= FACTS_SECONDS * 1000) {
        turn.factsAt = clock.now();
        await facts(member);
      }
    } catch (error) {
      // An older hub knows of neither; a line that broke is told by its link.
      turn.notBefore = clock.now() + AGAIN_MS;
      log.debug(`${member.known.title} did not say what it did, or what is remembered there`, { error });
    } finally {
      turn.busy = false;
    }
  }

  return clock.every(LINES_MS, () => {
    const now = clock.now();
    const added = members().filter((member) => member.added);
    const ids = new Set(added.map(({ known }) => known.id));
    for (const id of turns.keys()) if (!ids.has(id)) turns.delete(id);
    for (const member of added) {
      const { id, reachable } = member.row();
      const turn = turns.get(id) ?? { busy: false, mark: null, factsAt: 0, notBefore: 0 };
      turns.set(id, turn);
      if (!reachable) turn.notBefore = 0;
      else if (!turn.busy && now >= turn.notBefore) void ask(member, turn);
    }
  });
}

function shaped<T>({ data }: { readonly data?: T | undefined }): T {
  if (data === undefined) throw new Fault('invalid', 'that is not what a hub of this version answers');
  return data;
}
