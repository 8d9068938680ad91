/** The machines that sessions run on, each with what it has. */
import { Plug, Plus, Server } from 'lucide-react';
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { type Command, useCommands } from '../../app/commands.ts';
import { useCan } from '../../app/connect.ts';
import { useNodes } from '../../app/feeds.ts';
import { addNode, nodeWord } from '../../app/nodes.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Column } from '../../ui/Page.tsx';
import { useLooking } from './history.ts';
import { connect, NodeCard } from './NodeCard.tsx';
import { NodeMap } from './NodeMap.tsx';
import s from './Nodes.module.css';

/** More cards than these are folded: what is wrong is still seen. */
const FEW = 5;

export default function Nodes() {
  useLooking();
  const ids = useNodes(useShallow((rows) => [...rows.byKey.keys()]));
  const ready = useNodes((rows) => rows.ready);
  const refused = useNodes((rows) => rows.refused);
  const away = useNodes(
    useShallow((rows) =>
      [...rows.byKey.values()].filter((each) => each.kind === 'ssh' && each.state === 'unreachable'),
    ),
  );
  const admin = useCan('admin');
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const many = ids.length > FEW;
  const fold = (id: string, folded: boolean) =>
    setOpened((before) => new Set(folded ? [...before].filter((each) => each !== id) : [...before, id]));
  const show = (id: string) => {
    fold(id, false);
    const card = document.getElementById(id);
    card?.focus({ preventScroll: true });
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    // Once it is unfolded it is as tall as it will be.
    requestAnimationFrame(() => card?.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' }));
  };
  useCommands(
    () =>
      admin
        ? away.map(
            (node): Command => ({
              id: `node.connect.${node.id}`,
              title: `Connect to ${node.title}`,
              section: 'Nodes',
              icon: Plug,
              run: () => void connect(node),
            }),
          )
        : [],
    [away, admin],
  );
  if (!ready && refused !== null)
    return (
      <Empty
        icon={<Server size={20} aria-hidden />}
        title="The machines could not be listed"
        text={`${refused} Reload the page to ask again.`}
      />
    );
  if (!ready)
    return (
      <Column>
        <div className={s['soon']} aria-busy="true" />
      </Column>
    );
  if (ids.length === 0)
    return (
      <Empty
        icon={<Server size={20} aria-hidden />}
        title="No machine is yours to see"
        text="Your access leaves all of them out. Whoever runs this hub can change that."
      />
    );
  return (
    <Column wide={ids.length > 1}>
      {ids.length > 1 && (
        <div className={s['bar']}>
          <Total />
          {admin && (
            <Button onClick={addNode}>
              <Plus size={14} aria-hidden />
              Add a machine
            </Button>
          )}
        </div>
      )}
      {ids.length > 1 && <NodeMap onOpen={show} />}
      <div className={s['cards']}>
        {ids.map((id) => (
          <NodeCard
            key={id}
            id={id}
            folded={many && !opened.has(id)}
            onFold={many ? (folded) => fold(id, folded) : null}
          />
        ))}
      </div>
      {ids.length === 1 && admin && (
        <Empty
          icon={<Server size={20} aria-hidden />}
          title="Agents on other machines, too"
          text="Any machine with an SSH server and tmux can run sessions. Nothing is installed there."
        >
          <Button look="primary" onClick={addNode}>
            <Plus size={15} aria-hidden />
            Add a machine
          </Button>
        </Empty>
      )}
    </Column>
  );
}

/** How many machines, and how many of them in which state; nothing of those that are well when all are. */
function Total() {
  const words = useNodes(
    useShallow((rows) => {
      const counts = new Map<string, number>();
      for (const node of rows.byKey.values()) {
        const word = nodeWord(node).toLowerCase();
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
      return [...counts].sort((a, b) => b[1] - a[1]).map(([word, count]) => `${count} ${word}`);
    }),
  );
  const total = useNodes((rows) => rows.byKey.size);
  return (
    <span role="status">
      {total} machines{words.length > 1 || !words[0]?.endsWith(' live') ? `: ${words.join(', ')}` : ', all live'}
    </span>
  );
}
