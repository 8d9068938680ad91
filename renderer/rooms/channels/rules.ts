/** What a channel is called, what of it is unread, and what `@` offers. Pure. */
import type { Channel, Message } from '../../../shared/contract/channels.ts';

const isMe = (member: Channel['members'][number], user: string): boolean =>
  member.kind === 'user' && member.id === user;

/** Messages that this user has not seen; 0 in channels that the user only looks at. */
export function unread(channel: Pick<Channel, 'members' | 'last'>, user: string): number {
  const mine = channel.members.find((member) => isMe(member, user));
  return mine ? Math.max(0, channel.last - mine.read) : 0;
}

/** A group by its name; a conversation of two by the other one, seen from outside by both. */
export function titleOf(channel: Pick<Channel, 'kind' | 'name' | 'members'>, user: string): string {
  if (channel.kind === 'group') return `#${channel.name}`;
  const others = channel.members.filter((member) => !isMe(member, user));
  return (others.length > 0 ? others : channel.members).map((member) => member.name).join(' and ');
}

/** The word after the last `@` before the caret, when one is being typed; null otherwise. */
export function mentionAt(text: string, caret: number): { readonly from: number; readonly word: string } | null {
  const found = /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u.exec(text.slice(0, caret));
  const word = found?.[1];
  return word === undefined ? null : { from: caret - word.length - 1, word };
}

/** Follows directly on the message before: same speaker, within five minutes, no answer to something else. */
export const continues = (message: Message, before: Message | undefined): boolean =>
  before !== undefined &&
  before.by.id === message.by.id &&
  before.by.kind === message.by.kind &&
  message.replyTo === null &&
  message.at - before.at < 5 * 60_000;
