/** A machine's state, told three times: by shape, by word and by colour. */
import {
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CirclePause,
  LoaderCircle,
  type LucideIcon,
  ShieldX,
  Unplug,
} from 'lucide-react';
import type { Node } from '../../../shared/contract/nodes.ts';
import { nodeWord } from '../../app/nodes.ts';
import mark from '../../ui/State.module.css';

type Tone = 'good' | 'busy' | 'need' | 'bad' | 'off';
const LOOK: Readonly<Record<Node['state'], readonly [LucideIcon, Tone]>> = {
  live: [CircleCheck, 'good'],
  connecting: [LoaderCircle, 'busy'],
  asking: [CircleHelp, 'need'],
  degraded: [CircleAlert, 'need'],
  unreachable: [Unplug, 'bad'],
};

export const toneOf = ({ state, reason }: Pick<Node, 'state' | 'reason'>): Tone =>
  reason === 'offline' ? 'off' : LOOK[state][1];

export function NodeState({ node }: { readonly node: Node }) {
  const tone = toneOf(node);
  const Icon = node.reason === 'host-key' ? ShieldX : tone === 'off' ? CirclePause : LOOK[node.state][0];
  return (
    <span className={mark['mark']} data-tone={tone}>
      <Icon size={14} strokeWidth={2.25} aria-hidden className={tone === 'busy' ? mark['turning'] : undefined} />
      {nodeWord(node)}
    </span>
  );
}
