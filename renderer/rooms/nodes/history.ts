/** How machines were in the last hour, as the hub remembers it; asked for again and again while somebody looks. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { NodeHealth, NodeSample } from '../../../shared/contract/nodes.ts';
import { useAuth, useLink, wire } from '../../app/connect.ts';
import { SPAN_MS } from './series.ts';

const EVERY_MS = 10_000;
const SOON_MS = 500;
const SOON = 6;

const NONE: readonly NodeSample[] = [];
/** Goes on where it was when one comes back to the screen. */
const useSamples = create<ReadonlyMap<string, readonly NodeSample[]>>(() => new Map());
// Who comes after may see other machines.
useAuth.subscribe(({ me }, before) => {
  if (me !== before.me) useSamples.setState(new Map(), true);
});

export const useHistory = (node: string): readonly NodeSample[] => useSamples((all) => all.get(node) ?? NONE);

/** Adds what is new and lets go of what is older than is drawn. */
async function ask(): Promise<void> {
  const before = useSamples.getState();
  const known = Math.max(0, ...[...before.values()].map((samples) => samples.at(-1)?.at ?? 0));
  // A minute over: one machine answered later than another.
  const since = known === 0 ? Date.now() - SPAN_MS : known - 60_000;
  const news = await wire().call('nodes.history', { since: Math.max(0, since) });
  if (useSamples.getState() !== before) return;
  const next = new Map<string, readonly NodeSample[]>();
  for (const { node, samples } of news) {
    const old = (before.get(node) ?? NONE).filter(({ at }) => at <= since && Date.now() - at <= SPAN_MS);
    next.set(node, [...old, ...samples]);
  }
  useSamples.setState(next, true);
}

/** While the screen is open and seen. */
export function useLooking(): void {
  const online = useLink((link) => link.state === 'online');
  useEffect(() => {
    if (!online) return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    let tries = 0;
    const look = async () => {
      // The state of each machine says why nothing is heard; what was heard before stays.
      if (!document.hidden) await ask().catch(() => undefined);
      tries += 1;
      // The first figures of a machine take a moment: they are there before one has read its name.
      const empty = [...useSamples.getState().values()].some((samples) => samples.length === 0);
      if (!gone) timer = setTimeout(() => void look(), empty && tries < SOON ? SOON_MS : EVERY_MS);
    };
    void look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [online]);
}

const facts = new Map<string, Promise<NodeHealth>>();
/** What does not change while a connection stands: its system, its clock. `since`: of the state; another is another look. */
export function factsOf(node: string, since: number): Promise<NodeHealth> {
  const key = `${node} ${since}`;
  const known = facts.get(key) ?? wire().call('nodes.status', { node });
  facts.set(key, known);
  known.catch(() => facts.delete(key));
  return known;
}
