/** From a name and raw input to an answer: authorise, parse, run. HTTP, the wire and the raw terminal all come through here. */
import type { z } from 'zod';
import type { CallName } from '../../shared/contract/contract.ts';
import { entries } from '../../shared/contract/contract.ts';
import type { AnyDef } from '../../shared/contract/define.ts';
import { Fault } from '../../shared/fault.ts';
import type { Ask, Asked, CallHandler } from '../kernel/handlers.ts';
import { admit, confine } from './authorise.ts';
import type { Core } from './core.ts';

/** The problems as one readable line, `field: what is wrong`; the whole list in `data.problems`. */
export function parse<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const result = schema.safeParse(raw === undefined ? {} : raw);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: path.map(String).join('.').slice(0, 200),
    message: message.replace(/^Invalid input: /, '').slice(0, 500),
  }));
  const line = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  throw new Fault('invalid', line.slice(0, 2000), { problems });
}

export function entryOf<V extends AnyDef['verb']>(verb: V, name: string): Extract<AnyDef, { verb: V }> {
  const def = entries.get(name);
  if (def?.verb !== verb) throw new Fault('not-found', `there is no ${verb} named "${name.slice(0, 64)}"`);
  return def as Extract<AnyDef, { verb: V }>;
}

const NAMES = new Map([...entries].map(([name, def]) => [def, name]));
/** Whether the handlers of this entry look at a token's limit to nodes by themselves. */
export const looksAtNodes = (core: Pick<Core, 'looksAtNodes'>, def: AnyDef): boolean =>
  core.looksAtNodes?.(NAMES.get(def) ?? '') === true;

/** Authorised and parsed input of a feed or pipe, or of a call before it runs. */
export function prepare(core: Core, def: AnyDef, raw: unknown, who: Ask['who']): unknown {
  admit(def, who, looksAtNodes(core, def));
  return confine(def, who, parse(def.verb === 'call' ? def.input : def.params, raw), core.resolveSession);
}

export async function invoke(
  core: Core,
  name: string,
  raw: unknown,
  ask: Ask,
): Promise<{ readonly input: unknown; readonly output: unknown }> {
  const input = prepare(core, entryOf('call', name), raw, ask.who);
  // Input and handler belong together by name, which TypeScript cannot follow through a name known only at run time.
  const handler = core.handlers[name as CallName] as unknown as CallHandler<CallName>;
  return { input, output: await handler(input as never, ask as Asked) };
}

/** An expected failure as it is; anything else is a bug: logged with its cause under an id, told only by that id. */
export function faultOf(core: Pick<Core, 'log'>, error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  const id = crypto.randomUUID().slice(0, 8);
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  core.log('error', `${doing} failed unexpectedly`, { id, error: told });
  return new Fault('internal', `something went wrong inside Quarterdeck; the log has it under ${id}`, { id });
}
