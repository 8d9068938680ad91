/** One hub that joined: what it said of itself, how it stands, our connection to it and the rows that come over it. */
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { FeedName, FeedRow } from '../../../shared/contract/contract.ts';
import type { Figures } from '../../../shared/contract/fleet.ts';
import type { Place } from '../../../shared/contract/git.ts';
import type { HubEvent } from '../../../shared/contract/hub.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { FeedChange, Key } from '../../../shared/wire/client.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DialHub } from '../../platform/ports.ts';
import type { Gathered } from './gather.ts';
import { fingerprintOf } from './keys.ts';
import { createLink, type Link } from './link.ts';
import { GRACE_MS, type Standing, shownHere, standingOf } from './rules.ts';
import type { KnownNode } from './store.ts';

/** Rows of this hub and of all that joined, by feed. */
export interface Rows {
  readonly sessions: Gathered<Session>;
  readonly prompts: Gathered<Receipt>;
  readonly approvals: Gathered<Approval>;
  readonly places: Gathered<Place>;
  /** Something happened there. */
  event(node: string, event: HubEvent): void;
}

export interface Introduced {
  readonly known: KnownNode;
  readonly lease: string;
  readonly credential: string;
  readonly figures: Figures;
  /** Its clock minus ours, milliseconds. */
  readonly skew: number;
}

export interface Member {
  readonly known: KnownNode;
  readonly skew: number | null;
  readonly lease: { readonly lease: string; readonly n: number } | null;
  row(): Node;
  /** The way there. Fault `unreachable` with the reason. */
  link(): Link;
  /** Fires when it is given up: what waits for it need not wait on. */
  away(): AbortSignal;
  introduced(next: Introduced): void;
  beat(n: number, figures: Figures, skew: number): void;
  left(): void;
  /** A session that it told us of in an answer: its feed may come later. */
  learn(session: Session): void;
  /** Tries its addresses now. */
  call(): void;
  /** Looks at the clock. */
  look(): void;
  close(): void;
}

export interface MemberDeps {
  readonly known: KnownNode;
  readonly clock: Clock;
  readonly dial: DialHub;
  readonly rows: Rows;
  /** The state changed. */
  readonly stands: (member: Member, state: Node['state'], problem: string) => void;
}

export function createMember(deps: MemberDeps): Member {
  const { clock, rows } = deps;
  const { id } = deps.known;
  let known = deps.known;
  let lease: { lease: string; n: number } | null = null;
  let figures: Figures = known.about.figures;
  let skew: number | null = null;
  let beatAt = known.lastAt;
  let hasLeft = false;
  let link: Link | null = null;
  let linkSince = clock.now();
  let wasOnline = false;
  let first = true;
  let shown = { state: known.state, problem: known.problem };
  let giveUp = new AbortController();
  let stopFeeds: (() => void)[] = [];
  let cancelGrace: (() => void) | null = null;
  /** As they come, before they are shown as ours. */
  const theirs = new Map<string, Session>();
  let asked: ReadonlyMap<Key, Approval> = new Map();

  const isAway = () => shown.state === 'unreachable' || shown.state === 'connecting';
  const asOurs = (session: Session): Session =>
    shownHere(session, known, isAway() ? `${known.title}: ${shown.problem}` : null, known.since);
  const show = () => rows.sessions.put(id, [...theirs.values()].map(asOurs));

  const standing = (): Standing => ({
    link: link === null ? 'none' : link.online ? 'online' : link.problem === '' ? 'calling' : 'away',
    linkSince,
    linkProblem: link?.problem ?? '',
    beatAt,
    left: hasLeft,
    first,
    addresses: known.about.addresses.length,
  });
  const look = () => {
    const online = link?.online === true;
    if (online !== wasOnline) {
      wasOnline = online;
      linkSince = clock.now();
      cancelGrace?.();
      cancelGrace = online ? null : clock.after(GRACE_MS + 50, look);
    }
    if (online) first = false;
    const next = standingOf(standing(), clock.now());
    if (next.state === shown.state && next.problem === shown.problem) return;
    const turned = next.state !== shown.state;
    shown = next;
    if (turned) known = { ...known, since: clock.now() };
    known = { ...known, ...next, lastAt: beatAt };
    if (isAway()) {
      giveUp.abort(new Fault('unreachable', `${known.title}: ${next.problem}`));
      // Nobody can answer them now.
      rows.approvals.dropAll(id);
    } else if (giveUp.signal.aborted) {
      giveUp = new AbortController();
      rows.approvals.put(id, [...asked.values()]);
    }
    if (turned || isAway()) show();
    deps.stands(member, next.state, next.problem);
  };

  const follow = (to: Link) => {
    const feed = <N extends FeedName>(
      name: N,
      take: (change: FeedChange<FeedRow<N>>, all: ReadonlyMap<Key, FeedRow<N>>) => void,
    ) =>
      to.client.feed(name, {} as never, {
        rows: (all, change) => link === to && take(change, all),
        state() {
          // `stale` rows stay as they are; the link says the rest.
        },
      });
    /** A new link knows nothing of what an earlier one showed. */
    const plain =
      <Row>(into: Gathered<Row>) =>
      ({ put, drop, reset }: FeedChange<Row>) => {
        if (reset) into.dropAll(id);
        else into.drop(id, drop);
        into.put(id, put);
      };
    stopFeeds = [
      feed('sessions.rows', ({ put, drop, reset }) => {
        if (reset) theirs.clear();
        for (const each of drop) theirs.delete(String(each));
        for (const each of put) theirs.set(each.id, each);
        const gone = reset ? rows.sessions.of(id).filter((row) => !theirs.has(row.id)) : [];
        rows.sessions.drop(id, [...drop, ...gone.map((row) => row.id)]);
        rows.sessions.put(id, put.map(asOurs));
        deps.stands(member, shown.state, shown.problem);
      }),
      feed('prompts.rows', plain(rows.prompts)),
      feed('approvals.rows', (change, all) => {
        asked = all;
        plain(rows.approvals)(change);
      }),
      feed('git.places', plain(rows.places)),
      // What happened before we listened is no news.
      feed('hub.events', ({ put, reset }) => {
        if (!reset) for (const each of put) rows.event(id, each);
      }),
    ];
  };
  const hangUp = () => {
    for (const stop of stopFeeds) stop();
    stopFeeds = [];
    link?.close();
    link = null;
  };
  const dropRows = () => {
    theirs.clear();
    for (const each of [rows.sessions, rows.prompts, rows.approvals, rows.places] as Gathered<unknown>[])
      each.dropAll(id);
  };
  let credential = '';
  const call = () => {
    hangUp();
    if (credential === '' || known.about.addresses.length === 0) return look();
    const made = createLink({
      key: known.key,
      addresses: known.about.addresses,
      credential,
      dial: deps.dial,
      changed: () => link === made && look(),
    });
    link = made;
    linkSince = clock.now();
    follow(made);
    look();
  };

  const member: Member = {
    get known() {
      return known;
    },
    get skew() {
      return skew;
    },
    get lease() {
      return lease;
    },
    row: () => ({
      id,
      title: known.title,
      kind: 'hub',
      reachable: shown.state === 'live' || shown.state === 'degraded',
      problem: shown.problem,
      reason: shown.problem === '' ? null : link?.client.state() === 'refused' ? 'auth' : 'network',
      tmux: known.about.tmux,
      home: known.about.home,
      sessions: theirs.size > 0 ? [...theirs.values()].filter((s) => !s.archived).length : figures.sessions,
      state: shown.state,
      since: known.since,
      address: link?.address ?? known.about.addresses[0] ?? '',
      question: null,
      trying: link !== null && !link.online && link.client.state() !== 'refused',
      retryAt: null,
      via: [],
      given: null,
      latencyMs: link?.client.latency() ?? null,
      hub: {
        version: known.about.version,
        platform: known.about.platform,
        arch: known.about.arch,
        cpus: known.about.cpus,
        load: figures.load,
        memory: { total: known.about.memoryTotal, free: figures.memoryFree },
        agents: known.about.agents.map((each) => ({ ...each })),
        fingerprint: fingerprintOf(known.key),
        beatAt,
      },
    }),
    link() {
      if (link?.online) return link;
      if (isAway()) throw new Fault('unreachable', `${known.title}: ${shown.problem}`);
      throw new Fault(
        'unreachable',
        `${known.title} does not answer just now: ${link?.problem || 'it is being called'}`,
      );
    },
    away: () => giveUp.signal,
    introduced(next) {
      const again =
        link !== null &&
        !hasLeft &&
        next.credential === credential &&
        JSON.stringify(next.known.about.addresses) === JSON.stringify(known.about.addresses);
      known = { ...next.known, state: shown.state, problem: shown.problem, since: known.since };
      lease = { lease: next.lease, n: 0 };
      ({ figures, skew, credential } = next);
      beatAt = clock.now();
      hasLeft = false;
      if (again && link) {
        link.client.wake();
        look();
      } else {
        first = true;
        call();
      }
      deps.stands(member, shown.state, shown.problem);
    },
    beat(n, next, nextSkew) {
      if (lease) lease.n = n;
      figures = next;
      skew = nextSkew;
      beatAt = clock.now();
      look();
    },
    left() {
      lease = null;
      hasLeft = true;
      hangUp();
      look();
    },
    learn(session) {
      theirs.set(session.id, session);
      rows.sessions.put(id, [asOurs(session)]);
    },
    call() {
      if (link) link.client.wake();
      else call();
    },
    look,
    close() {
      cancelGrace?.();
      giveUp.abort(new Fault('gone', `${known.title} was taken off the list`));
      hangUp();
      dropRows();
    },
  };
  return member;
}
