/** TreeRowView: one line of a JSON tree: the key, and the value or how much is inside. */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { cx } from '#app/ui/cx.ts';
import { formatCount } from '#app/ui/num.tsx';
import { isContainer, sizeOf, type TreeRow } from '#lib/records/viewer/json-tree.ts';
import { Marked } from './marked.tsx';

export function TreeRowView({
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
const longestShown = 300;

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
        <Marked text={String(value)} find={find} />
      </span>
    );
  }
  const place = find === '' ? -1 : value.toLowerCase().indexOf(find.toLowerCase());
  const from = place > longestShown / 2 ? place - 40 : 0;
  const shown = value.slice(from, from + longestShown).replaceAll(/[\r\n\t]+/g, ' ');
  return (
    <span className="text-ink">
      <span className="text-ink-3">{from > 0 ? '"…' : '"'}</span>
      <Marked text={shown} find={find} />
      <span className="text-ink-3">{from + longestShown < value.length ? '…"' : '"'}</span>
    </span>
  );
}
