/** What the agent says of itself, as claims about the state: its hook events and its transcript. Pure. */
import type { State } from '../../../shared/contract/states.ts';
import type { HookEvent, TailState } from './deps.ts';
import type { Claim } from './rules.ts';

/** The claim after an event; the one before where the event says nothing about the state. */
export function claimAfter(before: Claim | null, event: HookEvent): Claim | null {
  const state = stateOf(event, before);
  if (state === null) return before;
  const about = event.tool ?? event.subject ?? event.message;
  const saw = `hook ${event.event}${about ? `: ${about}` : ''}`;
  return { state, at: event.at, saw, retrying: false };
}

function stateOf(event: HookEvent, before: Claim | null): State | null {
  switch (event.kind) {
    case 'prompt':
    case 'working':
      return 'working';
    case 'permission':
      return 'approval';
    case 'question':
      return 'question';
    case 'turn-end':
      // Some agents send the end of a failed turn after its failure.
      return before?.state === 'error' || before?.state === 'ratelimit' ? before.state : 'done';
    case 'turn-failed':
      return event.limited ? 'ratelimit' : 'error';
    case 'idle-notice':
      return before && (before.state === 'working' || before.state === 'approval') ? 'done' : null;
    case 'session-start':
      return 'idle';
    case 'subagent-start':
    case 'subagent-prompt':
    case 'subagent-end':
      // A sub-agent never begins or ends a turn; while one is under way it is a sign of life.
      return before?.state === 'working' ? 'working' : null;
    case 'waiting-notice':
    case 'session-end':
      return null;
  }
}

export function claimOf(tail: TailState): Claim | null {
  if (tail.phase === null || tail.phaseAt === null) return null;
  const at = tail.phaseAt;
  switch (tail.phase) {
    case 'working':
      return { state: 'working', at, saw: 'the transcript has an open turn', retrying: false };
    case 'done':
      return { state: 'done', at, saw: 'the transcript says that the turn ended', retrying: false };
    case 'interrupted':
      return { state: 'done', at, saw: 'the transcript says that the turn was interrupted', retrying: false };
    case 'error':
      return {
        state: tail.limited ? 'ratelimit' : 'error',
        at,
        saw: tail.error ?? 'the transcript has an error',
        retrying: tail.retrying,
      };
  }
}

/** Names of events that rooms above know: `prompt` the agent took one, `stop` a turn ended. */
export function newsKind(event: HookEvent): string {
  return event.kind === 'turn-end' || event.kind === 'turn-failed' ? 'stop' : event.kind;
}
