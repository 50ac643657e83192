import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { itemOf } from '#test/fetch-harness.ts';
import { mediawiki } from './index.ts';
import { resourceIdOfTitle, titleFault, titleOfResourceId } from './title.ts';

const context = (settings: JsonObject = {}) => ({
  sourceName: 'wiki',
  secrets: {},
  settings: mediawiki.settingsSchema.parse({
    api_url: 'https://wiki.example/w/api.php',
    email: 'op@example.org',
    ...settings,
  }),
});

describe('resource ids', () => {
  it.each([
    ['Star Wars', 'Star_Wars'],
    ['  Star  Wars_ ', 'Star_Wars'],
    ['Star Wars#Plot', 'Star_Wars'],
    [':Category:Films', 'Category:Films'],
    ['Cafe\u0301', 'Café'],
    ['帝国の逆襲', '帝国の逆襲'],
  ])('of "%s" is %s', (title, id) => {
    expect(resourceIdOfTitle(title)).toBe(id);
  });

  it('stay the same when they go to the wiki and back, so that a page never becomes two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (title) => {
        const id = resourceIdOfTitle(title);
        expect(resourceIdOfTitle(titleOfResourceId(id))).toBe(id);
      }),
    );
  });

  it.each(['A|B', 'A[1]', '{{x}}', '<b>', 'a\u0000b', '   ', 'x'.repeat(400)])(
    'a title %j is refused',
    (title) => {
      expect(titleFault(title)).not.toBeNull();
    },
  );
});

describe('seeding', () => {
  it('makes one item per page, however often and however it is written', () => {
    const seed = mediawiki.seedSchema.parse({ titles: ['Star Wars', 'Star_Wars', 'Yoda'] });
    const items = mediawiki.seedItems(context(), seed);
    expect(items).toMatchObject([
      {
        sourceSystem: 'mediawiki',
        sourceName: 'wiki',
        resourceType: 'page',
        resourceId: 'Star_Wars',
        priority: 10,
      },
      { resourceId: 'Yoda' },
    ]);
    expect(items[0]?.requestUri).toContain('titles=Star+Wars');
  });
});

describe('discovery', () => {
  const payload: JsonObject = {
    title: 'Hub',
    links: [
      { ns: 0, title: 'Star Wars' },
      { ns: 0, title: 'Star Wars' },
      { ns: 0, title: 'Hub' },
      { ns: 14, title: 'Category:Films' },
      { ns: 10, title: 'Template:Infobox' },
    ],
    categories: [{ ns: 14, title: 'Category:Hubs' }],
  };
  const hub = itemOf({
    resourceType: 'page',
    resourceId: 'Hub',
    requestUri: 'https://wiki.example/',
    priority: 10,
  });
  const found = (settings: JsonObject) =>
    mediawiki
      .discover(hub, payload, context(settings))
      .map(({ resourceType, resourceId, priority }) => `${resourceType} ${resourceId} ${priority}`);

  it('follows links of the namespaces once, never the page itself, never a category as a page', () => {
    expect(found({})).toEqual(['page Star_Wars 20']);
    expect(found({ namespaces: [0, 10, 14] })).toEqual([
      'page Star_Wars 20',
      'page Template:Infobox 20',
    ]);
  });

  it('follows categories, behind the links, when it is told to', () => {
    expect(found({ discovery: { discover_categories: true, discover_links: false } })).toEqual([
      'category Category:Hubs 30',
    ]);
  });

  it('finds nothing when it is off', () => {
    expect(found({ discovery: { enabled: false } })).toEqual([]);
    expect(mediawiki.maxDepth(context({ discovery: { enabled: false } }).settings)).toBe(0);
  });

  it('does not open a category that only a redirect led to, unless categories are followed', () => {
    const members = { members: [{ ns: 0, title: 'A' }] };
    const category = { ...hub, resourceType: 'category', resourceId: 'Category:Films', depth: 1 };
    expect(mediawiki.discover(category, members, context())).toEqual([]);
    expect(mediawiki.discover({ ...category, depth: 0 }, members, context())).toHaveLength(1);
  });
});
