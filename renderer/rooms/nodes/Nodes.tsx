/** The machines that sessions run on, each with what it has. */
import { Plug, Plus, Server } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { type Command, useCommands } from '../../app/commands.ts';
import { useCan } from '../../app/connect.ts';
import { useNodes, useNodesRefused } from '../../app/feeds.ts';
import { addNode } from '../../app/nodes.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Column } from '../../ui/Page.tsx';
import { connect, NodeCard } from './NodeCard.tsx';
import s from './Nodes.module.css';

export default function Nodes() {
  const ids = useNodes(useShallow((rows) => [...rows.byKey.keys()]));
  const ready = useNodes((rows) => rows.ready);
  const refused = useNodesRefused(({ why }) => why);
  const away = useNodes(
    useShallow((rows) =>
      [...rows.byKey.values()].filter((each) => each.kind === 'ssh' && each.state === 'unreachable'),
    ),
  );
  const admin = useCan('admin');
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
    <Column>
      {ids.length > 1 && admin && (
        <div className={s['bar']}>
          <span>{ids.length} machines</span>
          <Button onClick={addNode}>
            <Plus size={14} aria-hidden />
            Add a machine
          </Button>
        </div>
      )}
      <div className={s['cards']}>
        {ids.map((id) => (
          <NodeCard key={id} id={id} />
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
