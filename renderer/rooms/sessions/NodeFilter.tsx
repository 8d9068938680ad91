/** Sessions of which machine; nothing where there is only one machine. */
import { useShallow } from 'zustand/react/shallow';
import { useNodes } from '../../app/feeds.ts';
import { useManyNodes } from '../../app/nodes.ts';
import { selectClass } from '../../ui/Field.tsx';
import s from './Sessions.module.css';

export function NodeFilter(props: { readonly value: string | null; readonly onChange: (node: string | null) => void }) {
  const nodes = useNodes(useShallow((rows) => [...rows.byKey.values()].map(({ id, title }) => `${id}\n${title}`)));
  const many = useManyNodes();
  if (!many && props.value === null) return null;
  return (
    <select
      className={`${selectClass} ${s['node']}`}
      aria-label="Machine"
      value={props.value ?? ''}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
    >
      <option value="">All machines</option>
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
