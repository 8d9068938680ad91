/** Every screen of the face, in one table: its address, its name, its code (loaded when it is first wanted), its key. */
import {
  Bot,
  ChartColumn,
  Clapperboard,
  Inbox,
  KeyRound,
  Layers,
  LayoutGrid,
  ListChecks,
  type LucideIcon,
  MessageCircle,
  MessagesSquare,
  Monitor,
  NotebookPen,
  ScrollText,
  Search,
  Settings2,
  Smartphone,
  SquareKanban,
  Users,
  Workflow,
} from 'lucide-react';
import type { ComponentType } from 'react';
import type { Me } from '../../shared/contract/auth.ts';
import type { Scope } from '../../shared/contract/define.ts';
import { routes } from './routes.ts';

export interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Absent for the first screen, which is in the code that is loaded at once. */
  readonly load?: () => Promise<{ readonly default: ComponentType }>;
  /** `work` stands at the top of the rail, `house` at its foot; `other` only in the palette and by links. */
  readonly section: 'work' | 'knowledge' | 'house' | 'other';
  /** One of the phone's bottom tabs; the others are behind More. */
  readonly tab?: true;
  /** Sequence that goes there. */
  readonly keys: string;
  /** Only for those who hold it. */
  readonly scope?: Scope;
  /** Further addresses that are part of it. */
  readonly under?: string;
}

export const places: readonly Place[] = [
  { path: routes.tiles, label: 'Panes', icon: LayoutGrid, section: 'work', keys: 'g p' },
  {
    path: routes.sessions,
    label: 'Sessions',
    icon: Layers,
    load: () => import('../rooms/sessions/Sessions.tsx'),
    section: 'work',
    keys: 'g s',
    tab: true,
    under: '/s/',
  },
  {
    path: routes.inbox,
    label: 'Inbox',
    icon: Inbox,
    load: () => import('../rooms/approvals/Inbox.tsx'),
    section: 'work',
    keys: 'g i',
    tab: true,
  },
  {
    path: routes.board,
    label: 'Board',
    icon: SquareKanban,
    load: () => import('../rooms/board/Board.tsx'),
    section: 'work',
    keys: 'g b',
    tab: true,
    under: '/board/',
  },
  {
    path: routes.policies,
    label: 'Policies',
    icon: ListChecks,
    load: () => import('../rooms/approvals/Policies.tsx'),
    section: 'other',
    keys: 'g y',
  },
  {
    path: routes.channels,
    label: 'Channels',
    icon: MessageCircle,
    load: () => import('../rooms/channels/Channels.tsx'),
    section: 'knowledge',
    keys: 'g h',
    under: '/channels/',
  },
  {
    path: routes.search,
    label: 'Search',
    icon: Search,
    load: () => import('../rooms/recordings/SearchAll.tsx'),
    section: 'work',
    keys: 'g /',
  },
  {
    path: routes.notes,
    label: 'Notes',
    icon: NotebookPen,
    load: () => import('../rooms/memory/Notes.tsx'),
    section: 'knowledge',
    keys: 'g m',
    under: '/notes/',
  },
  {
    path: routes.conversations,
    label: 'Conversations',
    icon: MessagesSquare,
    load: () => import('../rooms/agents/Conversations.tsx'),
    section: 'knowledge',
    keys: 'g c',
  },
  {
    path: routes.recordings,
    label: 'Recordings',
    icon: Clapperboard,
    load: () => import('../rooms/recordings/Recordings.tsx'),
    section: 'knowledge',
    keys: 'g r',
    under: '/replay/',
  },
  {
    path: routes.usage,
    label: 'Usage',
    icon: ChartColumn,
    load: () => import('../rooms/agents/Usage.tsx'),
    section: 'knowledge',
    keys: 'g u',
  },
  {
    path: routes.agents,
    label: 'Agents',
    icon: Bot,
    load: () => import('../rooms/agents/Agents.tsx'),
    section: 'house',
    keys: 'g a',
  },
  {
    path: routes.workers,
    label: 'Workers',
    icon: Workflow,
    load: () => import('../rooms/workers/Workers.tsx'),
    section: 'house',
    keys: 'g w',
  },
  {
    path: routes.nodes,
    label: 'Nodes',
    icon: Monitor,
    load: () => import('../rooms/nodes/Nodes.tsx'),
    section: 'house',
    keys: 'g n',
  },
  {
    path: routes.settings,
    label: 'Settings',
    icon: Settings2,
    load: () => import('./SettingsPage.tsx'),
    section: 'house',
    keys: 'g ,',
  },
  {
    path: routes.phones,
    label: 'Phones and other devices',
    icon: Smartphone,
    load: () => import('../rooms/settings/Phones.tsx'),
    section: 'other',
    keys: 'g o',
  },
  {
    path: routes.signIn,
    label: 'Sign in to an agent',
    icon: KeyRound,
    load: () => import('../rooms/sign-in/SignIn.tsx'),
    section: 'other',
    keys: 'g k',
    scope: 'run',
  },
  {
    path: routes.people,
    label: 'People and tokens',
    icon: Users,
    load: () => import('../rooms/auth/People.tsx'),
    section: 'house',
    keys: 'g t',
  },
  {
    path: routes.logs,
    label: 'Logs',
    icon: ScrollText,
    load: () => import('../rooms/logs/Logs.tsx'),
    section: 'house',
    keys: 'g l',
    scope: 'admin',
  },
];

/** The screens that this person may open. */
export const placesFor = (me: Me | null): readonly Place[] =>
  places.filter((place) => {
    if (place.scope === undefined) return true;
    return me !== null && (me.scopes.includes(place.scope) || me.scopes.includes('admin'));
  });

/** The place that an address belongs to. */
export const placeAt = (path: string): Place | undefined =>
  places.find((place) => place.path === path) ??
  places.find(
    (place) => (place.under !== undefined && path.startsWith(place.under)) || path.startsWith(`${place.path}/`),
  );
