/** A machine's state, told three times: by shape, by word and by colour. */
import { CircleAlert, CircleCheck, CircleHelp, LoaderCircle, type LucideIcon, ShieldX, Unplug } from 'lucide-react';
import type { Node } from '../../../shared/contract/nodes.ts';
import { NODE_WORD } from '../../app/nodes.ts';
import s from './NodeState.module.css';
import { keyChanged } from './steps.ts';

const LOOK: Readonly<Record<Node['state'], readonly [LucideIcon, 'good' | 'busy' | 'need' | 'bad']>> = {
  live: [CircleCheck, 'good'],
  connecting: [LoaderCircle, 'busy'],
  asking: [CircleHelp, 'need'],
  degraded: [CircleAlert, 'need'],
  unreachable: [Unplug, 'bad'],
};

export function NodeState({ node }: { readonly node: Node }) {
  const changed = keyChanged(node);
  const [Icon, tone] = LOOK[node.state];
  const Shown = changed ? ShieldX : Icon;
  return (
    <span className={s['state']} data-tone={tone}>
      <Shown size={14} strokeWidth={2.25} aria-hidden className={tone === 'busy' ? s['turning'] : undefined} />
      {changed ? 'Host key changed' : NODE_WORD[node.state]}
    </span>
  );
}
