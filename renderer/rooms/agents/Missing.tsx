/** Which machines are not in what is shown, or not as they are now, and why. */
import { Unplug } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { useNodes } from '../../app/feeds.ts';
import { Button } from '../../ui/Button.tsx';
import s from './Missing.module.css';

/** The machines that are asked: one, or all of them. */
export const useAsked = (chosen: string | null, local: string): readonly string[] =>
  useNodes(
    useShallow((rows) => (chosen !== null ? [chosen] : rows.byKey.size === 0 ? [local] : [...rows.byKey.keys()])),
  );

export function Missing(props: {
  readonly asked: readonly string[];
  readonly of: readonly { readonly node: string; readonly problem: string }[];
  readonly onAgain: () => void;
}) {
  const without = new Set(props.of.map(({ node }) => node));
  const away = useNodes(
    useShallow((rows) =>
      props.asked.flatMap((id) => {
        const node = without.has(id) ? undefined : rows.byKey.get(id);
        return node && !node.reachable ? [node.title] : [];
      }),
    ),
  );
  const titles = useNodes(useShallow((rows) => props.of.map(({ node }) => rows.byKey.get(node)?.title ?? node)));
  if (props.of.length + away.length === 0) return null;
  return (
    <div className={s['missing']} role="status">
      <Unplug size={15} aria-hidden />
      <ul>
        {props.of.map(({ node, problem }, i) => (
          <li key={node}>
            Without <b dir="auto">{titles[i]}</b>: {problem}
          </li>
        ))}
        {away.map((title) => (
          <li key={title}>
            <b dir="auto">{title}</b> as it was last read: it is away now.
          </li>
        ))}
      </ul>
      {props.of.length > 0 && <Button onClick={props.onAgain}>Try again</Button>}
    </div>
  );
}
