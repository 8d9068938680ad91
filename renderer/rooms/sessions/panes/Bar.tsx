/** The line above the panes: layout, how many are shown, filter and order; and the filter itself while it is wanted. */
import { ArrowDownWideNarrow, EyeOff, Funnel, Plus, X, Zap } from 'lucide-react';
import { type RefObject, useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useNodes, useSessions } from '../../../app/feeds.ts';
import { type Group, shortPath } from '../../../app/filter.ts';
import { Button } from '../../../ui/Button.tsx';
import { inputClass } from '../../../ui/Field.tsx';
import { Menu } from '../../../ui/Menu.tsx';
import s from './Bar.module.css';
import { LayoutMenu } from './Layouts.tsx';
import { usePicker } from './Picker.tsx';
import { FACETS, type Facet, facetCounts, filters, groupCounts, type Sort, toggled, type View } from './view.ts';

const SORT: Readonly<Record<Sort, string>> = {
  arranged: 'As arranged',
  needs: 'Needs you first',
  recent: 'Recent first',
};
const GROUP: Readonly<Record<Group, string>> = {
  all: 'All',
  'needs you': 'Needs you',
  working: 'Working',
  ready: 'Ready',
  ended: 'Ended',
};
const FACET: Readonly<Record<Facet, string>> = { node: 'Node', agent: 'Agent', folder: 'Folder', tag: 'Tag' };
/** More chips of one kind than this are not overseen any more; the text finds the rest. */
const CHIPS = 12;

export function Bar(props: {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly shown: number;
  /** In the arrangement, filtered or not. */
  readonly all: number;
  /** Not in it. */
  readonly away: number;
  readonly finding: boolean;
  readonly onFinding: (finding: boolean) => void;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onJump: () => void;
  readonly onStart: (() => void) | null;
}) {
  const { view, onView, shown, all, away, finding } = props;
  const needs = useSessions(
    (rows) => [...rows.byKey.values()].filter((each) => (each.needsYou || each.stalled) && !each.archived).length,
  );
  const filtered = filters(view);
  return (
    <div className={s['bar']} role="toolbar" aria-label="Panes">
      <LayoutMenu />
      <span className={s['count']} role="status">
        {shown === all ? `${all} ${all === 1 ? 'pane' : 'panes'}` : `${shown} of ${all}`}
      </span>
      <Button
        look="ghost"
        className={s['button']}
        aria-label="Filter panes"
        aria-expanded={finding}
        data-on={filtered}
        onClick={() => props.onFinding(!finding)}
      >
        <Funnel size={14} aria-hidden />
        Filter
      </Button>
      <Menu
        align="start"
        trigger={
          <Button look="ghost" className={s['button']} aria-label={`Order: ${SORT[view.sort]}`}>
            <ArrowDownWideNarrow size={14} aria-hidden />
            <span className={s['wide']}>{SORT[view.sort]}</span>
          </Button>
        }
        entries={(Object.keys(SORT) as Sort[]).map((sort) => ({
          key: sort,
          label: SORT[sort],
          checked: sort === view.sort,
          onSelect: () => onView({ ...view, sort }),
        }))}
      />
      <span className={s['gap']} />
      {needs > 0 && (
        <Button look="ghost" className={s['needs']} onClick={props.onJump}>
          <Zap size={14} aria-hidden />
          {needs} {needs === 1 ? 'needs' : 'need'} you
        </Button>
      )}
      {away > 0 && (
        <Button
          look="ghost"
          className={s['button']}
          onClick={() => usePicker.setState({ beside: { target: null, side: 'right' } })}
        >
          <EyeOff size={14} aria-hidden />
          {away} not shown
        </Button>
      )}
      {props.onStart && (
        <Button look="ghost" className={s['button']} onClick={props.onStart}>
          <Plus size={14} aria-hidden />
          <span className={s['wide']}>New session</span>
        </Button>
      )}
    </div>
  );
}

export function Filter(props: {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onClose: () => void;
}) {
  const { view, onView } = props;
  const sessions = useSessions(useShallow((rows) => [...rows.byKey.values()].filter((each) => !each.archived)));
  const nodes = useNodes((rows) => rows.byKey);
  const labelOf = (facet: Facet, value: string, whole = false) => {
    if (facet === 'node') return nodes.get(value)?.title ?? value;
    return facet === 'folder' && !whole ? shortPath(value) : value;
  };
  const groups = useMemo(() => groupCounts(sessions, view), [sessions, view]);
  const facets = useMemo(
    () =>
      FACETS.map((facet) => ({ facet, counts: facetCounts(sessions, view, facet) })).filter(
        // One value for all of them divides nothing.
        ({ facet, counts }) => counts.length > 1 || view.facets[facet].length > 0,
      ),
    [sessions, view],
  );
  return (
    <search className={s['filter']} aria-label="Filter panes">
      <input
        ref={props.field}
        type="search"
        className={inputClass}
        aria-label="Filter by text"
        placeholder="Name, agent, folder, branch, title"
        value={view.text}
        onChange={(event) => onView({ ...view, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (view.text !== '') onView({ ...view, text: '' });
          else props.onClose();
        }}
      />
      <div className={s['chips']}>
        <fieldset>
          <legend>State</legend>
          {groups.map(({ value, count }) => (
            <Chip
              key={value}
              label={GROUP[value]}
              count={count}
              on={value === view.group}
              onClick={() => onView({ ...view, group: value === view.group ? 'all' : value })}
            />
          ))}
        </fieldset>
        {facets.map(({ facet, counts }) => (
          <fieldset key={facet}>
            <legend>{FACET[facet]}</legend>
            {counts.slice(0, CHIPS).map(({ value, count }) => (
              <Chip
                key={value}
                label={labelOf(facet, value)}
                title={labelOf(facet, value, true)}
                count={count}
                on={view.facets[facet].includes(value)}
                onClick={() => onView(toggled(view, facet, value))}
              />
            ))}
          </fieldset>
        ))}
      </div>
      <Button look="icon" aria-label="Close the filter" onClick={props.onClose}>
        <X size={14} aria-hidden />
      </Button>
    </search>
  );
}

function Chip(props: {
  readonly label: string;
  readonly title?: string;
  readonly count: number;
  readonly on: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      className={s['chip']}
      aria-pressed={props.on}
      data-none={props.count === 0}
      title={props.title}
      onClick={props.onClick}
    >
      <span className={s['label']}>{props.label}</span>
      <span className={s['number']}>{props.count}</span>
    </button>
  );
}
