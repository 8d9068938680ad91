/** The agents of this machine. The hub looks for the programs when it starts; while it still does, it is asked again. */
import { useEffect, useState } from 'react';
import { create } from 'zustand';
import type { Agent } from '../../../shared/contract/agents.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';

interface Found {
  readonly agents: readonly Agent[] | null;
  readonly error: string | null;
}
const useFound = create<Found>(() => ({ agents: null, error: null }));
const AGAIN_MS = 1000;

/** Asks the hub; `refresh` makes it look at the programs anew. */
export async function askAgents(refresh: boolean): Promise<void> {
  try {
    useFound.setState({ agents: await wire().call('agents.list', refresh ? { refresh } : {}), error: null });
  } catch (failure) {
    useFound.setState((before) => ({ ...before, error: messageOf(failure) }));
  }
}

export function useAgents(): Found & { readonly looking: boolean } {
  const found = useFound();
  const online = useLink((link) => link.state === 'online');
  const [asked, setAsked] = useState(false);
  const looking = found.agents?.some((each) => !each.checked) ?? false;
  useEffect(() => {
    if (!online) return;
    if (!asked) {
      setAsked(true);
      void askAgents(false);
    }
    if (!looking) return;
    const timer = setInterval(() => void askAgents(false), AGAIN_MS);
    return () => clearInterval(timer);
  }, [online, looking, asked]);
  return { ...found, looking };
}
