import { describe, expect, it } from 'vitest';
import { gridArrangementSchema } from '#lib/preferences/model.ts';
import {
  type Arrangement,
  arrange,
  moveColumn,
  showColumn,
  sizeColumn,
  toKeep,
} from './arrangement.ts';

const known = [
  { id: 'status', isShown: true, isFixed: true, widthPx: 100 },
  { id: 'resource', isShown: true, isFixed: true, widthPx: 200 },
  { id: 'type', isShown: true, widthPx: 80 },
  { id: 'depth', isShown: false, widthPx: 60 },
];
const ids = ({ columns }: Arrangement) => columns.map(({ id }) => id);
const own = arrange(known, null);

describe('the arrangement of the columns', () => {
  it('is the list’s own until something is kept', () => {
    expect(ids(own)).toEqual(['status', 'resource', 'type', 'depth']);
    expect(own.columns.at(3)).toEqual({ id: 'depth', isShown: false, widthPx: 60 });
    expect(own.isDense).toBe(false);
  });

  it('comes back as it was kept', () => {
    const mine = showColumn(sizeColumn(moveColumn(own, 'type', -1), 'type', 123), 'depth', true);
    const kept = toKeep(known, { ...mine, isDense: true });
    expect(gridArrangementSchema.parse(kept)).toEqual(kept);
    expect(kept.columns.filter((column) => column.widthPx !== undefined)).toEqual([
      { id: 'type', isShown: true, widthPx: 123 },
    ]);
    expect(arrange(known, kept)).toEqual({ ...mine, isDense: true });
  });

  it('takes in a column that is new, where it stands by default, and drops one that is gone', () => {
    const kept = {
      columns: [
        { id: 'gone', isShown: true },
        { id: 'type', isShown: false },
        { id: 'resource', isShown: true },
        { id: 'resource', isShown: false },
      ],
      isDense: false,
    };
    expect(ids(arrange(known, kept))).toEqual(['status', 'type', 'depth', 'resource']);
  });

  it('never hides what a row is known by', () => {
    const kept = { columns: [{ id: 'status', isShown: false }], isDense: false };
    expect(arrange(known, kept).columns[0]).toMatchObject({ id: 'status', isShown: true });
  });

  it('moves a column by one place, not past the ends', () => {
    expect(ids(moveColumn(own, 'resource', 1))).toEqual(['status', 'type', 'resource', 'depth']);
    expect(moveColumn(own, 'status', -1)).toBe(own);
    expect(moveColumn(own, 'depth', 1)).toBe(own);
  });

  it('keeps widths within what can be read and dragged', () => {
    const width = (px: number) => sizeColumn(own, 'type', px).columns[2]?.widthPx;
    expect([width(1), width(120.4), width(9_999)]).toEqual([48, 120, 900]);
  });
});
