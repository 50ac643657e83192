import { describe, expect, it } from 'vitest';
import { workItemParameterNames } from '#lib/items/list/query.ts';
import { valueInWords } from './filters/value-in-words.ts';
import { itemList } from './item-filters.ts';
import { queryOf } from './item-list.ts';

describe('the filters of the list', () => {
  it('offer every parameter that the server understands', () => {
    const orders = ['sort', 'dir', 'cursor'];
    expect([...itemList.byName.keys()].sort()).toEqual(
      workItemParameterNames.filter((parameter) => !orders.includes(parameter)).sort(),
    );
  });

  it('say their value in words', () => {
    const words = (parameter: string, value: string) => {
      const filter = itemList.byName.get(parameter);
      return filter && valueInWords(filter, value);
    };
    expect(words('stale', '30')).toBe('30 days');
    expect(words('due', '1')).toBe('yes');
    expect(words('source', 'Sample')).toBe('Sample');
  });

  it('lead to the first page when one of them changes', () => {
    const current = { status: 'failed', cursor: 'abc', sort: 'priority' };
    expect(itemList.href(current, { stale: '30' })).toBe(
      '/work-items?status=failed&stale=30&sort=priority',
    );
    expect(itemList.href(current, { cursor: 'def' })).toBe(
      '/work-items?status=failed&sort=priority&cursor=def',
    );
  });

  it('stay within the view they were opened with, and leave it with the last of them', () => {
    const current = { status: 'failed', view: 'v1' };
    expect(itemList.href(current, { stale: '30' })).toBe(
      '/work-items?status=failed&stale=30&view=v1',
    );
    expect(itemList.href(current, { status: null })).toBe('/work-items?view=all');
    expect(itemList.href({}, {})).toBe('/work-items?view=all');
  });

  it('are told apart from order, position and view', () => {
    const current = { status: 'failed', q: 'x', sort: 'priority', cursor: 'abc', view: 'v1' };
    expect(itemList.filterOf(current)).toEqual({ status: 'failed', q: 'x' });
    expect(queryOf(current)).toBe('status=failed&q=x&sort=priority');
  });
});
