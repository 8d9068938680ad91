/** Of which machine something is; nothing where there is only one machine. `all` false: one is always chosen. */
import { useLocation } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import { cx } from '../ui/cx.ts';
import { selectClass } from '../ui/Field.tsx';
import { useNodes } from './feeds.ts';
import s from './NodeFilter.module.css';
import { useSearch } from './navigate.ts';
import { LOCAL, useManyNodes } from './nodes.ts';

/** The machine that the address names, so that a link leads to what is on one; and how it names another. */
export function useNodeInAddress(): readonly [string | null, (node: string | null) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const set = (node: string | null) => {
    const query = new URLSearchParams(search);
    if (node === null) query.delete('node');
    else query.set('node', node);
    const text = query.toString();
    navigate(text === '' ? path : `${path}?${text}`, { replace: true });
  };
  return [new URLSearchParams(search).get('node'), set];
}

export function NodeFilter(props: {
  readonly value: string | null;
  readonly onChange: (node: string | null) => void;
  readonly all?: boolean;
}) {
  const nodes = useNodes(useShallow((rows) => [...rows.byKey.values()].map(({ id, title }) => `${id}\n${title}`)));
  const many = useManyNodes();
  if (!many && (props.value ?? LOCAL) === LOCAL) return null;
  return (
    <select
      className={cx(selectClass, s['node'])}
      aria-label="Machine"
      value={props.value ?? ''}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
    >
      {props.all !== false && <option value="">All machines</option>}
      {/* One that is no more must still be seen to be chosen. */}
      {props.value !== null && nodes.every((each) => !each.startsWith(`${props.value}\n`)) && (
        <option value={props.value}>A machine that is gone</option>
      )}
      {nodes.map((each) => {
        const [id = '', title = ''] = each.split('\n');
        return (
          <option key={id} value={id}>
            {title}
          </option>
        );
      })}
    </select>
  );
}
