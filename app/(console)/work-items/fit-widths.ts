/**
 * How wide the columns are whose texts differ from page to page. What one of them does not need, another gets; what is
 * still missing comes from what a wide window has beyond a usual one. A width that the person chose stays. Pure.
 */
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import type { ListColumn } from './columns.tsx';

/** At this width of the window the columns' own widths leave little room, px. */
const usualWindowPx = 1_440;
/** Of what a window has beyond it, the resource keeps the rest. */
const shareOfMore = 0.6;
const paddingPx = 26;

export interface FittedWidth {
  /** Of a usual window, px. */
  readonly leastPx: number;
  /** As CSS has it. */
  readonly css: string;
}

type Fitted = Pick<ListColumn, 'id' | 'widthPx' | 'fits'>;

/** @param widthOf as the columns are arranged, px */
export function fitWidths(
  columns: readonly Fitted[],
  widthOf: (id: string) => number,
  rows: readonly WorkItemSummary[],
): ReadonlyMap<string, FittedWidth> {
  const wants = columns.flatMap((column) => {
    const own = widthOf(column.id);
    return column.fits === undefined || own !== column.widthPx
      ? []
      : [{ id: column.id, own, wanted: wantedPx(column.fits, rows) }];
  });
  const spare = sumOf(wants.map(({ own, wanted }) => Math.max(0, own - wanted)));
  const missing = sumOf(wants.map(({ own, wanted }) => Math.max(0, wanted - own)));
  const part = missing === 0 ? 0 : Math.min(1, spare / missing);
  const widths = new Map<string, FittedWidth>();
  for (const column of columns) {
    const own = widthOf(column.id);
    const wanted = wants.find(({ id }) => id === column.id)?.wanted ?? own;
    const leastPx = wanted <= own ? wanted : Math.floor(own + (wanted - own) * part);
    const share = missing === 0 ? 0 : (shareOfMore * Math.max(0, wanted - own)) / missing;
    widths.set(column.id, {
      leastPx,
      css:
        leastPx >= wanted
          ? `${leastPx}px`
          : `min(${wanted}px, ${leastPx}px + max(0px, 100vw - ${usualWindowPx}px) * ${share.toFixed(3)})`,
    });
  }
  return widths;
}

function wantedPx(
  { text, charPx, leastPx, mostPx }: NonNullable<ListColumn['fits']>,
  rows: readonly WorkItemSummary[],
): number {
  const longest = Math.max(0, ...rows.map((row) => [...(text(row) ?? '')].length));
  return Math.round(Math.min(mostPx, Math.max(leastPx, longest * charPx + paddingPx)));
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
