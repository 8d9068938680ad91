/**
 * The few schemas that screens check what is typed with. zod is a third of all that a phone would load, and the first pane
 * needs none of it: only this file imports schemas by value (`.dependency-cruiser.cjs` holds to it), and only screens that are loaded
 * later import this file.
 */
import './no-eval.ts';

export { Policy } from '../../shared/contract/approvals.ts';
export { ChannelName } from '../../shared/contract/channels.ts';
export { LOG_LEVELS } from '../../shared/contract/logs.ts';
export { NoteName } from '../../shared/contract/memory.ts';
export { State } from '../../shared/contract/states.ts';
