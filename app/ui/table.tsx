/**
 * Table primitives over a real <table>: TableRegion scrolls sideways inside itself (the page never
 * does), Thead sticks, SortHeader is a link or button inside <th aria-sort>, Tr knows selected and
 * clickable states. 32 px rows, 28 dense.
 */
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import {
  Children,
  type ComponentProps,
  type CSSProperties,
  isValidElement,
  type ReactNode,
} from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

export function TableRegion({
  label,
  isDense = false,
  maxHeight,
  widthPx,
  names,
  children,
  className,
}: {
  /** Names the scrollable region and the table in it. */
  readonly label: string;
  readonly isDense?: boolean;
  /** A CSS length; gives the region its own vertical scroll, with the header in sight. */
  readonly maxHeight?: string;
  /** Columns are as wide as their `<col>` says, whatever they contain, and the table at least that wide. */
  readonly widthPx?: number;
  /** Of the columns, as the cards of a phone show them; default: the texts of the headers in `Thead`. */
  readonly names?: readonly string[];
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
      tabIndex={0}
      data-dense={isDense || undefined}
      data-cards
      style={{ ...columnNames(names ?? namesIn(children)), ...(maxHeight ? { maxHeight } : {}) }}
      className={cx('group/table panel relative overflow-auto', className)}
    >
      <table
        style={widthPx === undefined ? undefined : { minWidth: widthPx }}
        className={cx(
          'w-full border-separate border-spacing-0 text-sm',
          widthPx !== undefined && 'table-fixed',
        )}
      >
        {children}
      </table>
    </section>
  );
}

/** For `table-cards.css`; a column without a name leaves its cells the whole width. */
function columnNames(names: readonly string[]): CSSProperties {
  return Object.fromEntries(
    names.map((name, at) =>
      name === '' ? [`--inset-${at + 1}`, '0'] : [`--column-${at + 1}`, JSON.stringify(name)],
    ),
  );
}

/** `text` is that of texts of others (`foreign-text.tsx`). */
interface Parent {
  readonly children?: ReactNode;
  readonly className?: string;
  readonly text?: string;
}

const elementsIn = (node: ReactNode) =>
  Children.toArray(node).filter((one) => isValidElement<Parent>(one));

/** The names of the columns, where the headers stand in the table itself. */
function namesIn(children: ReactNode): readonly string[] {
  const head = elementsIn(children).find(({ type }) => type === Thead);
  return elementsIn(head?.props.children).flatMap(({ props }) =>
    elementsIn(props.children).map((header) =>
      header.type === ActionsTh ? '' : textOf(header.props.children).trim(),
    ),
  );
}

/** What is read of a header; what is for screen readers alone is no name. */
function textOf(node: ReactNode): string {
  return Children.toArray(node)
    .map((one) => {
      if (typeof one === 'string' || typeof one === 'number') return String(one);
      if (!isValidElement<Parent>(one) || one.props.className?.includes('sr-only')) return '';
      return one.props.text ?? textOf(one.props.children);
    })
    .join('');
}

export function Thead({ children }: { readonly children: ReactNode }) {
  return <thead className="sticky top-0 z-10">{children}</thead>;
}

const cellStyle =
  'h-8 border-b px-2.5 py-1 align-middle first:pl-3 last:pr-3 group-data-dense/table:h-7';
const headStyle =
  'h-8 border-b border-line-strong bg-surface px-2.5 text-xs font-medium text-ink-2 whitespace-nowrap first:pl-3 last:pr-3';

export type Align = 'left' | 'right' | 'center';
const aligned: Record<Align, string> = {
  left: 'text-left',
  right: 'text-right',
  center: 'text-center',
};

export function Th({
  align = 'left',
  className,
  children,
  ...rest
}: ComponentProps<'th'> & { readonly align?: Align }) {
  return (
    <th scope="col" {...rest} className={cx(headStyle, aligned[align], className)}>
      {children}
    </th>
  );
}

/** The header of the column with a row's buttons, which only a screen reader needs. */
export function ActionsTh({ className }: { readonly className?: string }) {
  return (
    <Th className={className}>
      <span className="sr-only">Actions</span>
    </Th>
  );
}

export type SortDirection = 'asc' | 'desc';

/** A sortable column's header: give `href` on the server or `onSort` on the client. */
export function SortHeader({
  direction,
  align = 'left',
  className,
  beside,
  children,
  ...target
}: {
  /** Null when the table is not sorted by this column. */
  readonly direction: SortDirection | null;
  readonly align?: Align;
  readonly className?: string;
  /** After the link, in the same cell. */
  readonly beside?: ReactNode;
  readonly children: ReactNode;
} & (
  | { readonly href: string; readonly onSort?: never }
  | { readonly onSort: () => void; readonly href?: never }
)) {
  const Icon = direction === 'asc' ? ArrowUp : direction === 'desc' ? ArrowDown : ChevronsUpDown;
  const inner = (
    <>
      {children}
      <Icon
        aria-hidden
        className={cx('size-3.5', direction ? 'text-accent' : 'text-ink-3 opacity-60')}
      />
    </>
  );
  const style = cx(
    '-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-ink',
    direction && 'text-ink',
  );
  return (
    <th
      scope="col"
      aria-sort={direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none'}
      className={cx(headStyle, aligned[align], className)}
    >
      {target.href === undefined ? (
        <button type="button" onClick={target.onSort} className={style}>
          {inner}
        </button>
      ) : (
        <Link href={target.href} scroll={false} className={style}>
          {inner}
        </Link>
      )}
      {beside}
    </th>
  );
}

export function Tr({
  isSelected = false,
  isActive = false,
  className,
  ...rest
}: ComponentProps<'tr'> & {
  readonly isSelected?: boolean;
  /** The row the keyboard is on. */
  readonly isActive?: boolean;
}) {
  return (
    <tr
      {...rest}
      data-selected={isSelected || undefined}
      data-active={isActive || undefined}
      className={cx(
        'group/row hover:bg-hover data-selected:bg-selected data-active:shadow-[inset_2px_0_0_var(--accent)] [tbody>&:last-child>td]:border-b-0',
        className,
      )}
    />
  );
}

export function Td({
  align = 'left',
  className,
  ...rest
}: ComponentProps<'td'> & { readonly align?: Align }) {
  // Figures and buttons stand at the right, and are not torn apart.
  const style = cx(cellStyle, aligned[align], align === 'right' && 'whitespace-nowrap', className);
  return <td {...rest} className={style} />;
}

/** A native checkbox for row selection: light enough for a hundred rows. */
export function RowCheckbox({
  label,
  isIndeterminate = false,
  ...rest
}: Omit<ComponentProps<'input'>, 'type' | 'ref'> & {
  readonly label: string;
  readonly isIndeterminate?: boolean;
}) {
  return (
    <input
      {...rest}
      type="checkbox"
      aria-label={label}
      ref={(input) => {
        if (input) input.indeterminate = isIndeterminate;
      }}
      className="block size-4 cursor-pointer accent-(--accent)"
    />
  );
}
