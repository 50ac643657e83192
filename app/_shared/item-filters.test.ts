import { describe, expect, it } from 'vitest';
import { workItemParameters } from '#lib/items/list/filter.ts';
import {
  filterDefinitions,
  filterOf,
  filterParameters,
  listHref,
  queryOf,
  valueInWords,
} from './item-filters.ts';

describe('the filters of the list', () => {
  it('offer every parameter that the server understands', () => {
    const orders = ['sort', 'dir', 'cursor'];
    expect([...filterParameters].sort()).toEqual(
      Object.keys(workItemParameters)
        .filter((parameter) => !orders.includes(parameter))
        .sort(),
    );
  });

  it('say their value in words', () => {
    const words = (parameter: string, value: string) => {
      const filter = filterDefinitions.get(parameter);
      return filter && valueInWords(filter, value);
    };
    expect(words('stale', '30')).toBe('30 days');
    expect(words('due', '1')).toBe('yes');
    expect(words('source', 'Sample')).toBe('Sample');
  });

  it('lead to the first page when one of them changes', () => {
    const current = { status: 'failed', cursor: 'abc', sort: 'priority' };
    expect(listHref(current, { stale: '30' })).toBe(
      '/work-items?status=failed&stale=30&sort=priority',
    );
    expect(listHref(current, { cursor: 'def' })).toBe(
      '/work-items?status=failed&sort=priority&cursor=def',
    );
  });

  it('stay within the view they were opened with, and leave it with the last of them', () => {
    const current = { status: 'failed', view: 'v1' };
    expect(listHref(current, { stale: '30' })).toBe('/work-items?status=failed&stale=30&view=v1');
    expect(listHref(current, { status: null })).toBe('/work-items?view=all');
    expect(listHref({}, {})).toBe('/work-items?view=all');
  });

  it('are told apart from order, position and view', () => {
    const current = { status: 'failed', q: 'x', sort: 'priority', cursor: 'abc', view: 'v1' };
    expect(filterOf(current)).toEqual({ status: 'failed', q: 'x' });
    expect(queryOf(current)).toBe('status=failed&q=x&sort=priority');
  });
});
