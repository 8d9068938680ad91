/** On which machine something is; nothing where there is only one machine. */
import { Server, Unplug } from 'lucide-react';
import s from './NodeMark.module.css';
import { nodeWord, useManyNodes, useNode } from './nodes.ts';

export function NodeMark({ id }: { readonly id: string }) {
  const node = useNode(id);
  const many = useManyNodes();
  if (!many || !node) return null;
  const Icon = node.reachable ? Server : Unplug;
  const why = node.problem === '' ? '' : `: ${node.problem}`;
  return (
    <span
      className={s['mark']}
      data-away={!node.reachable}
      title={`On ${node.title}${node.state === 'live' ? '' : `, ${nodeWord(node).toLowerCase()}${why}`}`}
    >
      <Icon size={11} aria-hidden />
      <span className="visually-hidden">on </span>
      <span className={s['title']} dir="auto">
        {node.title}
      </span>
    </span>
  );
}
