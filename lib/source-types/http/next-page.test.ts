import { describe, expect, it } from 'vitest';
import type { WrittenJson } from '#lib/json.ts';
import { nextPage } from './next-page.ts';
import { pagingSettings } from './paging.ts';

/** Whether another page is asked for, and what was left out. */
function following(
  payload: WrittenJson,
  rules: object,
  { isList = true, ...metadata }: { isList?: boolean; [key: string]: number | boolean } = {},
) {
  const said: string[] = [];
  const next = nextPage(
    {
      request: { url: 'https://example.org/i?offset=0', body: null },
      answeredBy: 'https://example.org/i?offset=0',
      headers: {},
      payload,
      html: null,
      metadata,
      isList,
    },
    pagingSettings.parse(rules),
    (reason) => said.push(reason),
  );
  return next === null ? said : next.request.url.replace('https://example.org/i?', '');
}

const offset = { by: 'offset', rows: '$.rows', parameter: 'offset', stop_field: '$.total' };

describe('a total of entries ends a list', () => {
  it.each<[WrittenJson, string | string[]]>([
    [2, []],
    ['2', []],
    [3, 'offset=2'],
    // What says less than has come says nothing.
    [1, 'offset=2'],
    [0, 'offset=2'],
    [-1, 'offset=2'],
    [null, 'offset=2'],
    ['many', 'offset=2'],
  ])('where it is %j of 2 that came: %j', (total, expected) => {
    expect(following({ total, rows: [1, 2] }, { ...offset, stop_means: 'rows' })).toEqual(expected);
  });

  it.each<[number, string | string[]]>([
    [1, []],
    [2, 'offset=2'],
    [0, 'offset=2'],
    [-1, 'offset=2'],
  ])('where there are %j pages in all: %j', (total, expected) => {
    expect(following({ total, rows: [1, 2] }, { ...offset, stop_means: 'pages' })).toEqual(
      expected,
    );
  });
});

describe('a page whose entries nobody has named', () => {
  const rules = { by: 'page', parameter: 'offset', stop_field: '$.more' };
  it.each<[WrittenJson, object, string | string[]]>([
    [{ more: true, list: [1] }, {}, 'offset=1'],
    [{ more: 'true', list: [1] }, {}, 'offset=1'],
    [{ more: false, list: [1] }, {}, []],
    [{ more: 3, list: [1] }, { stop_means: 'pages' }, 'offset=1'],
    [{ more: 1, list: [1] }, { stop_means: 'pages' }, []],
    [{ list: [1] }, {}, []],
  ])('%j is followed as it says itself (%j): %j', (payload, means, expected) => {
    expect(following(payload, { ...rules, ...means })).toEqual(expected);
  });
});

describe('a page without entries is the last', () => {
  it.each<[WrittenJson, string | string[]]>([
    [[], []],
    [null, []],
    // As PHP writes an empty list.
    [{}, []],
    [[null], []],
    // As converters of XML write a list of one.
    [{ id: 1 }, 'offset=1'],
    [[{}, {}], 'offset=2'],
  ])('where they are %j: %j', (rows, expected) => {
    expect(following({ rows }, offset)).toEqual(expected);
  });
});

describe('pages that are counted without a word on their entries', () => {
  const rules = { by: 'page', parameter: 'offset' };
  it.each<[WrittenJson, string | string[]]>([
    [[{ id: 1 }], 'offset=1'],
    [[], []],
    [{ total: 9, items: [{ id: 1 }] }, 'offset=1'],
    [{ total: 9, items: [] }, []],
    [{ items: [1], tags: [2] }, ['page_unknown']],
    [{ a: { items: [1] } }, ['page_unknown']],
    [null, ['page_unknown']],
  ])('go by the only list there is: %j: %j', (payload, expected) => {
    expect(following(payload, rules)).toEqual(expected);
  });

  it('are none of what a list leads to', () => {
    expect(following({ tags: [1] }, rules, { isList: false })).toEqual([]);
  });
});

describe('a cursor that is no value', () => {
  it.each<[string, WrittenJson, string[]]>([
    ['cursor', { next: { id: 5 } }, ['page_unknown']],
    ['cursor', { next: [[1, 2]] }, ['page_unknown']],
    ['next', { next: { href: '/b' } }, ['page_unknown']],
    ['last_row', { next: [{ id: 1 }] }, ['page_unknown']],
    ['cursor', { next: {} }, []],
    ['cursor', { next: [] }, []],
    ['cursor', { next: null }, []],
    ['cursor', {}, []],
  ])('is told: %s at %j: %j', (by, payload, expected) => {
    expect(following(payload, { by, parameter: 'offset' })).toEqual(expected);
  });
});
