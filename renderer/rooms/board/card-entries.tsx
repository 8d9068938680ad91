/** The entries of a card's menu, the same at the card and in its panel. */
import {
  ArrowRightLeft,
  CircleCheck,
  Hand,
  Link2,
  Maximize2,
  Play,
  Send,
  Trash2,
  Undo2,
  UserRound,
} from 'lucide-react';
import type { CardRow } from '../../../shared/contract/board.ts';
import { attempt } from '../../app/act.ts';
import { useAuth, useCan, wire } from '../../app/connect.ts';
import { DESKTOP } from '../../app/desktop.ts';
import { go } from '../../app/navigate.ts';
import { cardPath } from '../../app/routes.ts';
import { useStart } from '../../app/start.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';
import { assignToMe, claim, copy, kindOf, moveToDone, release, startWish, whyNotClaimed } from './actions.ts';
import { ask } from './asking.ts';
import { isFinished } from './filter.ts';
import { KindIcon } from './marks.tsx';
import { moveTo } from './moves.ts';
import { useView } from './view.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;

export function useCardEntries(row: CardRow | undefined, open: boolean): readonly MenuEntry[] {
  const columns = useView((view) => view.columns);
  const canType = useCan('type');
  const canRun = useCan('run');
  const start = useStart();
  const me = useAuth((auth) => auth.me?.user);
  if (!row) return [];
  const { key } = row;
  const whyNot = whyNotClaimed(row);
  const mine = row.owner?.kind === 'user' && row.owner.id === me;
  const entries: (MenuEntry | false)[] = [
    !open && {
      key: 'open',
      label: 'Open',
      icon: <Maximize2 {...ICON} />,
      onSelect: () => go(cardPath(key, location.search)),
    },
    {
      key: 'copy',
      label: 'Copy link',
      icon: <Link2 {...ICON} />,
      // A link of the desktop app opens in the desktop app.
      onSelect: () => copy(DESKTOP ? `quarterdeck://board/${key}` : location.origin + cardPath(key), 'Link'),
    },
    canType &&
      !isFinished(kindOf(row)) && {
        key: 'done',
        label: 'Mark done',
        icon: <CircleCheck {...ICON} />,
        onSelect: () => moveToDone(row),
      },
    ...columns
      .filter((column) => canType && column.id !== row.column)
      .map(
        (column, i): MenuEntry => ({
          key: `to-${column.id}`,
          label: `Move to ${column.title}`,
          icon: <KindIcon kind={column.kind} size={15} />,
          apart: i === 0,
          onSelect: () => moveTo(key, column.id),
        }),
      ),
    canType &&
      !mine && {
        key: 'assign',
        label: 'Assign to me',
        icon: <UserRound {...ICON} />,
        apart: true,
        onSelect: () => void assignToMe(row),
      },
    canType &&
      row.claim !== null && {
        key: 'release',
        label: row.claim.by.kind === 'user' && row.claim.by.id === me ? 'Give the claim back' : 'Take the claim away',
        icon: <Undo2 {...ICON} />,
        apart: mine,
        onSelect: () => void release(key),
      },
    canType &&
      row.claim === null && {
        key: 'claim',
        label: 'Claim',
        icon: <Hand {...ICON} />,
        apart: mine,
        disabled: whyNot !== null,
        onSelect: () => void claim(key),
      },
    canType &&
      row.claim === null && {
        key: 'claim-for',
        label: 'Claim for a session…',
        icon: <ArrowRightLeft {...ICON} />,
        disabled: whyNot !== null,
        onSelect: () => ask('claim-for', key),
      },
    canType && {
      key: 'send',
      label: 'Send to a session…',
      icon: <Send {...ICON} />,
      onSelect: () => ask('send', key),
    },
    start !== null && {
      key: 'start',
      label: 'Start a session for it…',
      icon: <Play {...ICON} />,
      onSelect: () =>
        void attempt(`Could not read ${key}`, async () => start(startWish(await wire().call('board.get', { key })))),
    },
    canRun && {
      key: 'delete',
      label: 'Delete…',
      icon: <Trash2 {...ICON} />,
      danger: true,
      apart: true,
      onSelect: () => ask('delete', key),
    },
  ];
  return entries.filter((entry) => entry !== false);
}
