'use client';
/**
 * JsonTree: a JSON document of any size as a tree. The page holds the rows in view; arrows, Home, End and
 * Page keys walk, right and left open and close.
 */
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Button } from '#app/ui/button.tsx';
import type { JsonValue } from '#lib/json.ts';
import {
  allContainers,
  type Container,
  findInJson,
  holdersOf,
  isContainer,
  type JsonMatch,
  openAtFirst,
  type TreeRow,
  treeRows,
} from '#lib/records/viewer/json-tree.ts';
import { FindBar } from './find-bar.tsx';
import { RowFacts } from './row-facts.tsx';
import { TreeRowView } from './tree-row.tsx';
import { useFound } from './use-found.ts';
import { rowHeight, useRowsInView } from './use-rows-in-view.ts';

interface Props {
  readonly root: JsonValue;
  readonly maxHeight: string;
  /** Stands at the start of the toolbar. */
  readonly switcher: React.ReactNode;
}

export function JsonTree({ root, maxHeight, switcher }: Props) {
  const id = useId();
  const [open, setOpen] = useState<ReadonlySet<Container>>(() => openAtFirst(root));
  const [active, setActive] = useState(0);
  const rows = useMemo(() => treeRows(root, open), [root, open]);
  const view = useRowsInView<HTMLDivElement>(rows.length);
  const wanted = useRef<JsonMatch | null>(null);

  const find = useCallback((text: string) => findInJson(root, text), [root]);
  const found = useFound<JsonMatch>(find, (match) => {
    wanted.current = match;
    setOpen((known) => new Set([...known, ...holdersOf(match)]));
  });
  const { show } = view;
  useEffect(() => {
    const match = wanted.current;
    if (!match) return;
    wanted.current = null;
    const holder = match.holder?.container ?? null;
    const at = rows.findIndex((row) => row.key === match.key && (row.up?.value ?? null) === holder);
    if (at < 0) return;
    setActive(at);
    show(at);
  }, [rows, show]);

  const goTo = (row: number) => {
    const at = Math.max(0, Math.min(row, rows.length - 1));
    setActive(at);
    show(at);
  };
  const toggle = (row: TreeRow, isOpen?: boolean) => {
    const { value } = row;
    if (!isContainer(value)) return;
    const next = new Set(open);
    if (isOpen ?? !open.has(value)) next.add(value);
    else next.delete(value);
    setOpen(next);
  };
  const activeRow = rows[active];
  const onKeyDown = (event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!activeRow || !isPlain || !act(event.key, activeRow)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** False for keys that mean nothing here. */
  const act = (key: string, row: TreeRow): boolean => {
    const isOpen = isContainer(row.value) && open.has(row.value);
    if (key === 'ArrowDown' || key === 'j') goTo(active + 1);
    else if (key === 'ArrowUp' || key === 'k') goTo(active - 1);
    else if (key === 'PageDown') goTo(active + view.pageSize());
    else if (key === 'PageUp') goTo(active - view.pageSize());
    else if (key === 'Home') goTo(0);
    else if (key === 'End') goTo(rows.length - 1);
    else if (key === 'Enter' || key === ' ') toggle(row);
    else if (key === 'ArrowRight' && isOpen) goTo(active + 1);
    else if (key === 'ArrowRight') toggle(row, true);
    else if (key === 'ArrowLeft' && isOpen) toggle(row, false);
    else if (key === 'ArrowLeft' && row.up) goTo(rows.indexOf(row.up));
    else return false;
    return true;
  };
  const isDrawn = active >= view.from && active < view.to;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {switcher}
        <FindBar found={found} />
        <div className="ml-auto flex gap-1">
          <Button size="sm" variant="quiet" onPress={() => setOpen(allContainers(root))}>
            Open all
          </Button>
          <Button size="sm" variant="quiet" onPress={() => closeAll()}>
            Close all
          </Button>
        </div>
      </div>
      <div className="overflow-hidden rounded border bg-inset">
        <div
          ref={view.frame}
          role="tree"
          aria-label="Payload"
          tabIndex={0}
          {...(isDrawn ? { 'aria-activedescendant': `${id}-${active}` } : {})}
          onScroll={view.onScroll}
          onKeyDown={onKeyDown}
          style={{ maxHeight }}
          className="group/tree mono relative overflow-y-auto py-1 focus-visible:outline-offset-[-2px]"
        >
          <div role="none" style={{ height: rows.length * rowHeight }} className="relative">
            {rows.slice(view.from, view.to).map((row, at) => {
              const index = view.from + at;
              return (
                <TreeRowView
                  key={index}
                  id={`${id}-${index}`}
                  row={row}
                  top={index * rowHeight}
                  isOpen={isContainer(row.value) && open.has(row.value)}
                  isActive={index === active}
                  find={found.isLooking ? '' : found.text}
                  onPress={() => setActive(index)}
                  onToggle={() => {
                    setActive(index);
                    toggle(row);
                  }}
                />
              );
            })}
          </div>
        </div>
        {activeRow ? <RowFacts row={activeRow} /> : null}
      </div>
    </>
  );

  function closeAll() {
    setOpen(new Set(isContainer(root) ? [root] : []));
    setActive(0);
    show(0);
  }
}
