/** On which machine something starts. Nothing to choose where there is only one machine. */
import { useShallow } from 'zustand/react/shallow';
import { SelectField } from '../ui/Field.tsx';
import { useNodes } from './feeds.ts';
import { LOCAL, nodeWord, useManyNodes } from './nodes.ts';

export function NodeField(props: {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (node: string) => void;
}) {
  const nodes = useNodes(useShallow((rows) => [...rows.byKey.values()]));
  const many = useManyNodes();
  if (!many) return null;
  const chosen = nodes.find(({ id }) => id === props.value);
  const away = chosen !== undefined && chosen.state !== 'live';
  return (
    <SelectField
      label="Machine"
      value={props.value}
      error={
        props.error ??
        (away ? `${chosen.title}: ${chosen.question?.title ?? (chosen.problem || nodeWord(chosen))}` : undefined)
      }
      onChange={(event) => props.onChange(event.target.value)}
    >
      {nodes.map((node) => (
        <option key={node.id} value={node.id}>
          {node.title}
          {node.id === LOCAL ? ' (this machine)' : ''}
          {node.state === 'live' ? '' : `, ${nodeWord(node).toLowerCase()}`}
        </option>
      ))}
    </SelectField>
  );
}
