/** How a machine is, looked at again and again while its card is seen; and a short memory of its load. */
import { useEffect, useState } from 'react';
import type { NodeHealth } from '../../../shared/contract/nodes.ts';
import { useLink, wire } from '../../app/connect.ts';
import { useNode } from '../../app/nodes.ts';

const EVERY_MS = 10_000;
const SAMPLES = 30;

export interface Look {
  readonly health: NodeHealth | null;
  /** Load over one minute divided by the processors, oldest first. */
  readonly loads: readonly number[];
}
const NOTHING: Look = { health: null, loads: [] };
/** Goes on where it was when one comes back to the screen. */
const memory = new Map<string, Look>();

const kept = (id: string, health: NodeHealth): Look => {
  const { loads } = memory.get(id) ?? NOTHING;
  const load = health.load === null ? [] : [health.load / Math.max(1, health.cpus ?? 1)];
  return { health, loads: [...loads, ...load].slice(-SAMPLES) };
};

export function useHealth(id: string): Look {
  const reachable = useNode(id)?.reachable === true;
  const online = useLink((link) => link.state === 'online');
  const [look, setLook] = useState(() => memory.get(id) ?? NOTHING);
  useEffect(() => {
    if (!reachable || !online) return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      if (!document.hidden) {
        try {
          const next = kept(id, await wire().call('nodes.status', { node: id }));
          memory.set(id, next);
          if (!gone) setLook(next);
        } catch {
          // The card says by its state that the machine does not answer; figures of before stay until then.
        }
      }
      if (!gone) timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, reachable, online]);
  return look;
}
