/** What the gateway is given: the core's handlers, and who may use them. The composition root fills this in. */
import type { Bus } from '../kernel/bus.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Handlers, Principal } from '../kernel/handlers.ts';

export interface Core {
  readonly handlers: Handlers;
  readonly version: string;
  /** Null for an unknown, expired or revoked secret. May throw a Fault (such as rate-limited). */
  authenticate(secret: string, via: 'bearer' | 'cookie', address: string): Principal | null | Promise<Principal | null>;
  /** Asked about once a second for each token with an open connection: another process may have revoked it. */
  stillValid(who: Principal): boolean | Promise<boolean>;
  /** Session id by whole name or id; null when there is none. */
  resolveSession(name: string): string | null;
  /** Whether the handlers of that entry look at a token's limit to nodes by themselves; else it must hold this machine. */
  looksAtNodes?(name: string): boolean;
  readonly bus: Bus;
  readonly clock: Clock;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>): void;
}
