/** What a card tells in small: priority, due day, who has it and for how long. Each by shape and word, never by colour alone. */
import {
  Bot,
  CalendarClock,
  CalendarX2,
  ChevronDown,
  ChevronUp,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleEllipsis,
  CircleX,
  Equal,
  Eye,
  Hand,
  type LucideIcon,
  TriangleAlert,
  UserRound,
} from 'lucide-react';
import type { Actor } from '../../../shared/contract/actors.ts';
import type { CardRow, ColumnKind, Priority } from '../../../shared/contract/board.ts';
import { useAuth } from '../../app/connect.ts';
import { useSession } from '../../app/feeds.ts';
import { useNow } from '../../app/time.ts';
import { StateMark } from '../../ui/State.tsx';
import { dayOf, isOverdue } from './filter.ts';
import s from './marks.module.css';
import { dayWords, left } from './words.ts';

const PRIORITY: Readonly<Record<Priority, { readonly word: string; readonly icon: LucideIcon }>> = {
  urgent: { word: 'Urgent', icon: TriangleAlert },
  high: { word: 'High', icon: ChevronUp },
  normal: { word: 'Normal', icon: Equal },
  low: { word: 'Low', icon: ChevronDown },
};
export const priorityWord = (priority: Priority): string => PRIORITY[priority].word;

export function PriorityMark({ priority }: { readonly priority: Priority }) {
  const { word, icon: Icon } = PRIORITY[priority];
  return (
    <span className={s['mark']} data-priority={priority}>
      <Icon size={13} strokeWidth={2.5} aria-hidden />
      <span>
        {word}
        <span className="visually-hidden"> priority</span>
      </span>
    </span>
  );
}

const KIND: Readonly<Record<ColumnKind, LucideIcon>> = {
  backlog: CircleDashed,
  todo: Circle,
  doing: CircleDot,
  review: CircleEllipsis,
  done: CircleCheck,
  discarded: CircleX,
};
export function KindIcon({ kind, size = 14 }: { readonly kind: ColumnKind; readonly size?: number }) {
  const Icon = KIND[kind];
  return <Icon size={size} strokeWidth={2.25} aria-hidden className={s['kind']} data-kind={kind} />;
}

export function DueMark({ row }: { readonly row: Pick<CardRow, 'due' | 'finishedAt'> }) {
  const today = dayOf(useNow());
  if (row.due === null) return null;
  const late = isOverdue(row, today);
  const Icon = late ? CalendarX2 : CalendarClock;
  return (
    <span
      className={s['mark']}
      data-tone={late ? 'bad' : row.due === today && row.finishedAt === null ? 'need' : undefined}
    >
      <Icon size={13} aria-hidden />
      <time dateTime={row.due}>{late ? `Overdue, ${dayWords(row.due, today)}` : dayWords(row.due, today)}</time>
    </span>
  );
}

export function Who({ actor, mine }: { readonly actor: Actor; readonly mine?: boolean }) {
  // A session may have another name by now than when it was written down.
  const name = useSession(actor.kind === 'session' ? actor.id : '')?.name ?? actor.name;
  const Icon = actor.kind === 'session' ? Bot : UserRound;
  return (
    <span className={s['who']}>
      <Icon size={13} aria-hidden />
      <span className="visually-hidden">{actor.kind === 'session' ? 'session ' : ''}</span>
      <span className={s['name']} dir="auto">
        {mine ? 'You' : name}
      </span>
    </span>
  );
}

export function useIsMe(actor: Actor | null | undefined): boolean {
  const me = useAuth((auth) => auth.me?.user);
  return actor?.kind === 'user' && actor.id === me;
}

/** Who claims the card, and how long the lease still runs. */
export function ClaimMark({ claim }: { readonly claim: NonNullable<CardRow['claim']> }) {
  const now = useNow();
  const mine = useIsMe(claim.by);
  const remains = claim.expiresAt - now;
  return (
    <span className={s['claim']} data-short={remains < 60_000}>
      <Hand size={13} aria-hidden />
      <span className="visually-hidden">Claimed by </span>
      <Who actor={claim.by} mine={mine} />
      <span className={s['lease']}>{left(remains)}</span>
    </span>
  );
}

export function OwnerMark({ owner }: { readonly owner: Actor }) {
  const mine = useIsMe(owner);
  return (
    <span className={s['claim']}>
      <span className="visually-hidden">Owner: </span>
      <Who actor={owner} mine={mine} />
    </span>
  );
}

/** The live state of the session that works on it. */
export function SessionState({ id }: { readonly id: string }) {
  const session = useSession(id);
  if (!session) return null;
  return (
    <span className={s['state']} title={session.name}>
      <span className="visually-hidden">{session.name}: </span>
      <StateMark state={session.state} stalled={session.stalled} />
    </span>
  );
}

export function ReviewMark() {
  return (
    <span className={s['mark']} title="Somebody other than its owner moves it to done">
      <Eye size={13} aria-hidden />
      Review by another
    </span>
  );
}

/** A colour for a tag that stays the same everywhere; it only helps to tell tags apart. */
export function Tag({ tag }: { readonly tag: string }) {
  let sum = 0;
  for (const letter of tag) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return (
    <span className={s['tag']} dir="auto">
      <span className={s['dot']} data-c={(sum % 6) + 1} />
      <span>{tag}</span>
    </span>
  );
}
