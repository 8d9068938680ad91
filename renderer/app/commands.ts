/**
 * Every action of the face by name: what the palette lists, what keys run, what `?` shows. A screen registers its own while
 * it is there. The person's own bindings come from the preferences room, so that they are the same on every device.
 */
import type { LucideIcon } from 'lucide-react';
import { type DependencyList, useLayoutEffect } from 'react';
import { create } from 'zustand';
import { type Binding, parseBinding } from './keys.ts';

export interface Command {
  /** Dotted, stable: bindings are kept by it. */
  readonly id: string;
  readonly title: string;
  /** Heading in the palette and in `?`. */
  readonly section: string;
  /** Bindings it has unless the person chose others; several are divided by commas. */
  readonly keys?: string;
  readonly icon?: LucideIcon;
  /** Further words that the palette finds it by. */
  readonly words?: string;
  /** Not in the palette: it makes sense by its key only. */
  readonly hidden?: boolean;
  readonly enabled?: boolean;
  /** Its keys work inside an open dialog or menu too. */
  readonly inDialog?: boolean;
  /** A key that is held down runs it once, not again and again. */
  readonly once?: boolean;
  readonly run: () => void;
}

interface Registry {
  /** In order of registration; of two with one id the later counts. */
  readonly groups: readonly (readonly Command[])[];
}
export const useRegistry = create<Registry>(() => ({ groups: [] }));

/**
 * Registers commands while the component is there. `deps`: what the list is made from, as for useMemo. With what is drawn and not
 * a task after it: a key pressed at the first sight of a screen is about what stands there.
 */
export function useCommands(make: () => readonly Command[], deps: DependencyList): void {
  useLayoutEffect(() => {
    const group = make();
    useRegistry.setState(({ groups }) => ({ groups: [...groups, group] }));
    return () => useRegistry.setState(({ groups }) => ({ groups: groups.filter((each) => each !== group) }));
    // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names them, as for useMemo
  }, deps);
}

/** All that can be run now, the latest of each id. */
export function allCommands({ groups }: Registry): readonly Command[] {
  const byId = new Map<string, Command>();
  for (const group of groups) for (const command of group) byId.set(command.id, command);
  return [...byId.values()];
}

/** The person's own choice by command id; an empty list takes the key away. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

export const defaultsOf = (command: Pick<Command, 'keys'>): readonly string[] =>
  command.keys === undefined ? [] : command.keys.split(/,\s+/);

/** What a command's keys are now; texts that are no binding are left out. */
export function bindingsOf(command: Pick<Command, 'id' | 'keys'>, own: Bindings): readonly Binding[] {
  return (own[command.id] ?? defaultsOf(command)).map(parseBinding).filter((binding) => binding !== null);
}
