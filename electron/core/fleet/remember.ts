/** What people and agents remember, exchanged between a hub and those that joined it: both ends of it. */
import { createHash } from 'node:crypto';
import type { CallInput, CallOutput } from '../../../shared/contract/contract.ts';
import { FACTS_AT_ONCE, type SharedFact } from '../../../shared/contract/fleet.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Member } from './member.ts';

export interface Remembered {
  shared(): readonly SharedFact[];
  merge(facts: readonly SharedFact[]): number;
}

const FACTS_SKEW_MS = 600_000;

/** The later wording holds: one of a clock that runs ahead would hold until that time has come. Null: its clock is right. */
export function factsRefused({ skew, known }: Pick<Member, 'skew' | 'known'>): Fault | null {
  if (Math.abs(skew ?? 0) <= FACTS_SKEW_MS) return null;
  return new Fault('refused', `the clock of ${known.title} is wrong: facts are exchanged when it is right`);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
/** The same for the same wording of the same time. */
const stampOf = ({ updatedAt, removed, project, text }: SharedFact): string =>
  hashOf(JSON.stringify([updatedAt, removed, project, text])).slice(0, 16);
const hashOfAll = (facts: readonly SharedFact[]): string =>
  hashOf(JSON.stringify(facts.map((fact) => [fact.id, stampOf(fact)]).sort()));

/** The central end: takes what is put, and compares. */
export function answerFacts(
  memory: Remembered,
  { have, hash, put }: Pick<CallInput<'fleet.facts'>, 'have' | 'hash' | 'put'>,
): CallOutput<'fleet.facts'> {
  if (put && put.length > 0) memory.merge(put);
  const mine = memory.shared();
  const same = hashOfAll(mine) === hash;
  if (same || have === undefined) return { same, newer: [], want: [] };
  const theirs = new Map(have);
  const differ = mine.filter((fact) => theirs.get(fact.id) !== stampOf(fact));
  const known = new Set(mine.map((fact) => fact.id));
  return {
    same,
    // Both ways where they differ: whoever gets the earlier one leaves it.
    newer: differ.slice(0, FACTS_AT_ONCE),
    want: [
      ...have.flatMap(([id]) => (known.has(id) ? [] : [id])),
      ...differ.flatMap((fact) => (theirs.has(fact.id) ? [fact.id] : [])),
    ].slice(0, FACTS_AT_ONCE),
  };
}

/** The node's end: asks until both have the same, at most a few rounds; the rest goes with the next exchange. */
export async function exchangeFacts(
  memory: Remembered,
  ask: (input: Omit<CallInput<'fleet.facts'>, 'lease'>) => Promise<CallOutput<'fleet.facts'>>,
): Promise<void> {
  let put: SharedFact[] = [];
  for (let round = 0; round < 20; round++) {
    const mine = memory.shared();
    const hash = hashOfAll(mine);
    const first = round === 0 ? await ask({ hash }) : null;
    if (first?.same) return;
    const have = mine.map((fact): [string, string] => [fact.id, stampOf(fact)]);
    const answer = await ask({ hash, have, put });
    memory.merge(answer.newer);
    const wanted = new Set(answer.want);
    put = mine.filter((fact) => wanted.has(fact.id));
    if (answer.same || (put.length === 0 && answer.newer.length === 0)) return;
  }
}
