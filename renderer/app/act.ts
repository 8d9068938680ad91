/** Actions on sessions that several screens offer. Each tells its failure at the corner; the feeds tell success. */
import type { Session } from '../../shared/contract/sessions.ts';
import { toast } from '../ui/Toasts.tsx';
import { messageOf, wire } from './connect.ts';

/** Runs an action; a failure is told with what was tried. Answers whether it went well. */
export async function attempt(what: string, action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toast('bad', `${what}: ${messageOf(error)}`);
    return false;
  }
}

type Who = Pick<Session, 'id' | 'name'>;

export const interrupt = (s: Who) =>
  attempt(`Could not interrupt ${s.name}`, () => wire().call('sessions.interrupt', { name: s.id }));
export const restart = (s: Who) =>
  attempt(`Could not restart ${s.name}`, () => wire().call('sessions.restart', { name: s.id }));
export const resume = (s: Who) =>
  attempt(`Could not resume ${s.name}`, () => wire().call('sessions.resume', { name: s.id }));
export const stop = (s: Who) => attempt(`Could not stop ${s.name}`, () => wire().call('sessions.stop', { name: s.id }));
export const wake = (s: Who) =>
  attempt(`Could not bring ${s.name} back`, () => wire().call('sessions.wake', { name: s.id }));
export const archive = (s: Who) =>
  attempt(`Could not archive ${s.name}`, () => wire().call('sessions.archive', { name: s.id }));
export const setPaused = (s: Who, paused: boolean) =>
  attempt(`Could not ${paused ? 'pause' : 'resume'} the queue of ${s.name}`, () =>
    wire().call('sessions.edit', { name: s.id, paused }),
  );
