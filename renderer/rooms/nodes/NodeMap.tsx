/** The picture of the hub, its machines and the ways to them; on a phone the same as a list. Each leads to its card. */
import { Laptop, Terminal, Waypoints } from 'lucide-react';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Node } from '../../../shared/contract/nodes.ts';
import { useNodes } from '../../app/feeds.ts';
import { LOCAL, useNode } from '../../app/nodes.ts';
import { type Edge, layOut, type Picture, type Spot } from './map.ts';
import s from './NodeMap.module.css';
import { NodeState, toneOf } from './NodeState.tsx';

const SIZES = { hub: 140, node: 208, jump: 132, row: 44, gap: 32 } as const;

/** Straight out, a bend to its height, straight in. */
function bend({ from: [x1, y1], to: [x2, y2], bent }: Edge): string {
  const middle = (x1 + bent) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${bent} ${y2}H${x2}`;
}

const RANK = { good: 0, busy: 1, need: 2, bad: 3, off: 4 } as const;
type Tone = keyof typeof RANK;

export function NodeMap({ onOpen }: { readonly onOpen: (id: string) => void }) {
  const nodes = useNodes(useShallow((rows) => [...rows.byKey.values()]));
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const picture = useMemo<Picture>(
    () =>
      layOut(
        nodes.filter(({ id }) => id !== LOCAL),
        { ...SIZES, width: Math.max(width, 600) },
      ),
    [nodes, width],
  );
  const toneBy = new Map<string, Tone>(nodes.map((node) => [node.id, toneOf(node)]));
  /** A way is as good as the best that it leads to. */
  const toneFor = (ids: readonly string[]): Tone =>
    ids
      .map((id) => toneBy.get(id) ?? 'off')
      .reduce<Tone>((best, each) => (RANK[each] < RANK[best] ? each : best), 'off');
  const local = nodes.find(({ id }) => id === LOCAL);
  return (
    <nav ref={box} className={s['map']} aria-label="Machines and the ways to them">
      <svg className={s['ways']} width={width} height={picture.height} aria-hidden="true">
        {picture.edges.map((edge) => (
          <path key={edge.key} d={bend(edge)} data-tone={toneFor(edge.ids)} />
        ))}
      </svg>
      <ul className={s['list']} style={{ '--height': `${picture.height}px` } as CSSProperties}>
        <li className={s['hub']} style={at(picture.hub[0], picture.hub[1], SIZES.hub)}>
          {local ? (
            <a href={`#${local.id}`} className={s['box']} onClick={open(local.id, onOpen)}>
              <Laptop size={15} aria-hidden />
              <span className={s['name']} dir="auto">
                {local.title}
              </span>
              <Count node={local} />
            </a>
          ) : (
            <span className={s['box']}>
              <Laptop size={15} aria-hidden />
              <span className={s['name']}>This hub</span>
            </span>
          )}
        </li>
        {picture.spots.map((spot) =>
          spot.kind === 'jump' ? (
            <Jump key={spot.key} spot={spot} tone={toneFor(spot.ids)} />
          ) : (
            <Machine key={spot.key} spot={spot} onOpen={onOpen} />
          ),
        )}
      </ul>
    </nav>
  );
}

const at = (x: number, y: number, width: number, depth = 0): CSSProperties =>
  ({ '--x': `${x}px`, '--y': `${y}px`, '--w': `${width}px`, '--depth': depth }) as CSSProperties;

const open = (id: string, onOpen: (id: string) => void) => (event: { preventDefault(): void }) => {
  event.preventDefault();
  onOpen(id);
};

function Jump({ spot, tone }: { readonly spot: Spot; readonly tone: Tone }) {
  return (
    <li
      className={s['jump']}
      style={at(spot.x, spot.y, spot.width, spot.depth)}
      data-tone={tone}
      title={`Through ${spot.name}`}
    >
      <Waypoints size={12} aria-hidden />
      <span className="visually-hidden">through </span>
      <span className={s['name']} dir="auto">
        {spot.name}
      </span>
    </li>
  );
}

function Machine({ spot, onOpen }: { readonly spot: Spot; readonly onOpen: (id: string) => void }) {
  const node = useNode(spot.name);
  if (!node) return null;
  return (
    <li className={s['node']} style={at(spot.x, spot.y, spot.width, spot.depth)}>
      <a href={`#${node.id}`} className={s['box']} data-tone={toneOf(node)} onClick={open(node.id, onOpen)}>
        <span className={s['name']} dir="auto">
          {node.title}
        </span>
        <NodeState node={node} />
        <Count node={node} />
      </a>
    </li>
  );
}

function Count({ node }: { readonly node: Node }) {
  const { sessions } = node;
  return (
    <span
      className={s['count']}
      data-none={sessions === 0}
      title={`${sessions} ${sessions === 1 ? 'session' : 'sessions'}`}
    >
      <Terminal size={12} aria-hidden />
      {sessions}
      <span className="visually-hidden">{sessions === 1 ? ' session' : ' sessions'}</span>
    </span>
  );
}
