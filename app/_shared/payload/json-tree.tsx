'use client';
/**
 * JsonTree: a JSON document of any size as a tree. The page holds the rows in view; arrows, Home, End and
 * Page keys walk, right and left open and close.
 */
import { ChevronDown, ChevronRight } from 'lucide-react';
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
import { CopyButton } from '#app/ui/copy.tsx';
import { cx } from '#app/ui/cx.ts';
import { formatCount } from '#app/ui/num.tsx';
import type { WrittenJson } from '#lib/json.ts';
import {
  allContainers,
  type Container,
  findInJson,
  holdersOf,
  isContainer,
  type JsonMatch,
  jsonPathText,
  openAtFirst,
  pathOf,
  sizeOf,
  type TreeRow,
  treeRows,
} from '#lib/records/viewer/json-tree.ts';
import { FindBar, Marked, useFound } from './find.tsx';
import { rowHeight, useRowsInView } from './use-rows-in-view.ts';

interface Props {
  readonly root: WrittenJson;
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
            Expand all
          </Button>
          <Button size="sm" variant="quiet" onPress={() => closeAll()}>
            Collapse all
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

/** One line of a JSON tree: the key, and the value or how much is inside. */
function TreeRowView({
  id,
  row,
  top,
  isOpen,
  isActive,
  find,
  onPress,
  onToggle,
}: {
  readonly id: string;
  readonly row: TreeRow;
  readonly top: number;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly find: string;
  readonly onPress: () => void;
  readonly onToggle: () => void;
}) {
  const { key, value, depth } = row;
  const isBranch = isContainer(value) && sizeOf(value) > 0;
  const Arrow = isOpen ? ChevronDown : ChevronRight;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and hears the keys for its rows
    <div
      id={id}
      role="treeitem"
      // The tree points to its active row; no row is a stop of its own.
      tabIndex={-1}
      aria-level={depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-selected={isActive}
      {...(isBranch ? { 'aria-expanded': isOpen } : {})}
      onClick={isBranch ? onToggle : onPress}
      style={{ top, paddingLeft: 8 + Math.min(depth, deepestIndent) * 16 }}
      className={cx(
        'absolute inset-x-0 flex h-[22px] cursor-default items-center gap-1 pr-3 outline-none',
        isActive
          ? 'bg-selected group-focus-visible/tree:shadow-[inset_2px_0_0_var(--focus)]'
          : 'hover:bg-hover',
      )}
    >
      {isBranch ? (
        <Arrow aria-hidden className="size-3.5 shrink-0 text-ink-3" />
      ) : (
        <span className="w-3.5 shrink-0" />
      )}
      <span className="truncate">
        {key === null ? null : (
          <>
            <span className={typeof key === 'number' ? 'text-ink-3' : 'text-ink-2'}>
              <Marked text={String(key)} find={typeof key === 'number' ? '' : find} />
            </span>
            <span className="text-ink-3">: </span>
          </>
        )}
        <Value row={row} find={find} />
      </span>
    </div>
  );
}

/** Deeper rows stand under each other, or nothing would be left of a narrow window. */
const deepestIndent = 24;
/** Characters of a row; the rest is read below the tree. */
const longestInRow = 300;

function Value({ row: { value }, find }: { readonly row: TreeRow; readonly find: string }) {
  if (isContainer(value)) {
    const size = sizeOf(value);
    const [begin, end] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    return (
      <span className="text-ink-3">
        {size === 0 ? `${begin} ${end}` : begin + formatCount(size) + end}
      </span>
    );
  }
  if (typeof value !== 'string') {
    return (
      <span className={value === null ? 'text-ink-3' : 'text-progress'}>
        <Marked text={String(value).slice(0, longestInRow)} find={find} />
      </span>
    );
  }
  const place = find === '' ? -1 : value.toLowerCase().indexOf(find.toLowerCase());
  const from = place > longestInRow / 2 ? place - 40 : 0;
  const shown = value.slice(from, from + longestInRow).replaceAll(/[\r\n\t]+/g, ' ');
  return (
    <span className="text-ink">
      <span className="text-ink-3">{from > 0 ? '"…' : '"'}</span>
      <Marked text={shown} find={find} />
      <span className="text-ink-3">{from + longestInRow < value.length ? '…"' : '"'}</span>
    </span>
  );
}

/** Longer texts are cut in the tree and shown in full below it. */
const longText = 80;
const longestInFacts = 20_000;

/** The path of a row and its value in full, both to be copied. */
function RowFacts({ row }: { readonly row: TreeRow }) {
  const { value } = row;
  const path = jsonPathText(pathOf(row));
  const isLong = typeof value === 'string' && (value.length > longText || value.includes('\n'));
  return (
    <div className="border-t bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1">
        <span title={path} className="mono min-w-0 flex-1 basis-40 truncate text-ink-2">
          {path}
        </span>
        <span className="text-xs text-ink-3">{kindOf(row)}</span>
        <span className="flex gap-1">
          <CopyButton label="Copy path" textOf={() => path} />
          <CopyButton
            label="Copy value"
            textOf={() => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
          />
        </span>
      </div>
      {isLong ? (
        <section
          aria-label="Whole value"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
          tabIndex={0}
          className="mono max-h-40 overflow-auto whitespace-pre-wrap wrap-anywhere border-t px-3 py-2 leading-5 focus-visible:outline-offset-[-2px]"
        >
          {value.slice(0, longestInFacts)}
          {value.length > longestInFacts ? (
            <span className="text-ink-3"> … {formatCount(value.length - longestInFacts)} more</span>
          ) : null}
        </section>
      ) : null}
    </div>
  );
}

function kindOf({ value }: TreeRow): string {
  if (isContainer(value)) {
    return Array.isArray(value)
      ? `list of ${formatCount(value.length)}`
      : `object of ${formatCount(sizeOf(value))}`;
  }
  if (typeof value === 'string') return `text, ${formatCount(value.length)} characters`;
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'true or false' : 'number';
}
