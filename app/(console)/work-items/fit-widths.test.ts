import { describe, expect, it } from 'vitest';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import { listColumns } from './columns.tsx';
import { fitWidths } from './fit-widths.ts';

const shown = listColumns.filter(({ isShown }) => isShown);
const byDefault = new Map(listColumns.map(({ id, widthPx }) => [id, widthPx]));
const item = (over: Partial<WorkItemSummary>) =>
  // Only what columns fit is read.
  ({
    sourceName: 'wiki',
    resourceType: 'page',
    errorCode: null,
    errorMessage: null,
    ...over,
  }) as WorkItemSummary;
const widths = (rows: readonly WorkItemSummary[], own: Readonly<Record<string, number>> = {}) =>
  fitWidths(shown, (id) => own[id] ?? byDefault.get(id) ?? 0, rows);
const sum = (of: ReturnType<typeof widths>) =>
  [...of.values()].reduce((all, { leastPx }) => all + leastPx, 0);

describe('the widths of columns', () => {
  it('give an error the room that a short source does not need', () => {
    const of = widths([item({ errorCode: 'http_server_error' })]);
    expect(of.get('error')?.leastPx).toBeGreaterThan(byDefault.get('error') ?? 0);
    expect(of.get('error')?.css).toMatch(/^\d+px$/);
    expect(of.get('source')?.leastPx).toBeLessThan(byDefault.get('source') ?? 0);
  });

  it('take no more of a usual window than they have, and the rest from a wide one', () => {
    const long = 'a-very-long-name-of-a-source-of-the-north';
    const of = widths([item({ sourceName: long, resourceType: long, errorCode: long })]);
    expect(sum(of)).toBeLessThanOrEqual([...shown].reduce((all, one) => all + one.widthPx, 0));
    expect(of.get('source')?.css).toMatch(
      /^min\(240px, \d+px \+ max\(0px, 100vw - 1440px\) \* 0\.\d+\)$/,
    );
  });

  it('leave alone what the person has chosen', () => {
    const of = widths([item({ errorCode: 'http_server_error' })], { source: 300, error: 60 });
    expect(of.get('source')).toEqual({ leastPx: 300, css: '300px' });
    expect(of.get('error')).toEqual({ leastPx: 60, css: '60px' });
  });

  it('are at least those of the headings where there is nothing', () => {
    for (const { fits, id } of shown) {
      if (fits) expect(widths([]).get(id)?.leastPx).toBeGreaterThanOrEqual(fits.leastPx);
    }
  });
});
