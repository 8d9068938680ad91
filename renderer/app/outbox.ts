/**
 * Prompts, messages, new cards and comments that were made without a connection: kept on this device, shown, sent in
 * order with the ids they were given when it returns. Answers to permission dialogs and keystrokes never come here: they
 * are meant for a screen that was seen, and that screen may be gone.
 */
import { create } from 'zustand';
import type { CallInput, CallName, CallOutput } from '../../shared/contract/contract.ts';
import { Fault } from '../../shared/fault.ts';
import type { CallOptions } from '../../shared/wire/client.ts';
import type { Drawer } from './keep.ts';
import { full, heads, idOf, inOrder, type LaterName, laneOf, pause, verdict, type Waiting } from './outbox-rules.ts';

export interface OutboxState {
  /** Of the person who is in, oldest first. */
  readonly list: readonly Waiting[];
  /** Ids that are on their way now. */
  readonly sending: ReadonlySet<string>;
  /** The browser gave no storage: what waits lasts until the page is closed. */
  readonly fleeting: boolean;
}

export interface OutboxDeps {
  readonly kept: Drawer<Waiting>;
  readonly call: <N extends CallName>(name: N, input: CallInput<N>, options: CallOptions) => Promise<CallOutput<N>>;
  readonly online: () => boolean;
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
  /** One at a time over all tabs of this browser. */
  readonly alone: <T>(lane: string, run: () => Promise<T>) => Promise<T>;
}

/** How long `sendLater` waits for the hub before it answers `waits`; the sending itself goes on. */
const PATIENCE_MS = 1500;
const CALL_MS = 20_000;

export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox({ kept, call, online, now, after, alone }: OutboxDeps) {
  const use = create<OutboxState>(() => ({ list: [], sending: new Set(), fleeting: false }));
  let owner: string | null = null;
  let nth = 0;
  let tries = 0;
  let cancelRetry: (() => void) | null = null;
  /** Who wants to know the hub's answer, while this page is open. */
  const hearing = new Map<string, (output: never) => void>();
  /** What is on its way, and was seen to have arrived before its answer. */
  const shown = new Set<string>();

  const list = () => use.getState().list;
  const setList = (change: (before: readonly Waiting[]) => readonly Waiting[]) =>
    use.setState((state) => ({ list: [...change(state.list)].sort(inOrder) }));
  const setSending = (id: string, on: boolean) =>
    use.setState(({ sending }) => {
      const next = new Set(sending);
      if (on) next.add(id);
      else next.delete(id);
      return { sending: next };
    });
  const store = (entry: Waiting) =>
    kept.put(entry.id, entry).catch(() => {
      // A full disk or a private window: said, and kept in memory.
      use.setState({ fleeting: true });
    });
  const forget = (id: string) => {
    hearing.delete(id);
    shown.delete(id);
    setList((all) => all.filter((entry) => entry.id !== id));
    return kept.remove(id).catch(() => use.setState({ fleeting: true }));
  };
  const change = (entry: Waiting, to: Partial<Waiting>) => {
    const next = { ...entry, ...to };
    setList((all) => all.map((each) => (each.id === entry.id ? next : each)));
    return store(next);
  };

  /** Sends one; answers what it came to. The entry is gone, changed or as it was accordingly. */
  async function sendOne(entry: Waiting): Promise<'sent' | 'again' | Fault> {
    if (use.getState().sending.has(entry.id)) return 'again';
    setSending(entry.id, true);
    try {
      await alone(entry.lane, async () => {
        // Another tab may have sent it, or its person taken it back there, while this one waited.
        const there = await kept.has(entry.id).catch(() => true);
        if (!there && !use.getState().fleeting) return;
        if (!entry.tried) await change(entry, { tried: true });
        const output = await call(entry.name, entry.input as never, { timeoutMs: CALL_MS });
        hearing.get(entry.id)?.(output as never);
      });
      await forget(entry.id);
      tries = 0;
      return 'sent';
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('internal', String(error));
      if (verdict(fault.code) === 'again') {
        if (!shown.has(entry.id)) return 'again';
        await forget(entry.id);
        return 'sent';
      }
      await change({ ...entry, tried: true }, { refused: fault.message });
      return fault;
    } finally {
      setSending(entry.id, false);
    }
  }

  /** Sends what may go, lane by lane, until nothing may. */
  function flush(): void {
    cancelRetry?.();
    cancelRetry = null;
    if (!online() || owner === null) return;
    for (const entry of heads(list())) {
      if (use.getState().sending.has(entry.id)) continue;
      void sendOne(entry).then((outcome) => {
        if (outcome !== 'again') return flush();
        if (online()) later();
      });
    }
  }
  const later = () => {
    cancelRetry ??= after(pause(tries++), () => {
      cancelRetry = null;
      flush();
    });
  };

  return {
    use,
    flush,
    /** Somebody is in (hub and user), or nobody is. What belongs to others stays on the disk, unseen and unsent. */
    async belongTo(next: string | null): Promise<void> {
      if (owner === next) return;
      owner = next;
      use.setState({ list: [], sending: new Set() });
      if (next === null) return;
      let mine: readonly Waiting[] = [];
      try {
        mine = (await kept.all()).filter((entry) => entry.owner === next);
      } catch {
        use.setState({ fleeting: true });
      }
      if (owner !== next) return;
      // What was written while the disk answered is there already.
      setList((all) => [...mine.filter((entry) => !all.some((each) => each.id === entry.id)), ...all]);
      flush();
    },
    /**
     * Sends now when the connection stands, else keeps it and sends it when it is back. `sent`: the hub has it. `waits`: it
     * is kept, and `use` shows it. Throws the hub's refusal when the answer came at once (then it is not kept).
     * `label`: what a person calls it, for the list of what waits. `heard`: is given the hub's answer whenever it comes, as
     * long as this page is open.
     */
    async sendLater<N extends LaterName>(
      name: N,
      input: CallInput<N> & object,
      label: string,
      heard?: (output: CallOutput<N>) => void,
    ): Promise<'sent' | 'waits'> {
      if (owner === null) throw new Fault('unauthorized', 'sign in first');
      const id = idOf(name, input);
      const entry: Waiting = {
        id,
        owner,
        name,
        input,
        label,
        lane: laneOf(name, input),
        // A clock that was set back must not let this one overtake those that wait.
        at: Math.max(now(), list().at(-1)?.at ?? 0),
        nth: nth++,
        tried: false,
        refused: null,
      };
      const others = list().filter((each) => each.id !== id);
      const why = full(others, entry);
      if (why !== null) throw new Fault('too-large', why);
      if (heard) hearing.set(id, heard);
      setList(() => [...others, entry]);
      await store(entry);
      if (!online() || heads(list()).every((head) => head.id !== id)) return 'waits';
      const sent = sendOne(entry);
      const outcome = await Promise.race([
        sent,
        new Promise<'waits'>((resolve) => after(PATIENCE_MS, () => resolve('waits'))),
      ]);
      if (outcome instanceof Fault) {
        await forget(id);
        flush();
        throw outcome;
      }
      if (outcome === 'sent') {
        // What was written while this one was on its way waits behind it.
        flush();
        return 'sent';
      }
      void sent.then((end) => (end === 'again' ? online() && later() : flush()));
      return 'waits';
    },
    /** The hub shows what it made: the answer, if it is lost with the connection, is not missed. */
    arrived(id: string): void {
      if (!list().some((each) => each.id === id)) return;
      shown.add(id);
      if (use.getState().sending.has(id)) return;
      void forget(id);
      flush();
    },
    /** Takes one back. What is on its way cannot be. */
    async remove(id: string): Promise<boolean> {
      if (use.getState().sending.has(id)) return false;
      await forget(id);
      flush();
      return true;
    },
    /** Tries one again that was refused. */
    async retry(id: string): Promise<void> {
      const entry = list().find((each) => each.id === id);
      if (!entry) return;
      await change(entry, { refused: null });
      flush();
    },
  };
}
