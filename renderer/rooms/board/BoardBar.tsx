/** Above the columns: the filter, which lives in the address, and what can be done with the board as a whole. */
import { CalendarDays, CalendarX2, Columns3, Download, Ellipsis, Lock, Plus, Upload, User, X } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useCards } from '../../app/cards.ts';
import { useCan } from '../../app/connect.ts';
import { NodeFilter } from '../../app/NodeFilter.tsx';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { selectClass } from '../../ui/Field.tsx';
import { Find } from '../../ui/Find.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import s from './BoardBar.module.css';
import { actorKey, type Filter, isFiltered, NO_FILTER, NOBODY, PRIORITIES } from './filter.ts';
import { priorityWord } from './marks.tsx';
import { openQuickAdd } from './quick-add.ts';
import { download } from './transfer.ts';

export type BoardDialog = 'columns' | 'import' | 'calendar';
const ICON = { size: 15, 'aria-hidden': true } as const;

export function BoardBar(props: {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly onDialog: (which: BoardDialog) => void;
}) {
  const { filter, onFilter } = props;
  const canType = useCan('type');
  const canRun = useCan('run');
  const { tags, owners } = useChoices();
  const set = (change: Partial<Filter>) => onFilter({ ...filter, ...change });
  const entries: (MenuEntry | false)[] = [
    canRun && {
      key: 'columns',
      label: 'Columns and limits',
      icon: <Columns3 {...ICON} />,
      onSelect: () => props.onDialog('columns'),
    },
    canRun && {
      key: 'import',
      label: 'Import cards',
      icon: <Upload {...ICON} />,
      apart: true,
      onSelect: () => props.onDialog('import'),
    },
    ...(['json', 'csv', 'ical'] as const).map(
      (as): MenuEntry => ({
        key: as,
        label: as === 'ical' ? 'Export due dates (iCalendar)' : `Export as ${as.toUpperCase()}`,
        icon: <Download {...ICON} />,
        onSelect: () => void download(as),
      }),
    ),
    canType && {
      key: 'calendar',
      label: 'Calendar address',
      icon: <CalendarDays {...ICON} />,
      apart: true,
      onSelect: () => props.onDialog('calendar'),
    },
  ];
  return (
    <div className={s['wrap']}>
      <div className={s['bar']}>
        <Find
          id="board-filter"
          label="Filter cards"
          className={s['search']}
          placeholder="Filter by text"
          value={filter.text}
          dir="auto"
          onChange={(event) => set({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (filter.text !== '') set({ text: '' });
            else event.currentTarget.blur();
          }}
        />
        <div className={s['choices']}>
          <Choice label="Tag" value={filter.tag} onChange={(tag) => set({ tag })}>
            <option value="">Any tag</option>
            {withOwn(tags, filter.tag).map((tag) => (
              <option key={tag} value={tag}>
                {tag}
              </option>
            ))}
          </Choice>
          <Choice label="Owner" value={filter.owner} onChange={(owner) => set({ owner })}>
            <option value="">Any owner</option>
            <option value={NOBODY}>Nobody</option>
            {[...owners].map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </Choice>
          <Choice
            label="Priority"
            value={filter.priority}
            onChange={(value) => set({ priority: PRIORITIES.find((each) => each === value) ?? '' })}
          >
            <option value="">Any priority</option>
            {PRIORITIES.map((each) => (
              <option key={each} value={each}>
                {priorityWord(each)}
              </option>
            ))}
          </Choice>
          <NodeFilter value={filter.node || null} onChange={(node) => set({ node: node ?? '' })} />
          <Flag on={filter.mine} icon={<User {...ICON} size={13} />} onChange={(mine) => set({ mine })}>
            Mine
          </Flag>
          <Flag on={filter.blocked} icon={<Lock {...ICON} size={13} />} onChange={(blocked) => set({ blocked })}>
            Blocked
          </Flag>
          <Flag on={filter.overdue} icon={<CalendarX2 {...ICON} size={13} />} onChange={(overdue) => set({ overdue })}>
            Overdue
          </Flag>
          {isFiltered(filter) && (
            <Button look="ghost" onClick={() => onFilter(NO_FILTER)}>
              <X size={13} aria-hidden />
              Clear
            </Button>
          )}
        </div>
        <span className={s['gap']} />
        {canType && (
          <Button look="primary" aria-label="Add a card" className={s['add']} onClick={() => openQuickAdd()}>
            <Plus size={15} aria-hidden />
            <span>Add a card</span>
          </Button>
        )}
        <Menu
          trigger={
            <Button look="icon" aria-label="Board actions">
              <Ellipsis size={16} aria-hidden />
            </Button>
          }
          entries={entries.filter((entry) => entry !== false)}
        />
      </div>
    </div>
  );
}

/** A filter for something that no card has any more must still be seen to be set. */
const withOwn = (list: readonly string[], own: string): readonly string[] =>
  own === '' || list.includes(own) ? list : [...list, own];

function useChoices(): { readonly tags: readonly string[]; readonly owners: ReadonlyMap<string, string> } {
  const rows = useCards();
  return useMemo(() => {
    const tags = new Set<string>();
    const owners = new Map<string, string>();
    for (const row of rows.byKey.values()) {
      for (const tag of row.tags) tags.add(tag);
      if (row.owner) owners.set(actorKey(row.owner), row.owner.name);
    }
    const byName = [...owners].sort((a, b) => a[1].localeCompare(b[1]));
    return { tags: [...tags].sort((a, b) => a.localeCompare(b)), owners: new Map(byName) };
  }, [rows]);
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}) {
  return (
    <select
      className={cx(selectClass, s['choice'])}
      aria-label={props.label}
      data-set={props.value !== ''}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {props.children}
    </select>
  );
}

function Flag(props: {
  readonly on: boolean;
  readonly icon: ReactNode;
  readonly onChange: (on: boolean) => void;
  readonly children: string;
}) {
  return (
    <button
      type="button"
      title={props.children}
      className={s['flag']}
      aria-pressed={props.on}
      onClick={() => props.onChange(!props.on)}
    >
      {props.icon}
      <span>{props.children}</span>
    </button>
  );
}
