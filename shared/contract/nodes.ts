/** Words of the nodes room: the machines that sessions run on. */
import { z } from 'zod';
import { call, feed } from './define.ts';
import { Check } from './hub.ts';

/** Where a hub is reached: an origin, without path. */
export const HubAddress = z
  .url({ protocol: /^https?$/ })
  .max(300)
  .refine((text) => new URL(text).origin === text, 'an address such as http://host:4097, without a path');

/** Something that only a person can answer before a machine is reached. */
export const NodeQuestion = z.object({
  /** For `nodes.answer`: an answer to another question is refused. */
  id: z.string(),
  /** `host-key` is confirmed or not; the others are typed. */
  kind: z.enum(['host-key', 'passphrase', 'password', 'answers']),
  title: z.string(),
  /** Several lines; words of the other machine are in here, so it is shown as text. */
  text: z.string(),
  prompts: z.array(z.object({ text: z.string(), echo: z.boolean() })),
  /** Of the host key: `SHA256:...`, as `ssh-keygen -l` prints it. */
  fingerprint: z.string().nullable(),
});
export type NodeQuestion = z.infer<typeof NodeQuestion>;

export const NODE_STATES = ['connecting', 'asking', 'live', 'degraded', 'unreachable'] as const;

/**
 * Why a node is not live, for programs; `problem` says it to people. `network`: no way to it. `auth`: it lets nobody in with
 * what there is. `host-key`: it shows another key than before. `unanswered`: what it asked was declined. `config`: how it is to
 * be reached makes no sense. `offline`: a person took it offline. `tmux`: tmux is missing there, or too old. `prepare`:
 * something else there keeps sessions from running.
 */
export const NODE_REASONS = [
  'network',
  'auth',
  'host-key',
  'unanswered',
  'config',
  'offline',
  'tmux',
  'prepare',
] as const;
export type NodeReason = (typeof NODE_REASONS)[number];

/** What a node of kind `hub` says of itself. */
export const NodeHub = z.object({
  version: z.string(),
  platform: z.string(),
  arch: z.string(),
  cpus: z.number(),
  /** Over one minute, with its last beat. */
  load: z.number(),
  memory: z.object({ total: z.number(), free: z.number() }),
  agents: z.array(z.object({ key: z.string(), version: z.string().nullable() })),
  /** Of its key: `SHA256:...`. */
  fingerprint: z.string(),
  /** When it was last heard of, Unix milliseconds. */
  beatAt: z.number(),
  /** Its clock minus ours, milliseconds; null while it is not known. */
  skewMs: z.number().nullable(),
  /** It was added here; else it joins by itself. */
  added: z.boolean(),
});
export type NodeHub = z.infer<typeof NodeHub>;

export const Node = z.object({
  id: z.string(),
  title: z.string(),
  /** `hub`: a machine with a Quarterdeck hub of its own that has joined this one. */
  kind: z.enum(['local', 'ssh', 'hub']),
  /** `live` or `degraded`: it answers. */
  reachable: z.boolean(),
  /** Why it is not reachable or not whole, and what to do; empty when all is well. While it is tried again: why the last try failed. */
  problem: z.string(),
  /** null while nothing is wrong, also before the first try has ended. */
  reason: z.enum(NODE_REASONS).nullable(),
  tmux: z.string().nullable(),
  home: z.string(),
  sessions: z.number(),
  /** `degraded`: it answers, but sessions cannot run on it. */
  state: z.enum(NODE_STATES),
  /** When that state began, Unix milliseconds. */
  since: z.number(),
  /** `user@host:port` as connected to, else as asked for; empty for this machine. */
  address: z.string(),
  /** What is waited for. */
  question: NodeQuestion.nullable(),
  /** A try is under way now. */
  trying: z.boolean(),
  /** Unix milliseconds of the next try; null when none is due. */
  retryAt: z.number().nullable(),
  /** Round trip, milliseconds, as last measured. */
  latencyMs: z.number().nullable(),
  /** What the way there goes through, nearest first: jump hosts as they were named, `ProxyCommand` for a command. */
  via: z.array(z.string()),
  /** What a person set, over what the ssh configuration says; null for this machine. */
  given: z
    .object({
      host: z.string(),
      user: z.string().nullable(),
      port: z.number().nullable(),
      identity: z.string().nullable(),
      jump: z.string().nullable(),
    })
    .nullable(),
  /** Only of kind `hub`. */
  hub: NodeHub.optional(),
});
export type Node = z.infer<typeof Node>;

const Named = z.object({ node: z.string().min(1).max(128) });

export const NodeHealth = z.object({
  node: Node,
  /** What the server calls itself. */
  server: z.string(),
  /** Channels that it allows on a connection, once it has refused one. */
  channels: z.number().nullable(),
  /** `uname -srm`, empty when it did not answer. */
  system: z.string(),
  cpus: z.number().nullable(),
  /** Over one minute. */
  load: z.number().nullable(),
  memory: z.object({ total: z.number(), free: z.number() }).nullable(),
  /** Of the disk that holds the home folder, bytes. */
  disk: z.object({ total: z.number(), free: z.number() }).nullable(),
  /** Its clock minus ours, milliseconds; only as exact as the round trip. */
  clockSkewMs: z.number().nullable(),
  /** Only when asked deeply. */
  agents: z.array(z.object({ key: z.string(), version: z.string().nullable(), path: z.string() })),
  checks: z.array(Check),
});
export type NodeHealth = z.infer<typeof NodeHealth>;

const Amount = z.object({ total: z.number(), free: z.number() }).nullable();

/** How a machine was at one moment. What its system does not tell is null. */
export const NodeSample = z.object({
  /** Unix milliseconds. */
  at: z.number(),
  /** Over one minute. */
  load: z.number().nullable(),
  cpus: z.number().nullable(),
  /** Bytes. */
  memory: Amount,
  /** Bytes of the disk that holds the home folder. */
  disk: Amount,
  /** Round trip, milliseconds; null for this machine. */
  latencyMs: z.number().nullable(),
});
export type NodeSample = z.infer<typeof NodeSample>;

export const NodeHistory = z.object({
  node: z.string(),
  /** Oldest first. A gap of minutes is a time in which it was not reached, or the hub did not run. */
  samples: z.array(NodeSample),
});
export type NodeHistory = z.infer<typeof NodeHistory>;

/** A host of the ssh configuration, as it would be connected to. */
export const NodeHost = z.object({
  /** Its name there: for `nodes.add`. */
  alias: z.string(),
  host: z.string(),
  user: z.string(),
  port: z.number(),
  /** As `via` of a node. */
  via: z.array(z.string()),
  /** Id of the node that it is already; null when it is none. */
  node: z.string().nullable(),
  /** Why it cannot be connected to as it stands there; null when nothing is wrong. */
  problem: z.string().nullable(),
});
export type NodeHost = z.infer<typeof NodeHost>;

export const NodePort = z.object({
  port: z.number(),
  /** The address it listens on there. */
  address: z.string(),
  pid: z.number().nullable(),
  command: z.string(),
  /** Name of the session whose program listens; null when it is none of ours. */
  session: z.string().nullable(),
  /** Port on this machine that leads there; null when it is not forwarded. */
  local: z.number().nullable(),
});
export type NodePort = z.infer<typeof NodePort>;

export const NodeForward = z.object({
  node: z.string(),
  port: z.number(),
  /** Port on 127.0.0.1 of the hub's machine. */
  local: z.number(),
  /** Unix milliseconds when it ends by itself; null when it stays until it is taken away. */
  endsAt: z.number().nullable(),
});
export type NodeForward = z.infer<typeof NodeForward>;

const Port = z.int().min(1).max(65_535);

export const nodes = {
  list: call({
    scope: 'read',
    summary: 'All nodes',
    input: z.object({
      /** Also hubs that were here once and have not been heard of for an hour. */
      all: z.stringbool().or(z.boolean()).optional(),
    }),
    output: z.array(Node),
    http: { method: 'GET', path: '/api/nodes' },
  }),
  folders: call({
    scope: 'run',
    summary: 'Folders that begin with what was typed, to choose a working folder',
    input: z.object({ node: z.string().default('local'), path: z.string().max(4096).default('~') }),
    output: z.array(z.string()),
    http: { method: 'GET', path: '/api/folders' },
  }),
  rows: feed({
    scope: 'read',
    summary: 'All nodes, live',
    params: z.object({}),
    row: Node,
    key: 'id',
  }),
  add: call({
    scope: 'admin',
    summary: 'Add a machine that is reached by ssh; connecting goes on in the background',
    input: z.strictObject({
      /** Host name, address, or a name of the ssh configuration; `user@host:port` as well. */
      host: z.string().min(1).max(400),
      /** For people; the host when absent. */
      title: z.string().min(1).max(64).optional(),
      user: z.string().min(1).max(255).optional(),
      port: Port.optional(),
      /** Private key that is tried first. */
      identity: z.string().min(1).max(4096).optional(),
      /** Jump hosts, comma-separated, as `ProxyJump` takes them. */
      jump: z.string().min(1).max(1024).optional(),
    }),
    output: Node,
    http: { method: 'POST', path: '/api/nodes', status: 201 },
  }),
  hosts: call({
    scope: 'admin',
    summary: "Machines that the hub's ssh configuration names, to choose one to add",
    input: z.object({}),
    output: z.array(NodeHost),
    http: { method: 'GET', path: '/api/node-hosts' },
  }),
  edit: call({
    scope: 'admin',
    summary: 'Change how a machine is called or reached; it is connected to anew when the way there changed',
    input: z.strictObject({
      node: Named.shape.node,
      title: z.string().min(1).max(64).optional(),
      /** null: as the ssh configuration says; so with the others. Fault `conflict` while sessions of the old user are there. */
      user: z.string().min(1).max(255).nullable().optional(),
      port: Port.nullable().optional(),
      identity: z.string().min(1).max(4096).nullable().optional(),
      jump: z.string().min(1).max(1024).nullable().optional(),
      /** Of a hub that was added here; what answers there must hold its key. */
      url: HubAddress.optional(),
    }),
    output: Node,
    http: { method: 'PATCH', path: '/api/nodes/:node' },
  }),
  remove: call({
    scope: 'admin',
    summary: 'Forget a machine; sessions that run there go on running there',
    input: z.strictObject({
      node: Named.shape.node,
      /** Even though sessions are there: they leave the list. */
      force: z.stringbool().or(z.boolean()).default(false),
    }),
    output: z.object({ removed: z.literal(true), id: z.string(), title: z.string() }),
    http: { method: 'DELETE', path: '/api/nodes/:node' },
  }),
  connect: call({
    scope: 'admin',
    summary: 'Try to reach a machine now, also one that was taken offline',
    input: z.strictObject(Named.shape),
    output: Node,
    http: { method: 'POST', path: '/api/nodes/:node/connect' },
  }),
  disconnect: call({
    scope: 'admin',
    summary: 'Take a machine offline until it is connected to again; what runs there goes on',
    input: z.strictObject(Named.shape),
    output: Node,
    http: { method: 'POST', path: '/api/nodes/:node/disconnect' },
  }),
  answer: call({
    scope: 'admin',
    summary: 'Answer what a machine, or a key for it, asks; null declines',
    input: z.strictObject({
      node: Named.shape.node,
      question: z.string().min(1).max(64),
      answers: z.array(z.string().max(4096)).max(16).nullable(),
    }),
    output: z.object({ taken: z.literal(true) }),
    http: { method: 'POST', path: '/api/nodes/:node/answer' },
  }),
  status: call({
    scope: 'read',
    summary: 'How a machine is: load, memory, disk, clock; deeply also its agents',
    input: z.object({ node: Named.shape.node, deep: z.stringbool().or(z.boolean()).default(false) }),
    output: NodeHealth,
    http: { method: 'GET', path: '/api/nodes/:node' },
  }),
  history: call({
    scope: 'read',
    summary: 'Load, memory, disk and round trip of the last hours, of one machine or all',
    input: z.object({
      node: Named.shape.node.optional(),
      /** Only what is later, Unix milliseconds. */
      since: z.coerce.number().min(0).default(0),
    }),
    output: z.array(NodeHistory),
    http: { method: 'GET', path: '/api/node-history' },
  }),
  doctor: call({
    scope: 'admin',
    summary: 'Check everything that Quarterdeck needs on a machine',
    input: z.object(Named.shape),
    output: z.array(Check),
    http: { method: 'GET', path: '/api/nodes/:node/doctor' },
  }),
  ports: call({
    scope: 'run',
    summary: 'Ports that programs listen on there, and where they lead here',
    input: z.object(Named.shape),
    output: z.array(NodePort),
    http: { method: 'GET', path: '/api/nodes/:node/ports' },
  }),
  forward: call({
    scope: 'run',
    summary: 'Make a port there reachable on this machine',
    input: z.strictObject({
      node: Named.shape.node,
      port: Port,
      /** Fault `taken` when it is in use here; any free one when absent. */
      local: Port.optional(),
    }),
    output: NodeForward,
    http: { method: 'POST', path: '/api/nodes/:node/forwards', status: 201 },
  }),
  unforward: call({
    scope: 'run',
    summary: 'Take a forwarded port away',
    input: z.strictObject({ node: Named.shape.node, port: z.coerce.number().int().min(1).max(65_535) }),
    output: z.object({ removed: z.literal(true) }),
    http: { method: 'DELETE', path: '/api/nodes/:node/forwards/:port' },
  }),
  callback: call({
    scope: 'run',
    summary: 'For a log-in page that leads back to a program there: its port is opened here for ten minutes',
    input: z.strictObject({
      node: Named.shape.node,
      /** The page's address, with `redirect_uri`, or the address that it leads back to. */
      url: z.string().min(1).max(16_384),
    }),
    output: NodeForward,
    http: { method: 'POST', path: '/api/nodes/:node/callback', status: 201 },
  }),
};
