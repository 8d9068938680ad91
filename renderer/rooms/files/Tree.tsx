/** The working folder as a tree. The tree has the keyboard as a whole; its rows come and go while one scrolls. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, File, FileSymlink, Folder, FolderOpen } from 'lucide-react';
import { type KeyboardEvent, type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef } from 'react';
import { type Folders, foldersOf, openFolder } from './folders.ts';
import s from './Tree.module.css';
import { moveIn, type TreeRow, treeRows } from './tree.ts';

const ICON = { size: 14, 'aria-hidden': true } as const;
const coarse = window.matchMedia('(pointer: coarse)');

export interface TreeControls {
  readonly focus: () => void;
}

export function Tree(props: {
  readonly session: string;
  readonly state: Folders;
  /** The file that is open. */
  readonly at: string | null;
  readonly unsaved: ReadonlySet<string>;
  readonly onOpen: (path: string) => void;
  readonly ref: Ref<TreeControls>;
}) {
  const { session, state } = props;
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => treeRows(state.folders, state.open, state.hidden),
    [state.folders, state.open, state.hidden],
  );
  const cursor = rows.findIndex((row) => row.path === state.cursor);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (coarse.matches ? 44 : 26),
    getItemKey: useCallback((i: number) => rows[i]?.path ?? i, [rows]),
    overscan: 16,
  });
  useImperativeHandle(props.ref, () => ({ focus: () => box.current?.focus({ preventScroll: true }) }), []);
  useEffect(() => {
    if (cursor >= 0) virtual.scrollToIndex(cursor);
  }, [cursor, virtual]);

  const go = (path: string) => foldersOf(session).setState({ cursor: path });
  const press = (row: TreeRow) => {
    if (row.kind === 'note') return;
    go(row.path);
    if (row.kind === 'folder') openFolder(session, row.path, !row.open);
    else props.onOpen(row.path);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveIn(rows, state.cursor, event.key);
    if (!move) return;
    event.preventDefault();
    go(move.path);
    if (move.kind === 'open' || move.kind === 'close') openFolder(session, move.path, move.kind === 'open');
    else if (move.kind === 'enter') props.onOpen(move.path);
  };
  const items = virtual.getVirtualItems();
  return (
    <div
      ref={box}
      role="tree"
      aria-label="Files"
      className={s['tree']}
      tabIndex={0}
      aria-activedescendant={items.some((item) => item.index === cursor) ? `file-${cursor}` : undefined}
      onKeyDown={onKey}
      onFocus={() => state.cursor === null && rows[0] && go(rows[0].path)}
    >
      <div role="presentation" className={s['all']} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the keys (aria-activedescendant)
            <div
              key={item.key}
              id={`file-${item.index}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={row.depth + 1}
              aria-expanded={row.kind === 'folder' ? row.open : undefined}
              aria-selected={row.path === props.at}
              aria-setsize={row.of}
              aria-posinset={row.at}
              aria-disabled={row.kind === 'note' || undefined}
              className={s['row']}
              data-kind={row.kind}
              data-cursor={item.index === cursor || undefined}
              data-ignored={row.ignored || undefined}
              style={{
                height: item.size,
                paddingLeft: 8 + row.depth * 14,
                transform: `translateY(${item.start}px)`,
              }}
              onClick={() => press(row)}
            >
              {row.kind === 'folder' ? (
                <>
                  <ChevronRight size={12} aria-hidden className={s['chevron']} />
                  {row.open ? <FolderOpen {...ICON} /> : <Folder {...ICON} />}
                </>
              ) : (
                row.kind !== 'note' && (
                  <>
                    <span className={s['space']} />
                    {row.kind === 'link' ? <FileSymlink {...ICON} /> : <File {...ICON} />}
                  </>
                )
              )}
              <bdi className={s['name']} title={row.name}>
                {row.name}
              </bdi>
              {props.unsaved.has(row.path) && (
                <span className={s['unsaved']}>
                  <span className="visually-hidden">unsaved</span>
                </span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
