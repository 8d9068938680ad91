/** Every action of the board by name and key. Keys act on the card that has the focus, or had it last, or is open. */
import {
  ArrowDown,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  CalendarDays,
  CircleCheck,
  Columns3,
  Download,
  Filter as FilterIcon,
  Hand,
  Pencil,
  Plus,
  Send,
  Trash2,
  Upload,
  UserRound,
} from 'lucide-react';
import type { CardRow } from '../../../shared/contract/board.ts';
import { cardNow } from '../../app/cards.ts';
import { type Command, useCommands } from '../../app/commands.ts';
import { useCan } from '../../app/connect.ts';
import { go } from '../../app/navigate.ts';
import { cardPath } from '../../app/routes.ts';
import { assignToMe, claim, moveToDone, release, setPriority } from './actions.ts';
import { ask } from './asking.ts';
import type { BoardDialog } from './BoardBar.tsx';
import { openCardMenu } from './card-menu.ts';
import { useDrag } from './drag.ts';
import { wishEdit } from './edit-wish.ts';
import { type Filter, NO_FILTER, PRIORITIES } from './filter.ts';
import { boardHasFocus, focusCard, type Step, stepFocus, useFocus } from './focus.ts';
import { beforeOf, stands } from './lists.ts';
import { priorityWord } from './marks.tsx';
import { moveCard } from './moves.ts';
import { openQuickAdd } from './quick-add.ts';
import { download } from './transfer.ts';
import { allIn, shownIn, spotOf, useView } from './view.ts';

const SECTION = 'Board';

/** The focused card one place further; across columns it keeps its height, so that the eye finds it again. */
function nudge(row: CardRow, step: Step): void {
  const spot = spotOf(row.key);
  if (!spot) return;
  const columns = useView.getState().columns.map(({ id }) => id);
  let { column, index } = spot;
  if (step === 'up') index--;
  else if (step === 'down') index++;
  else column = columns[columns.indexOf(column) + (step === 'left' ? -1 : 1)] ?? column;
  const others = shownIn(column).filter((key) => key !== row.key);
  if (index < 0 || (column === spot.column && (index > others.length || index === spot.index))) return;
  const before = beforeOf(allIn(column), others, Math.min(index, others.length), row.key);
  if (stands(allIn(column), row.key, before)) return;
  void moveCard(row, { column, before });
  focusCard(row.key);
}

export function BoardCommands(props: {
  readonly open: string | null;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly onClose: () => void;
  readonly onDialog: (which: BoardDialog) => void;
}) {
  const { open, filter, onFilter, onClose, onDialog } = props;
  const canType = useCan('type');
  const canRun = useCan('run');
  const focused = useFocus((focus) => focus.key);

  useCommands(() => {
    /** The card with the focus, else the open one. */
    const current = (): CardRow | undefined => {
      const key = boardHasFocus() ? (focused ?? open) : (open ?? focused);
      return key === null ? undefined : cardNow(key);
    };
    const free = () => useDrag.getState().key === null;
    /** A command about the current card; its key is only taken while there is one. */
    const about = (command: Omit<Command, 'section' | 'run'>, run: (row: CardRow) => void, may = canType): Command => ({
      section: SECTION,
      ...command,
      get enabled() {
        return may && free() && current() !== undefined;
      },
      run() {
        const row = current();
        if (row) run(row);
      },
    });
    const walk = (step: Step, keys: string): Command => ({
      id: `board.focus.${step}`,
      title: `Card: focus ${step}`,
      section: SECTION,
      keys,
      hidden: true,
      get enabled() {
        return free() && boardHasFocus();
      },
      run: () => stepFocus(step),
    });
    const move = (step: Step, keys: string, title: string, icon: typeof ArrowUp): Command =>
      about({ id: `board.move.${step}`, title, keys, icon }, (row) => nudge(row, step));
    const edit = (row: CardRow) => {
      wishEdit(row.key);
      if (open !== row.key) go(cardPath(row.key, location.search));
    };
    const list: Command[] = [
      {
        id: 'board.add',
        title: 'Add a card',
        section: SECTION,
        keys: 'c',
        icon: Plus,
        words: 'new create task',
        enabled: canType,
        run: () => openQuickAdd(focused === null ? undefined : spotOf(focused)?.column),
      },
      {
        id: 'board.filter',
        title: 'Filter cards',
        section: SECTION,
        keys: '/',
        icon: FilterIcon,
        run: () => document.getElementById('board-filter')?.focus(),
      },
      {
        id: 'board.filter.mine',
        title: filter.mine ? 'Show everybody’s cards' : 'Show only my cards',
        section: SECTION,
        run: () => onFilter({ ...filter, mine: !filter.mine }),
      },
      { id: 'board.filter.clear', title: 'Clear the filter', section: SECTION, run: () => onFilter(NO_FILTER) },
      walk('up', 'ArrowUp'),
      walk('down', 'ArrowDown'),
      walk('left', 'ArrowLeft'),
      walk('right', 'ArrowRight'),
      walk('first', 'Home'),
      walk('last', 'End'),
      move('up', 'Alt+ArrowUp', 'Move the card up', ArrowUp),
      move('down', 'Alt+ArrowDown', 'Move the card down', ArrowDown),
      move('left', 'Alt+ArrowLeft', 'Move the card to the column before', ArrowLeft),
      move('right', 'Alt+ArrowRight', 'Move the card to the next column', ArrowRight),
      about({ id: 'board.edit', title: 'Edit the card', keys: 'e', icon: Pencil }, edit),
      about({ id: 'board.done', title: 'Mark the card done', keys: 'x', icon: CircleCheck }, moveToDone),
      about({ id: 'board.assign', title: 'Assign the card to me', keys: 'i', icon: UserRound }, (row) => {
        void assignToMe(row);
      }),
      about({ id: 'board.claim', title: 'Claim the card, or give it back', keys: 'l', icon: Hand }, (row) => {
        void (row.claim ? release(row.key) : claim(row.key));
      }),
      about({ id: 'board.claim-for', title: 'Claim the card for a session', icon: Hand }, (row) =>
        ask('claim-for', row.key),
      ),
      about({ id: 'board.send', title: 'Send the card to a session', keys: 's', icon: Send }, (row) =>
        ask('send', row.key),
      ),
      about({ id: 'board.menu', title: 'Actions of the card', keys: 'm', hidden: true }, (row) => {
        const at = document.querySelector(`[data-card="${CSS.escape(row.key)}"]`);
        if (at) openCardMenu(row.key, at);
      }),
      ...PRIORITIES.map((priority, i) =>
        about(
          { id: `board.priority.${priority}`, title: `Priority: ${priorityWord(priority)}`, keys: String(i + 1) },
          (row) => void setPriority(row.key, priority),
        ),
      ),
      about(
        { id: 'board.delete', title: 'Delete the card', keys: 'Delete', icon: Trash2 },
        (row) => ask('delete', row.key),
        canRun,
      ),
      {
        id: 'board.close',
        title: 'Close the card',
        section: SECTION,
        keys: 'Escape',
        get enabled() {
          return open !== null && free();
        },
        run: onClose,
      },
      {
        id: 'board.columns',
        title: 'Columns and limits',
        section: SECTION,
        icon: Columns3,
        enabled: canRun,
        run: () => onDialog('columns'),
      },
      {
        id: 'board.import',
        title: 'Import cards',
        section: SECTION,
        icon: Upload,
        enabled: canRun,
        run: () => onDialog('import'),
      },
      {
        id: 'board.calendar',
        title: 'Calendar address of due dates',
        section: SECTION,
        icon: CalendarDays,
        enabled: canType,
        run: () => onDialog('calendar'),
      },
      ...(['json', 'csv', 'ical'] as const).map(
        (as): Command => ({
          id: `board.export.${as}`,
          title: as === 'ical' ? 'Export due dates' : `Export the board as ${as.toUpperCase()}`,
          section: SECTION,
          icon: Download,
          run: () => void download(as),
        }),
      ),
    ];
    return list;
  }, [open, filter, focused, onFilter, onClose, onDialog, canType, canRun]);
  return null;
}
