/** Words of the channels room: messages between people and agents, stored, delivered to agents through the prompt queue. */
import { z } from 'zod';
import { Actor } from './actors.ts';
import { call, feed } from './define.ts';
import { ClientId } from './names.ts';
import { PROMPT_STATES } from './prompts.ts';

export const ChannelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _, at most 64');

export const Channel = z.object({
  id: z.string(),
  /** `direct`: between exactly two; its name is made from theirs. */
  kind: z.enum(['group', 'direct']),
  name: z.string(),
  topic: z.string(),
  members: z.array(
    Actor.extend({
      /** Number of the last message that this member has seen. */
      read: z.number(),
      /** A session that is gone keeps its place in the list. */
      gone: z.boolean(),
    }),
  ),
  /** Number of the newest message; 0 when there is none. */
  last: z.number(),
  lastAt: z.number().nullable(),
  /** Beginning of the newest message. */
  preview: z.string(),
  archived: z.boolean(),
  createdAt: z.number(),
});
export type Channel = z.infer<typeof Channel>;

export const Message = z.object({
  id: z.string(),
  channel: z.string(),
  /** 1 for the first of the channel. */
  n: z.number(),
  by: Actor,
  text: z.string(),
  /** Members that `@name` named; `@all` names everybody. */
  mentions: z.array(z.string()),
  /** Number of the message that it answers. */
  replyTo: z.number().nullable(),
  at: z.number(),
  /** One entry for each session that it was for, with where the prompt stands. */
  deliveries: z.array(
    z.object({
      session: z.string(),
      sessionId: z.string(),
      /** Receipt id; null when it was not sent on. */
      prompt: z.string().nullable(),
      /** Of its prompt; `stopped`: it was not sent on at all. */
      state: z.enum([...PROMPT_STATES, 'stopped']),
      /** Why it waits, failed, or was stopped (rate or depth of a loop). */
      reason: z.string(),
    }),
  ),
});
export type Message = z.infer<typeof Message>;

/** A channel by its name or id. */
const Named = z.object({ channel: z.string().min(1).max(128) });
/** A user name, a session name or a session id. */
const Who = z.string().min(1).max(128);

export const channels = {
  list: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Channels of the caller; an admin sees those between agents too',
    input: z.object({ archived: z.stringbool().or(z.boolean()).optional() }),
    output: z.array(Channel),
    http: { method: 'GET', path: '/api/channels' },
  }),
  create: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Open a group; the caller is a member',
    input: z.strictObject({
      name: ChannelName,
      topic: z.string().max(300).default(''),
      members: z.array(Who).max(100).default([]),
    }),
    output: Channel,
    http: { method: 'POST', path: '/api/channels', status: 201 },
  }),
  edit: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary: 'Change name, topic or members of a group, or archive it',
    input: z.strictObject({
      channel: z.string().min(1).max(128),
      name: ChannelName.optional(),
      topic: z.string().max(300).optional(),
      add: z.array(Who).max(100).optional(),
      remove: z.array(Who).max(100).optional(),
      archived: z.boolean().optional(),
    }),
    output: Channel,
    http: { method: 'PATCH', path: '/api/channels/:channel' },
  }),
  send: call({
    scope: 'type',
    limited: 'filtered',
    agents: true,
    summary:
      'Say something in a channel (`channel`), or to one person or session (`to`); the same id twice is one message',
    input: z
      .strictObject({
        id: ClientId.optional(),
        channel: z.string().min(1).max(128).optional(),
        to: Who.optional(),
        text: z.string().trim().min(1).max(65_536),
        replyTo: z.int().min(1).nullable().default(null),
      })
      .refine((input) => (input.channel === undefined) !== (input.to === undefined), 'give either channel or to'),
    output: Message,
    http: { method: 'POST', path: '/api/messages', status: 201 },
  }),
  messages: call({
    scope: 'read',
    limited: 'filtered',
    summary: "A channel's messages, newest first",
    input: Named.extend({
      /** Only older ones than this number. */
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    output: z.array(Message),
    http: { method: 'GET', path: '/api/channels/:channel/messages' },
  }),
  read: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Mark a channel as read up to a message',
    input: z.strictObject({ channel: z.string().min(1).max(128), n: z.int().min(0) }),
    output: Channel,
    http: { method: 'POST', path: '/api/channels/:channel/read' },
  }),
  search: call({
    scope: 'read',
    limited: 'filtered',
    summary: 'Messages of the caller that hold all of the words, newest first',
    input: z.object({ q: z.string().min(1).max(256), limit: z.coerce.number().int().min(1).max(500).default(50) }),
    output: z.array(Message),
    http: { method: 'GET', path: '/api/messages' },
  }),
  rows: feed({
    scope: 'read',
    limited: 'filtered',
    summary: 'Channels of the caller, live',
    params: z.object({}),
    row: Channel,
    key: 'id',
  }),
  log: feed({
    scope: 'read',
    limited: 'filtered',
    summary: "A channel's last 200 messages, live",
    params: z.object({ channel: z.string().min(1).max(128) }),
    row: Message,
    key: 'n',
  }),
};
