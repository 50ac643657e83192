import { describe, expect, it } from 'vitest';
import { itemFilters } from '#lib/items/list/filters/registry.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { readTyped, unfinishedIn } from './typed.ts';

const clock = { now: '2026-03-30T10:30:00.000Z', zone: 'Europe/Berlin' };
/** As the list would read it. */
const check = (name: string, value: string) =>
  parseWorkItemQuery({ [name]: value }, clock).problems[0]?.message ?? null;
const read = (text: string) => readTyped(itemFilters.words, text, clock, check);
const changes = (text: string) => {
  const typed = read(text);
  expect(typed.problem).toBeNull();
  return typed.changes;
};

describe('what is typed into the filter box', () => {
  it.each([
    ['status:failed', { status: 'failed' }],
    ['Status: Failed', { status: 'failed' }],
    ['status:failed,pending', { status: 'failed,pending' }],
    ['status:failed, pending', { status: 'failed,pending' }],
    ['status:In progress', { status: 'in_progress' }],
    ['state:in-progress', { status: 'in_progress' }],
    ['updated:yesterday', { updated: 'yesterday' }],
    ['fetched:last 7 days', { fetched: 'last 7 days' }],
    ['fetched:"last 7 days"', { fetched: 'last 7 days' }],
    ['fetched:last 7 days broken link', { fetched: 'last 7 days', q: 'broken link' }],
    ['fetched:<30d status:failed', { fetched: '<30d', status: 'failed' }],
    ['500', { http: '500' }],
    ['http:500', { http: '500' }],
    ['HTTP-status:404', { http: '404' }],
    ['yesterday', { updated: 'yesterday' }],
    ['last week', { updated: 'last week' }],
    ['stale:30d', { stale: '30' }],
    ['older:30 days', { stale: '30', q: 'days' }],
    ['due:', { due: '1' }],
    ['due:yes', { due: '1' }],
    ['due:no', { due: null }],
    ['worker:w-1', { lease: 'w-1' }],
    ['source:"Star Wars wiki" luke', { source: 'Star Wars wiki', q: 'luke' }],
    ['Category:Films', { q: 'Category:Films' }],
    ['https://example.org/a', { q: 'https://example.org/a' }],
    ['test:src:page:1', { q: 'test:src:page:1' }],
    ['statsu:src:page:1', { q: 'statsu:src:page:1' }],
    ['"status:failed"', { q: 'status:failed' }],
    ['luke status:failed skywalker', { status: 'failed', q: 'luke skywalker' }],
    ['1234', { q: '1234' }],
    ['', {}],
  ])('%s', (text, expected) => {
    expect(changes(text)).toEqual(expected);
  });

  it.each([
    ['statsu:failed', 'Did you mean “status”?'],
    ['updatd:yesterday', 'Did you mean “updated”?'],
    ['status:done', 'Status'],
    ['attempts:many', 'must be a whole number from 1 to 1,000'],
    ['updated:soon', 'must be a time such as yesterday'],
    ['error:', 'Error code has no value yet.'],
    ['due:perhaps', 'is set by yes'],
  ])('%s is told, with what helps', (text, said) => {
    const { changes: none, problem } = read(text);
    expect(none).toEqual({});
    expect(problem?.message).toContain(said);
    expect(problem?.remedy).not.toBe('');
  });

  it('has a filter at its end while its value is being written', () => {
    const at = (text: string) => {
      const found = unfinishedIn(itemFilters.words, text);
      return found && [found.filter.name, found.value, found.before];
    };
    expect(at('luke status:fa')).toEqual(['status', 'fa', 'luke ']);
    expect(at('status:')).toEqual(['status', '', '']);
    expect(at('status:failed ')).toBeNull();
    expect(at('fetched:last 7')).toEqual(['fetched', 'last 7', '']);
    expect(at('luke')).toBeNull();
  });
});

describe('a time in the address of a list', () => {
  it('means the days of the reader, and holds together with other ends', () => {
    const filter = (raw: Record<string, string>, zone = 'Europe/Berlin') =>
      parseWorkItemQuery(raw, { ...clock, zone }).query.filter;
    expect(filter({ created: 'today' })).toEqual({
      created_from: '2026-03-29T22:00:00.000Z',
      created_to: '2026-03-30T22:00:00.000Z',
    });
    expect(filter({ created: 'today' }, 'UTC').created_from).toBe('2026-03-30T00:00:00.000Z');
    expect(filter({ created: 'today', created_from: '2026-03-30' }).created_from).toBe(
      '2026-03-30T00:00:00.000Z',
    );
    expect(filter({ changed: '<2h' }).updated_from).toBe('2026-03-30T08:30:00.000Z');
  });

  it('is ignored and told where it means nothing', () => {
    const { query, problems } = parseWorkItemQuery({ created: 'soon' }, clock);
    expect(query.filter).toEqual({});
    expect(problems[0]).toMatchObject({ parameter: 'created' });
    expect(problems[0]?.message).toContain('last 7 days');
  });
});
