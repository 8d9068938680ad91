/**
 * What is about a session, prompt, request, recording or node of another hub goes there. The gateway has checked the
 * caller's scopes; limits to sessions and nodes are checked here; there, this hub's own token counts.
 */
import type { CallName, PipeParsed } from '../../../shared/contract/contract.ts';
import { entries } from '../../../shared/contract/contract.ts';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault, isFault } from '../../../shared/fault.ts';
import { newPromptId } from '../../../shared/ids.ts';
import type { ActsFor } from '../../../shared/wire/frames.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Asked, type Handlers, maySee, mayUseNode, nameOf, type Principal } from '../../kernel/handlers.ts';
import type { Member } from './member.ts';
import type { Rows } from './mirror.ts';
import type { Registry } from './registry.ts';
import { inOurTime, isShallow, meaning, shownHere, type Titled, visible, wayOf } from './rules.ts';
import { openTerminal } from './terminal.ts';

export interface WaysDeps {
  /** This hub's own. */
  readonly own: Handlers;
  readonly ownSessions: () => readonly Session[];
  readonly ownNodes: () => readonly Titled[];
  readonly registry: Registry;
  readonly rows: Rows;
  readonly clock: Clock;
  readonly audit: Audit;
  /** What this hub calls itself before others. */
  readonly name: () => string;
}

export type Input = Readonly<Record<string, unknown>>;
export type AnyCall = (input: never, ask: Asked) => unknown;

/** Other hubs have so long for what is asked of all of them at once; who is silent is left out. */
export const ALL_MS = 4000;
const WAIT_MS = 15_000;

const isSession = (value: unknown): value is Session =>
  value !== null && typeof value === 'object' && 'cwd' in value && 'attach' in value && 'agent' in value;

export type Ways = ReturnType<typeof createWays>;

export function createWays(deps: WaysDeps) {
  const { own, registry, rows, audit } = deps;
  /** A hub above: it is shown what is ours alone, or hubs in a circle would mirror each other without end. */
  const isHub = (who: Principal): boolean => who.hub === true;
  /** Whom this hub acts for there: for the records of that machine, which allows nothing by it. */
  const actsFor = (who: Principal): ActsFor => ({
    name: nameOf(who).slice(0, 128),
    id: who.userId ?? null,
    hub: deps.name().slice(0, 128),
  });

  /** Whom a name means; null when nobody here has it. Fault `ambiguous`. */
  const find = (wanted: string) => {
    const mine = deps.ownSessions();
    const others = rows.sessions.live.rows().filter((row) => rows.sessions.nodeOf(row.id) !== null);
    const nodes = [...deps.ownNodes(), ...registry.members().map((each) => each.known)];
    const found = meaning(wanted, mine, others, nodes);
    if (found?.is !== 'several') return found;
    throw new Fault(
      'ambiguous',
      `several machines have a session ${wanted}: ${found.choices.join(', ')}; write which`,
      {
        candidates: found.choices,
      },
    );
  };
  /** The other hub that has this session; null for this hub's own, and for none. */
  const elsewhere = (wanted: string) => {
    const found = find(wanted);
    const node = found?.is === 'other' ? rows.sessions.nodeOf(found.session.id) : null;
    const member = node === null ? null : registry.find(node);
    return { session: found?.session ?? null, member };
  };

  /** A fault in the words of another machine, as far as it can be passed on. */
  const told = ({ code, message, data }: Fault): Fault =>
    new Fault(code, visible(message).slice(0, 2000), data && isShallow(data) ? data : undefined);
  const nothing = (what: string) => new Fault('not-found', `There is no ${what}.`);
  /** Of another hub, as far as this caller may know of it. */
  const admit = (who: Principal, member: Member, sessionId: string | null, what: string): void => {
    if (!mayUseNode(who, member.known.id))
      throw new Fault('forbidden', 'this token is limited to other nodes than that');
    if (sessionId !== null && !maySee(who, sessionId)) throw nothing(what);
  };
  const admitHere = (who: Principal): void => {
    if (!mayUseNode(who, 'local'))
      throw new Fault('forbidden', 'this token is limited to other nodes than this machine (local)');
  };

  /** An answer of a node in the words of this hub: its `local` is that node here. */
  const translated = (member: Member, output: unknown): unknown => {
    if (Array.isArray(output)) return output.map((each) => translated(member, each));
    if (!isSession(output)) return inOurTime(output, member.used);
    const session = member.learn(output);
    if (!session) throw new Fault('unavailable', `${member.known.title} answered with a session that is not its own`);
    return shownHere(session, member.known, null, 0);
  };
  const forward = async (
    member: Member,
    name: CallName,
    input: Input,
    ask: Asked,
    timeoutMs?: number,
  ): Promise<unknown> => {
    const { title } = member.known;
    const given = name === 'prompts.enqueue' && input['id'] === undefined ? { ...input, id: newPromptId() } : input;
    const link = member.link();
    try {
      const signal = AbortSignal.any([ask.signal, member.away()]);
      const answer = entries.get(name);
      const raw = await link.call(name, given, signal, timeoutMs, actsFor(ask.who));
      const parsed = answer?.verb === 'call' ? answer.output.safeParse(raw) : null;
      if (!parsed?.success) throw new Fault('unavailable', `${title} answered with what makes no sense`);
      return translated(member, parsed.data);
    } catch (error) {
      if (isFault(error, 'newer-version')) throw new Fault('newer-version', `${title}: ${error.message}`);
      if (isFault(error, 'forbidden'))
        throw new Fault('forbidden', `${title} lets other hubs look, type, approve and run, no more: do this there`);
      if (isFault(error)) throw told(error);
      throw error;
    }
  };
  /** What changes something leaves a line here too: there it stands under this hub's name. */
  const noted = (member: Member, name: CallName, target: string, ask: Asked): void => {
    if (entries.get(name)?.scope === 'read' || name === 'sessions.keys') return;
    const { id, title } = member.known;
    audit({
      ...actor(ask.who),
      action: name,
      target: target === '' ? title : `${title}:${target}`,
      detail: { node: id },
    });
  };
  /** Every member at once; who does not answer in time is left out here, and shown as what it is in the list of nodes. */
  const everywhere = async <T>(ask: Asked, run: (member: Member) => Promise<T | null>): Promise<T[]> => {
    const members = registry.members().filter((each) => mayUseNode(ask.who, each.known.id) && each.row().reachable);
    const answers = await Promise.all(
      members.map((each) => run(each).catch((error: unknown) => (isFault(error) ? null : Promise.reject(error)))),
    );
    return answers.filter((each) => each !== null);
  };

  type Holder = { readonly member: Member; readonly sessionId: string | null } | null;
  const ofPrompt = async (id: string, ask: Asked): Promise<Holder> => {
    const row = rows.prompts.live.get(id);
    const node = rows.prompts.nodeOf(id);
    const member = node === null ? null : registry.find(node);
    if (row && member) return { member, sessionId: row.sessionId };
    if (row || registry.members().length === 0) return null;
    // An old one is in no list. This hub's own rooms come first.
    const mine = await Promise.resolve()
      .then(() => own['prompts.get']({ id }, ask))
      .catch((error: unknown) => (isFault(error) ? null : Promise.reject(error)));
    if (mine) return null;
    const found = await everywhere(ask, async (each) => {
      const receipt = (await forward(each, 'prompts.get', { id }, ask, ALL_MS)) as Receipt;
      return { member: each, sessionId: receipt.sessionId };
    });
    if (found.length > 1) {
      const titles = found.map((each) => each.member.known.title).join(', ');
      throw new Fault('ambiguous', `several machines have a prompt ${id}: ${titles}`);
    }
    return found[0] ?? null;
  };
  const ofApproval = (id: string): Holder => {
    const node = rows.approvals.nodeOf(id);
    const member = node === null ? null : registry.find(node);
    return member && { member, sessionId: rows.approvals.live.get(id)?.sessionId ?? null };
  };
  const ofRecording = async (id: string, ask: Asked): Promise<Holder> => {
    const { session, member } = elsewhere(id);
    if (session) return member && { member, sessionId: session.id };
    // Recordings outlive their sessions; a caller that is limited to some has none of those.
    if (ask.who.sessions !== null || registry.members().length === 0) return null;
    const here = mayUseNode(ask.who, 'local') ? await own['recordings.list']({}, ask) : [];
    if (here.some((each) => each.id === id)) return null;
    const found = await everywhere(ask, async (each) => {
      const list = (await forward(each, 'recordings.list', {}, ask, ALL_MS)) as readonly { readonly id: string }[];
      return list.some((row) => row.id === id) ? { member: each, sessionId: id } : null;
    });
    return found[0] ?? null;
  };
  const holder = { prompt: ofPrompt, approval: ofApproval, recording: ofRecording };

  /** The handler of a call with other hubs behind it. */
  const routed = (name: CallName): AnyCall => {
    const handler = own[name] as AnyCall;
    const way = wayOf(name);
    const here = (input: Input, ask: Asked) => {
      admitHere(ask.who);
      return handler(input as never, ask);
    };
    switch (way) {
      case 'session':
        return (input: Input, ask) => {
          if (isHub(ask.who)) return here(input, ask);
          const { session, member } = elsewhere(String(input['name']));
          if (!member || !session) return here(session ? { ...input, name: session.id } : input, ask);
          admit(ask.who, member, session.id, `session ${session.name}`);
          noted(member, name, session.name, ask);
          return forward(member, name, { ...input, name: session.id }, ask);
        };
      case 'node':
        return (input: Input, ask) => {
          const wanted = input['node'];
          const member = typeof wanted === 'string' && !isHub(ask.who) ? registry.find(wanted) : null;
          if (!member) return here(input, ask);
          admit(ask.who, member, null, member.known.title);
          noted(member, name, String(input['name'] ?? input['agent'] ?? ''), ask);
          return forward(member, name, { ...input, node: 'local' }, ask);
        };
      case 'prompt':
      case 'approval':
      case 'recording':
        return async (input: Input, ask) => {
          const id = String(input['id'] ?? '');
          const at = id === '' || isHub(ask.who) ? null : await holder[way](id, ask);
          if (!at) return here(input, ask);
          admit(ask.who, at.member, at.sessionId, `${way} ${id}`);
          noted(at.member, name, id, ask);
          const sent = way === 'recording' ? { ...input, id: at.sessionId } : input;
          const wait = name === 'prompts.wait' ? Number(input['timeout'] ?? 60) * 1000 + WAIT_MS : undefined;
          return forward(at.member, name, sent, ask, wait);
        };
      default:
        return handler;
    }
  };

  const terminal: Handlers['sessions.terminal'] = async (params: PipeParsed<'sessions.terminal'>, ask, sink) => {
    const { session, member } = isHub(ask.who) ? { session: null, member: null } : elsewhere(params.name);
    if (!member || !session) {
      admitHere(ask.who);
      return own['sessions.terminal'](session ? { ...params, name: session.id } : params, ask, sink);
    }
    admit(ask.who, member, session.id, `session ${session.name}`);
    const { title } = member.known;
    const to = { link: member.link(), title, by: actsFor(ask.who) };
    return openTerminal(to, { ...params, name: session.id }, ask, sink, deps.clock);
  };

  return { ...deps, isHub, find, elsewhere, admit, forward, noted, everywhere, routed, terminal };
}
