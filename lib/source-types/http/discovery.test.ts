import { describe, expect, it } from 'vitest';
import type { JsonObject, WrittenJson } from '#lib/json.ts';
import { parseWritten } from '#lib/json-text.ts';
import { itemOf } from '#test/fetch-harness.ts';
import { countingLeftOut } from '../left-out.ts';
import { linkOf } from '../web/headers.ts';
import { valuesAt } from '../web/selector.ts';
import { http } from './index.ts';
import { expandTemplate, templateFault } from './template.ts';

/** The addresses found in an answer, the next page marked. */
function found(
  settings: JsonObject,
  payload: WrittenJson,
  over: { url?: string; link?: string; metadata?: JsonObject; answeredBy?: string } = {},
): string[] {
  const item = itemOf(
    {
      resourceType: 'record',
      resourceId: 'x',
      requestUri: over.url ?? 'https://api.example/items?limit=2',
    },
    { metadata: over.metadata ?? null },
  );
  const context = { sourceName: 's', secrets: {}, settings: http.settingsSchema.parse(settings) };
  const answer = {
    responseHeaders: over.link === undefined ? {} : { link: over.link },
    ...(over.answeredBy === undefined ? {} : { details: { final_url: over.answeredBy } }),
  };
  const { leave, leftOut } = countingLeftOut();
  const items = http.discover(item, payload, context, answer, leave);
  const { pages_beyond: beyond, page_elsewhere: elsewhere } = leftOut;
  if (beyond) return ['left out: pages_beyond'];
  if (elsewhere) return ['left out: page_elsewhere'];
  return items.map(({ requestUri, isHop, metadata }) => {
    const page = isHop === false ? ` (page ${metadata?.['page']})` : '';
    return `${requestUri.replace('https://api.example', '')}${page}`;
  });
}

describe('the next page', () => {
  const by = (rules: JsonObject): JsonObject => ({ paging: rules });

  it('is none unless it is asked for', () => {
    expect(found({}, { next: '/items?page=2' }, { link: '</b>; rel="next"' })).toEqual([]);
  });

  it('comes in the Link header', () => {
    const link = '</items?page=1>; rel="first", </items?page=3>; title="a, b"; rel="next last"';
    expect(found(by({ by: 'link' }), [], { link })).toEqual(['/items?page=3 (page 2)']);
    expect(found(by({ by: 'link' }), [], { link: '</a>; rel="prev"' })).toEqual([]);
  });

  it('comes as rel=next of a page', () => {
    const page = { content_type: 'text/html', text: '<a rel="next" href="?p=2">on</a>' };
    expect(found(by({ by: 'link' }), page)).toEqual(['/items?p=2 (page 2)']);
  });

  it.each<[string, WrittenJson, { link?: string }]>([
    ['in the Link header', [], { link: "<2>; rel='next'" }],
    ['in JSON', { next: '2' }, {}],
    [
      'in a page',
      {
        content_type: 'text/html',
        url: 'https://api.example/v2/',
        text: '<a REL=NEXT href="2">on</a>',
      },
      {},
    ],
    [
      'in a page with a base',
      { content_type: 'text/html', text: '<base href="/v2/"><link rel=Next href="2">' },
      {},
    ],
  ])('%s is relative to the address that answered', (_, payload, { link }) => {
    const rules = by({ by: link !== undefined || 'text' in Object(payload) ? 'link' : 'next' });
    const answeredBy = 'https://api.example/v2/';
    const over = { answeredBy, ...(link === undefined ? {} : { link }) };
    expect(found(rules, payload, over)).toEqual(['/v2/2 (page 2)']);
  });

  it.each([
    ['a word for the query', 'c2', '/items?limit=2&after=c2 (page 2)'],
    ['a number for the query', 17, '/items?limit=2&after=17 (page 2)'],
    ['a whole address', 'https://api.example/items?token=z', '/items?token=z (page 2)'],
    ['a word that looks like a path', '/wAA+g==', '/items?limit=2&after=%2FwAA%2Bg%3D%3D (page 2)'],
  ])('comes by %s', (_, cursor, address) => {
    const rules = by({ by: 'cursor', field: '$.meta.next', parameter: 'after' });
    expect(found(rules, { meta: { next: cursor } })).toEqual([address]);
  });

  it.each([null, '', false])('is none at the cursor %j', (cursor) => {
    expect(found(by({ by: 'cursor', field: '$.next' }), { next: cursor })).toEqual([]);
  });

  it('is counted on as long as there are entries', () => {
    const rules = by({ by: 'page', field: '$.items[*]', parameter: 'p' });
    expect(found(rules, { items: [{ id: 1 }] })).toEqual(['/items?limit=2&p=2 (page 2)']);
    const third = { url: 'https://api.example/items?p=3', metadata: { page: 3 } };
    expect(found(rules, { items: [true] }, third)).toEqual(['/items?p=4 (page 4)']);
    expect(found(rules, { items: [] }, third)).toEqual([]);
  });

  it('is not beyond the number of pages, nor on another host, nor the page itself', () => {
    const rules = by({ by: 'cursor', field: '$.next', max_pages: 3 });
    expect(found(rules, { next: 'z' }, { metadata: { page: 3 } })).toEqual([
      'left out: pages_beyond',
    ]);
    const elsewhere = [{ next: 'https://elsewhere.example/items' }, { next: 'z'.repeat(3000) }];
    for (const answer of elsewhere)
      expect(found(rules, answer)).toEqual(['left out: page_elsewhere']);
    expect(found(rules, { next: 'https://api.example/items?limit=2' })).toEqual([]);
  });

  it.each([
    ['an address', 'https://api.example/items?t=z', ['/items?t=z (page 2)']],
    ['a path', '/more?t=z', ['/more?t=z (page 2)']],
    ['a query', '?t=z', ['/items?t=z (page 2)']],
    ['nothing', null, []],
    ['itself', '/items?limit=2', []],
  ])('comes as %s in the answer', (_, next, pages) => {
    expect(found(by({ by: 'next', field: '$.links.next' }), { links: { next } })).toEqual(pages);
  });

  it('is counted on by the entries that came, with offsets of any length', () => {
    const rules = by({ by: 'offset', rows: '$.items', parameter: 'offset' });
    const items = [{ id: 1 }, { id: 2 }];
    expect(found(rules, { items })).toEqual(['/items?limit=2&offset=2 (page 2)']);
    const far = { url: 'https://api.example/items?offset=9007199254740993&limit=2' };
    expect(found(rules, { items }, far)).toEqual([
      '/items?offset=9007199254740995&limit=2 (page 2)',
    ]);
    expect(found(rules, { items: [] })).toEqual([]);
    expect(found(rules, {})).toEqual([]);
  });

  it('begins after the last entry', () => {
    const rules = by({ by: 'last_row', field: '$.items[*].id', parameter: 'after' });
    const items = [{ id: 'a' }, { id: 'b/c' }];
    expect(found(rules, { items })).toEqual(['/items?limit=2&after=b%2Fc (page 2)']);
    expect(found(rules, { items: [] })).toEqual([]);
  });

  it.each<[string, JsonObject, WrittenJson, boolean]>([
    ['more is false', { stop_field: '$.more' }, { more: false }, true],
    ['more is true', { stop_field: '$.more' }, { more: true }, false],
    ['more is null', { stop_field: '$.more' }, { more: null }, true],
    ['more is "0"', { stop_field: '$.more' }, { more: '0' }, true],
    ['nothing is said', { stop_field: '$.more' }, {}, false],
    ['all entries came', { stop_field: '$.all', stop_means: 'rows' }, { all: 6 }, true],
    ['entries are left', { stop_field: '$.all', stop_means: 'rows' }, { all: 7 }, false],
    ['the total is text', { stop_field: '$.all', stop_means: 'rows' }, { all: '6' }, true],
    ['the total is no number', { stop_field: '$.all', stop_means: 'rows' }, { all: 'some' }, false],
    ['it is the last page', { stop_field: '$.n', stop_means: 'pages' }, { n: 3 }, true],
    ['a page is left', { stop_field: '$.n', stop_means: 'pages' }, { n: 4 }, false],
  ])('ends where the answer says so: %s', (_, rules, said, isLast) => {
    const settings = by({ by: 'page', rows: '$.items[*]', parameter: 'p', ...rules });
    const third = {
      url: 'https://api.example/items?p=3',
      metadata: { page: 3, rows: 4, seen: ['x'] },
    };
    const payload = { items: [{ id: 5 }, { id: 6 }], ...(said as JsonObject) };
    expect(found(settings, payload, third)).toEqual(isLast ? [] : ['/items?p=4 (page 4)']);
  });

  it.each<[string, JsonObject]>([
    ['their path', { rows: '$.items' }],
    ['what the path finds, without one', { field: '$.items[*]' }],
  ])('ends at entries that came before, however far back, and says so: by %s', (_, path) => {
    const settings = http.settingsSchema.parse(by({ by: 'page', parameter: 'p', ...path }));
    const context = { sourceName: 's', secrets: {}, settings };
    let metadata: JsonObject | null = null;
    const pageWith = (page: number, items: number[]) => {
      const requestUri = `https://api.example/items?p=${page}`;
      const item = itemOf({ resourceType: 'r', resourceId: 'x', requestUri }, { metadata });
      const { leave, leftOut } = countingLeftOut();
      const [next] = http.discover(item, { items, at: page }, context, undefined, leave);
      metadata = next?.metadata ?? null;
      return leftOut.pages_repeat === 1 ? 'repeats' : 'goes on';
    };
    for (let page = 1; page <= 40; page += 1) expect(pageWith(page, [page])).toBe('goes on');
    expect(JSON.stringify(metadata).length).toBeLessThan(600);
    const at40 = metadata;
    expect(pageWith(41, [40])).toBe('repeats');
    metadata = at40;
    expect(pageWith(41, [1])).toBe('repeats');
    metadata = at40;
    expect(pageWith(41, [41])).toBe('goes on');
  });

  it('leaves the rest of the address as it is written', () => {
    const rules = by({ by: 'page', rows: '$.items', parameter: 'p' });
    const url = 'https://api.example/items?f=a:b,c%20d&p=1&empty&q=~%7E';
    expect(found(rules, { items: [1] }, { url })).toEqual([
      '/items?f=a:b,c%20d&p=2&empty&q=~~ (page 2)',
    ]);
  });

  it('is not followed a second time as a link', () => {
    const settings = {
      ...by({ by: 'next', field: '$.next' }),
      discovery: { enabled: true, links: ['$.next', '$.items[*]'] },
    };
    expect(found(settings, { next: '/p2', items: ['/a'] })).toEqual(['/a', '/p2 (page 2)']);
  });
});

describe('links', () => {
  it('lose the parameters that are to be left out, and so become one', () => {
    const settings = {
      discovery: { enabled: true, links: ['$..href'], drop_parameters: ['utm_*', 'sid'] },
    };
    const payload = {
      a: { href: '/x?utm_source=1&id=2' },
      b: [{ href: '/x?id=2&sid=9' }, { href: '/x?id=2&side=9' }],
    };
    expect(found(settings, payload)).toEqual(['/x?id=2', '/x?id=2&side=9']);
  });
});

describe('a path into JSON', () => {
  const value = { a: { b: ['x', 'y'], 'c d': { e: 1 } }, list: [{ b: 'z' }, { b: null }], π: 'pi' };
  it.each([
    ['$.a.b[1]', ['y']],
    ["$.a['c d'].e", ['1']],
    ['$.list[*].b', ['z']],
    ['$..b', ['z']],
    ['$..b[*]', ['x', 'y']],
    ['$.*.b[*]', ['x', 'y']],
    ['$.π', ['pi']],
    ['$.missing.b', []],
    ['$.__proto__', []],
  ])('%s', (path, values) => expect(valuesAt(value, path)).toEqual(values));
});

describe('a template', () => {
  it.each([
    ['/a', ['/a']],
    ['/p/{1..3}', ['/p/1', '/p/2', '/p/3']],
    ['/p/{08..10}', ['/p/08', '/p/09', '/p/10']],
    ['/p/{0..20..10}', ['/p/0', '/p/10', '/p/20']],
    ['/p/{3..1}', ['/p/3', '/p/2', '/p/1']],
    ['/{en,de}/{1..2}', ['/en/1', '/en/2', '/de/1', '/de/2']],
  ])('%s stands for its addresses', (template, urls) => {
    expect(templateFault(template)).toBeNull();
    expect(expandTemplate(template)).toEqual(urls);
  });

  it.each(['/{1..}', '/{a..z}', '/{x}', '/{}', '/{1..3', '/a}', '/{1..100}/{1..101}'])(
    '%s is refused',
    (template) => expect(templateFault(template)).not.toBeNull(),
  );

  it('is refused at the field when all of a seed are too many together', () => {
    const urls = ['https://a.example/{1..6000}', 'https://b.example/{1..6000}'];
    const { error } = http.seedSchema.safeParse({ urls });
    expect(error?.issues).toMatchObject([{ path: ['urls'] }]);
    expect(http.seedSchema.safeParse({}).success).toBe(false);
  });
});

it.each([
  ['<https://a/>; rel=next', 'https://a/'],
  ['<a>; rel="prev", <b> ; REL="Next"', 'b'],
  ['<a,b>; rel="next"', 'a,b'],
  ['<a>; title="x; rel=next"', null],
  ['nonsense', null],
  [undefined, null],
])('of the Link header %j the next one is %j', (header, address) => {
  expect(linkOf(header, 'next')).toBe(address);
});

describe('numbers', () => {
  const payload =
    parseWritten(
      '{"items":[{"id":9007199254740993},{"id":12345678901234567890},{"id":7}],"next":98765432109876543210}',
    ) ?? null;

  it('are followed by their digits', () => {
    const settings = { discovery: { enabled: true, links: ['$.items[*].id'] } };
    expect(found(settings, payload)).toEqual(['/9007199254740993', '/12345678901234567890', '/7']);
  });

  it('are cursors by their digits', () => {
    const settings = { paging: { by: 'cursor', field: '$.next', parameter: 'after' } };
    expect(found(settings, payload)).toEqual([
      '/items?limit=2&after=98765432109876543210 (page 2)',
    ]);
  });
});

describe('entries of lists', () => {
  const listed = (
    settings: JsonObject,
    payload: WrittenJson,
    metadata: JsonObject | null = null,
  ) => {
    const url = 'https://api.example/items';
    const list = itemOf({ resourceType: 'record', resourceId: url, requestUri: url }, { metadata });
    const context = { sourceName: 's', secrets: {}, settings: http.settingsSchema.parse(settings) };
    const { leave, leftOut } = countingLeftOut();
    const items = http.discover(list, payload, context, undefined, leave);
    return { ids: items.map(({ resourceId }) => resourceId), items, leftOut };
  };

  it('are named by list and key, and everywhere by what names them everywhere', () => {
    const rows = [{ id: 7 }, { id: ' a\tb ' }, { id: 'urn:x:1' }, { id: 'https://x.example/1' }];
    expect(listed({ entries: { key: '$.id' } }, rows).ids).toEqual([
      'https://api.example/items#7',
      'https://api.example/items#a b',
      'urn:x:1',
      'https://x.example/1',
    ]);
  });

  it('are where the rules of paging say, unless they say otherwise', () => {
    const payload = { items: [{ a: { id: 1 } }], more: [{ id: 2 }] };
    const paging = { by: 'page', rows: '$.items[*].a', max_pages: 0 };
    const ids = (entries: JsonObject) => listed({ paging, entries }, payload).ids;
    expect(ids({ key: '$.id' })).toEqual(['https://api.example/items#1', expect.anything()]);
    expect(ids({ key: '$.id', rows: '$.more' })[0]).toBe('https://api.example/items#2');
  });

  it('without a key, or twice, are no further items', () => {
    const rows = [{ id: 1, n: 1 }, { id: null }, 5, null, { id: [1] }, { id: 1, n: 2 }];
    const { items, leftOut } = listed({ entries: { key: '$.id' } }, rows);
    expect(leftOut).toEqual({ entries_unnamed: 3 });
    const [same] = listed({ entries: { key: '$.id' } }, [{ n: 2, id: 1 }]).items;
    expect(items.map(({ revision }) => revision)).toEqual([same?.revision]);
  });

  it('keep the name of their list over its pages', () => {
    const settings = {
      paging: { by: 'page', rows: '$', max_pages: 0 },
      entries: { key: '$.id' },
    };
    const first = listed(settings, [{ id: 1 }]);
    const { metadata = null } = first.items.at(-1) ?? {};
    expect(listed(settings, [{ id: 2 }], metadata).ids[0]).toBe('https://api.example/items#2');
  });

  it('cannot be gone from a list that is cut', () => {
    const settings = (unlisted: string) => ({
      paging: { by: 'page', rows: '$' },
      entries: { key: '$.id', unlisted },
    });
    expect(http.settingsSchema.safeParse(settings('gone')).success).toBe(false);
    expect(http.settingsSchema.safeParse(settings('kept')).success).toBe(true);
  });
});
