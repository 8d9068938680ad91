/** Lists and feeds of all hubs as one: this hub's own rows first, those of others behind, each caller as far as it may see. */
import type { HubEvent } from '../../../shared/contract/hub.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import { isFault } from '../../../shared/fault.ts';
import { newPromptId } from '../../../shared/ids.ts';
import { type Asked, type Handlers, maySee, mayUseNode, type Principal } from '../../kernel/handlers.ts';
import type { Live } from '../../kernel/live.ts';
import type { Gathered } from './gather.ts';
import type { Member } from './member.ts';
import { ALL_MS, type AnyCall, type Input, type Ways } from './ways.ts';

export interface ListsDeps {
  readonly ways: Ways;
  readonly nodes: Live<Node>;
  readonly events: Live<HubEvent>;
}

export function createLists({ ways, nodes, events }: ListsDeps) {
  const { own, registry, rows, isHub, forward } = ways;

  const sees = (who: Principal, sessionId: string, node: string) => mayUseNode(who, node) && maySee(who, sessionId);
  /** A feed over gathered rows; `mine` limits what is this hub's own beside what the room does itself. */
  const feed = <Row>(
    from: Gathered<Row>,
    who: Principal,
    answer: { readonly filter?: (row: Row) => boolean },
    sessionOf: (row: Row) => string,
    mine: (row: Row) => boolean,
    others: ((row: Row) => boolean) | null = null,
  ) => {
    const { filter } = answer;
    const whole = !filter && who.sessions === null && !who.nodes && others === null;
    if (whole) return { live: from.live };
    return {
      live: from.live,
      filter: (row: Row) => {
        const node = from.nodeOfRow(row);
        if (node === null) return mine(row) && (filter?.(row) ?? true);
        return sees(who, sessionOf(row), node) && (others?.(row) ?? true);
      },
    };
  };
  /** One list of all: nobody waits longer than `ALL_MS` for a silent one. */
  const all = async <T>(
    name: 'sessions.search' | 'recordings.list' | 'recordings.search',
    input: Input,
    ask: Asked,
  ) => {
    const mine = mayUseNode(ask.who, 'local') ? ((await (own[name] as AnyCall)(input as never, ask)) as T[]) : [];
    if (isHub(ask.who)) return { mine, theirs: [] as T[] };
    const lists = await ways.everywhere(ask, (member) => forward(member, name, input, ask, ALL_MS) as Promise<T[]>);
    return { mine, theirs: lists.flat() };
  };

  const lists: Partial<Handlers> = {
    'sessions.list': async (input, ask) => {
      const first = mayUseNode(ask.who, 'local') ? await own['sessions.list'](input, ask) : [];
      if (isHub(ask.who)) return first;
      const more = rows.sessions.live.rows().filter((row) => {
        const node = rows.sessions.nodeOfRow(row);
        return node !== null && sees(ask.who, row.id, node) && (input.archived !== false || !row.archived);
      });
      return [...first, ...more];
    },
    'approvals.list': async (input, ask) => {
      const first = mayUseNode(ask.who, 'local') ? await own['approvals.list'](input, ask) : [];
      if (isHub(ask.who)) return first;
      const more = rows.approvals.live.rows().filter((row) => {
        const node = rows.approvals.nodeOfRow(row);
        const standing = row.status === 'open' || row.status === 'answering';
        return node !== null && sees(ask.who, row.sessionId, node) && (standing || input.all === true);
      });
      return [...first, ...more].sort((a, b) => b.createdAt - a.createdAt);
    },
    'sessions.search': async (input, ask) => {
      type Hit = Awaited<ReturnType<Handlers['sessions.search']>>[number];
      const { mine, theirs } = await all<Hit>('sessions.search', input, ask);
      // Hits name sessions by name; who is limited to some is not shown those of others that are called the same.
      return [...mine, ...(ask.who.sessions === null ? theirs : [])].slice(0, input.limit);
    },
    'recordings.list': async (input, ask) => {
      type Row = Awaited<ReturnType<Handlers['recordings.list']>>[number];
      const { mine, theirs } = await all<Row>('recordings.list', input, ask);
      return [...mine, ...theirs.filter((row) => maySee(ask.who, row.id))].sort((a, b) => b.to - a.to);
    },
    'recordings.search': async (input, ask) => {
      type Hit = Awaited<ReturnType<Handlers['recordings.search']>>[number];
      const { session, member } =
        input.id === undefined || isHub(ask.who) ? { session: null, member: null } : ways.elsewhere(input.id);
      if (session && member) {
        ways.admit(ask.who, member, session.id, `recording ${input.id}`);
        return (await forward(member, 'recordings.search', { ...input, id: session.id }, ask)) as Hit[];
      }
      if (input.id !== undefined) return own['recordings.search'](input, ask);
      const { mine, theirs } = await all<Hit>('recordings.search', input, ask);
      return [...mine, ...theirs.filter((hit) => maySee(ask.who, hit.id))].slice(0, input.limit);
    },
    'prompts.broadcast': async (input, ask) => {
      if (isHub(ask.who)) return own['prompts.broadcast'](input, ask);
      const id = input.id ?? newPromptId();
      const there = new Map<Member, string[]>();
      const stay: string[] = [];
      for (const name of input.sessions) {
        const { session, member } = ways.elsewhere(name);
        if (session && member) there.set(member, [...(there.get(member) ?? []), session.id]);
        else stay.push(session?.id ?? name);
      }
      if (input.all && input.sessions.length === 0) for (const member of registry.members()) there.set(member, []);
      const far = [...there].map(async ([member, sessions]) => {
        try {
          ways.admit(ask.who, member, null, member.known.title);
          ways.noted(member, 'prompts.broadcast', sessions.join(' '), ask);
          return (await forward(member, 'prompts.broadcast', { ...input, id, sessions }, ask)) as Receipt[];
        } catch (error) {
          if (!isFault(error)) throw error;
          const names = sessions.length > 0 ? sessions : [`${member.known.title}:*`];
          return names.map((session) => ({ session, error: error.message }));
        }
      });
      const near = stay.length > 0 || there.size === 0 || (input.all && input.sessions.length === 0);
      const first = near ? await own['prompts.broadcast']({ ...input, id, sessions: stay }, ask) : [];
      return [...first, ...(await Promise.all(far)).flat()];
    },
    'nodes.list': async (input, ask) => {
      const first = await own['nodes.list'](input, ask);
      if (isHub(ask.who)) return first;
      return [...first, ...registry.list(input.all === true).filter((node) => mayUseNode(ask.who, node.id))];
    },
  };

  const feeds: Partial<Handlers> = {
    'sessions.rows': (params, { who, ...ask }) => {
      const answer = own['sessions.rows'](params, { who, ...ask });
      if (isHub(who)) return answer;
      const at = (node: string) => mayUseNode(who, 'local') || mayUseNode(who, node);
      return feed(
        rows.sessions,
        who,
        answer,
        (row) => row.id,
        (row) => at(row.node),
      );
    },
    'prompts.rows': (params, ask) => {
      const wanted = (params as { readonly session?: string }).session;
      const { session, member } =
        wanted === undefined || isHub(ask.who) ? { session: null, member: null } : ways.elsewhere(wanted);
      // That of another hub is unknown to this one's own room.
      const answer = own['prompts.rows'](member ? {} : session ? { session: session.id } : params, ask);
      if (isHub(ask.who)) return answer;
      const mine = () => !member && mayUseNode(ask.who, 'local');
      const others = wanted === undefined ? null : (row: Receipt) => member !== null && row.sessionId === session?.id;
      return feed(rows.prompts, ask.who, answer, (row) => row.sessionId, mine, others);
    },
    'approvals.rows': (params, ask) => {
      const answer = own['approvals.rows'](params, ask);
      if (isHub(ask.who)) return answer;
      return feed(
        rows.approvals,
        ask.who,
        answer,
        (row) => row.sessionId,
        () => mayUseNode(ask.who, 'local'),
      );
    },
    'git.places': (params, ask) => {
      const answer = own['git.places'](params, ask);
      if (isHub(ask.who)) return answer;
      return feed(
        rows.places,
        ask.who,
        answer,
        (row) => row.sessionId,
        () => mayUseNode(ask.who, 'local'),
      );
    },
    'hub.events': (params, ask) => {
      if (isHub(ask.who)) return own['hub.events'](params, ask);
      const at = ({ data }: HubEvent) => mayUseNode(ask.who, typeof data['node'] === 'string' ? data['node'] : 'local');
      return { live: events, filter: (event) => maySee(ask.who, event.sessionId) && at(event) };
    },
    'nodes.rows': (params, ask) => {
      if (isHub(ask.who)) return own['nodes.rows'](params, ask);
      return { live: nodes, ...(ask.who.nodes ? { filter: (node) => mayUseNode(ask.who, node.id) } : {}) };
    },
  };
  return { ...lists, ...feeds };
}
