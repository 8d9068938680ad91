/** What a session that needs a person wants, in words, and what to do about it. Pure. */
import type { Session } from '../../../shared/contract/sessions.ts';

export interface Need {
  readonly what: string;
  readonly todo: string;
  /** What can be done from here, besides opening it. */
  readonly act?: 'interrupt' | 'restart' | 'nodes';
}

type Known = Pick<Session, 'state' | 'stalled' | 'asks' | 'retrying' | 'resets' | 'evidence' | 'node' | 'agent'>;

export function needOf(session: Known): Need {
  const saw = session.evidence[0]?.saw;
  const told = saw === undefined || saw === '' ? '' : `: ${saw}`;
  if (session.stalled) {
    return {
      what: 'It says that it works, but nothing has moved for a while.',
      todo: 'Open it to look, or interrupt it and tell it how to go on.',
      act: 'interrupt',
    };
  }
  switch (session.state) {
    case 'login':
      return { what: 'It is signed out of its model service.', todo: 'Open it and sign in as it asks.' };
    case 'trust':
      return { what: 'It asks whether it may trust its folder.', todo: 'Open it and choose.' };
    case 'approval':
      return { what: 'It asks for permission.', todo: 'Its dialog is being read; open it to answer there.' };
    case 'question':
      return { what: 'It asks you to choose.', todo: 'Open it and answer.' };
    case 'ratelimit':
      return session.resets === null
        ? { what: 'It has used up its limit.', todo: 'Open it to see when it may go on.' }
        : {
            what: `It has used up its limit, which resets ${session.resets}.`,
            todo: session.retrying ? 'It tries again by itself.' : 'Give it a prompt after that; open it to see more.',
          };
    case 'error':
      return {
        what: `It failed${told}`,
        todo: 'Open it to read on. Prompting it again is often enough.',
      };
    case 'unreachable':
      return {
        what: `Its node ${session.node} does not answer. The agent may well be working.`,
        todo: 'Look at the node and its connection.',
        act: 'nodes',
      };
    case 'exited':
      return { what: 'Its program ended.', todo: 'Start it again, or remove it.', act: 'restart' };
    case 'menu':
      return { what: 'A menu stands open in it.', todo: 'Open it and choose, or press Escape there.' };
    default:
      return session.asks
        ? { what: 'It ended its turn with a question.', todo: 'Open it and answer.' }
        : { what: `It needs a look${told}`, todo: 'Open it.' };
  }
}
