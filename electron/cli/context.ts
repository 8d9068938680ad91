/** What every command gets: the global options, the hub when it needs one, one way to end. */
import { Command } from 'commander';
import { findHub, type Hub, type Where } from './connect.ts';
import { EXIT, fail } from './print.ts';

export interface Globals extends Where {
  readonly json?: boolean;
}

export interface Context {
  readonly options: Globals;
  readonly asJson: boolean;
  hub(options?: { readonly start: boolean }): Promise<Hub>;
}

/** Wraps the body of a command: finds the options, prints faults, sets the exit code. The body's number is the code. */
export function action<A extends unknown[]>(body: (context: Context, ...args: A) => Promise<number | undefined>) {
  return async (...args: unknown[]): Promise<void> => {
    const command = args.findLast((arg): arg is Command => arg instanceof Command);
    const options = (command?.optsWithGlobals() ?? {}) as Globals;
    const asJson = options.json === true;
    try {
      const context: Context = { options, asJson, hub: (how) => findHub(options, how) };
      process.exitCode = (await body(context, ...(args as A))) ?? EXIT.ok;
    } catch (error) {
      process.exitCode = fail(error, asJson);
    }
  };
}

/** `--env K=V`, `--init TEXT`: an option given several times. */
export const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];
