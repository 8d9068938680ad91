/** One hub that is a node of this one: what it says of itself, how it stands, and our connection to it. */
import { AboutHub, type Figures } from '../../../shared/contract/fleet.ts';
import type { Node, NodeSample } from '../../../shared/contract/nodes.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DialHub, Through } from '../../platform/ports.ts';
import { fingerprintOf } from './keys.ts';
import { createLink, type Link } from './link.ts';
import { createMirror, type Rows } from './mirror.ts';
import {
  aboutFrom,
  BEAT_MS,
  figuresFrom,
  GRACE_MS,
  KEPT_SAMPLES,
  type Standing,
  shownHere,
  skewFor,
  standingOf,
} from './rules.ts';
import type { KnownNode } from './store.ts';

export interface Introduced {
  readonly known: KnownNode;
  readonly lease: string;
  readonly credential: string;
  readonly figures: Figures;
  /** Its clock minus ours, milliseconds. */
  readonly skew: number;
}

/** A hub that was added here: it is reached by this hub alone, and never says anything by itself. */
export interface AddedWay {
  readonly credential: string;
  readonly address: string;
  readonly through: Through;
  /** The machine over which it is reached, for people; null when that is none. */
  readonly via: string | null;
}

export interface Member {
  readonly known: KnownNode;
  /** It was added here. */
  readonly added: boolean;
  /** Its clock minus ours, milliseconds. */
  readonly skew: number | null;
  /** What is taken off the times that it tells. */
  readonly used: number;
  readonly lease: { readonly lease: string; readonly n: number } | null;
  row(): Node;
  /** The way there. Fault `unreachable` with the reason. */
  link(): Link;
  /** Fires when it is given up: what waits for it need not wait on. */
  away(): AbortSignal;
  introduced(next: Introduced): void;
  add(known: KnownNode, way: AddedWay): void;
  renamed(title: string): void;
  /** As it was with each beat, later than `since`, by our clock. */
  samples(since: number): NodeSample[];
  beat(n: number, figures: Figures, itsClock: number): void;
  left(): void;
  /** A session that it told us of in an answer: its feed may come later. Null when it is none of its own. */
  learn(session: unknown): Session | null;
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
  let figures: Figures = figuresFrom(known.about.figures);
  let skew: number | null = null;
  let used = 0;
  let way: AddedWay | null = null;
  let samples: NodeSample[] = [];
  let beatAt = known.lastAt;
  let hasLeft = false;
  let link: Link | null = null;
  let linkSince = clock.now();
  let wasOnline = false;
  let first = true;
  let shown = { state: known.state, problem: known.problem };
  let giveUp = new AbortController();
  let stopFeeds: (() => void) | null = null;
  let cancelGrace: (() => void) | null = null;
  let stopAsking: (() => void) | null = null;
  let otherHub = false;

  const isAway = () => shown.state === 'unreachable' || shown.state === 'connecting';
  const asOurs = (session: Session): Session =>
    shownHere(session, known, isAway() ? `${known.title}: ${shown.problem}` : null, known.since);
  const mirror = createMirror({
    id,
    rows,
    asOurs,
    skew: () => used,
    now: clock.now,
    changed() {
      look();
      deps.stands(member, shown.state, shown.problem);
    },
  });

  const standing = (): Standing => ({
    added: way !== null,
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
    const whole = standingOf(standing(), clock.now());
    const lacks = whole.state === 'live' ? mirror.problem() : '';
    const next = lacks === '' ? whole : { state: 'degraded' as const, problem: lacks };
    if (next.state === shown.state && next.problem === shown.problem) return;
    const turned = next.state !== shown.state;
    shown = next;
    if (turned) known = { ...known, since: clock.now() };
    known = { ...known, ...next, lastAt: beatAt };
    if (isAway()) {
      giveUp.abort(new Fault('unreachable', `${known.title}: ${next.problem}`));
      // Nobody can answer them now.
      mirror.reachable(false);
    } else if (giveUp.signal.aborted) {
      giveUp = new AbortController();
      mirror.reachable(true);
    }
    if (turned || isAway()) mirror.show();
    deps.stands(member, next.state, next.problem);
  };

  const sample = () => {
    const now = clock.now();
    const { load, memoryFree } = figures;
    const { cpus, memoryTotal } = known.about;
    const memory = { total: memoryTotal, free: memoryFree };
    samples.push({ at: now, load, cpus, memory, disk: null, latencyMs: link?.client.latency() ?? null });
    samples = samples.slice(-KEPT_SAMPLES);
  };
  const heard = (next: Figures, itsClock: number) => {
    figures = figuresFrom(next);
    skew = itsClock - clock.now();
    beatAt = clock.now();
    sample();
    const before = used;
    used = skewFor(skew, used);
    // What it told so far was read by another clock: it tells it again.
    if (used !== before && link !== null) call();
    else look();
  };
  const hangUp = () => {
    stopFeeds?.();
    stopFeeds = null;
    link?.close();
    link = null;
  };
  let credential = '';
  const call = () => {
    hangUp();
    const addresses = way === null ? known.about.addresses : [way.address];
    if (credential === '' || addresses.length === 0) return look();
    otherHub = false;
    const made = createLink({
      key: known.key,
      addresses,
      through: way?.through ?? null,
      credential,
      dial: deps.dial,
      other(is) {
        if (link === made) otherHub = is;
      },
      changed() {
        if (link !== made) return;
        look();
        if (made.online) void ask();
      },
    });
    link = made;
    linkSince = clock.now();
    stopFeeds = mirror.follow(made.client, () => link === made);
    look();
  };
  /** One that was added says nothing by itself: its beats are answers. */
  const ask = async (): Promise<void> => {
    const to = link;
    if (way === null || !to?.online) return;
    try {
      const answer = AboutHub.safeParse(await to.call('fleet.about', {}, giveUp.signal, BEAT_MS / 2));
      if (link !== to || !answer.success) return;
      known = { ...known, about: { ...aboutFrom(answer.data), addresses: known.about.addresses } };
      heard(answer.data.figures, answer.data.at);
      deps.stands(member, shown.state, shown.problem);
    } catch {
      // Silence shows by its age; what is wrong with the line is told by the link.
    }
  };

  const member: Member = {
    get known() {
      return known;
    },
    get skew() {
      return skew;
    },
    get used() {
      return used;
    },
    get added() {
      return way !== null;
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
      reason:
        shown.problem === '' || shown.state === 'degraded'
          ? null
          : link?.client.state() === 'refused'
            ? 'auth'
            : otherHub
              ? 'host-key'
              : 'network',
      tmux: known.about.tmux,
      home: known.about.home,
      sessions: mirror.count() ?? figures.sessions,
      state: shown.state,
      since: known.since,
      address: link?.address ?? way?.address ?? known.about.addresses[0] ?? '',
      question: null,
      trying: link !== null && !link.online && link.client.state() !== 'refused',
      retryAt: null,
      via: way === null || way.via === null ? [] : [way.via],
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
        skewMs: skew,
        added: way !== null,
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
        way === null &&
        link !== null &&
        !hasLeft &&
        next.credential === credential &&
        JSON.stringify(next.known.about.addresses) === JSON.stringify(known.about.addresses);
      known = { ...next.known, state: shown.state, problem: shown.problem, since: known.since };
      lease = { lease: next.lease, n: 0 };
      ({ credential } = next);
      way = null;
      hasLeft = false;
      skew = next.skew;
      used = skewFor(skew, used);
      figures = figuresFrom(next.figures);
      beatAt = clock.now();
      sample();
      if (again && link) {
        link.client.wake();
        look();
      } else {
        first = true;
        call();
      }
      deps.stands(member, shown.state, shown.problem);
    },
    add(next, to) {
      known = next;
      way = to;
      credential = to.credential;
      lease = null;
      hasLeft = false;
      first = true;
      beatAt = clock.now();
      stopAsking ??= clock.every(BEAT_MS, () => void ask());
      call();
      deps.stands(member, shown.state, shown.problem);
    },
    renamed(title) {
      known = { ...known, title };
      deps.stands(member, shown.state, shown.problem);
      mirror.show();
    },
    samples: (since) => samples.filter(({ at }) => at > since),
    beat(n, next, itsClock) {
      if (lease) lease.n = n;
      heard(next, itsClock);
      deps.stands(member, shown.state, shown.problem);
    },
    left() {
      lease = null;
      hasLeft = true;
      hangUp();
      look();
    },
    learn: mirror.learn,
    call() {
      if (link) link.client.wake();
      else call();
    },
    look,
    close() {
      cancelGrace?.();
      stopAsking?.();
      giveUp.abort(new Fault('gone', `${known.title} was taken off the list`));
      hangUp();
      mirror.drop();
    },
  };
  return member;
}
