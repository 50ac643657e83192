/** What a thread sends back is bounded before it is sent, however much more its input would make. */
import { describe, expect, it } from 'vitest';
import { ThreadPool } from '#lib/threads/thread-pool.ts';
import { aStoredItem } from '#test/worker/items.ts';
import { getSourceType } from './registry.ts';

const longest = 64 * 1024 * 1024;
const pool = new ThreadPool();
const bytes = (text: string) => new TextEncoder().encode(text);
const times = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join('');
const finalUrl = 'https://example.org/feed';

type ReadFeed = { readonly text: string; readonly facts: { entries: number; isCut: boolean } };
const readFeed = async (text: string) =>
  (await pool.run('feed', { headers: {}, body: bytes(text), finalUrl })) as ReadFeed;

describe('a feed', () => {
  const folder = `https://example.org/${'f'.repeat(9000)}/`;

  it('of entries that each repeat a long base is read as far as there is room', async () => {
    const { text, facts } = await readFeed(
      `<rss xml:base="${folder}"><channel>${times(
        5000,
        (at) => `<item><guid>${at}</guid><title>${at}</title><description>d</description>
          <content:encoded>c</content:encoded><enclosure url="a"/><enclosure url="b"/></item>`,
      )}</channel></rss>`,
    );
    expect(text.length).toBeLessThan(longest);
    expect(facts).toMatchObject({ isCut: true });
    expect(facts.entries).toBeGreaterThan(500);
  });

  it('does not let a base grow with each level', async () => {
    const part = `${'f'.repeat(9000)}/`;
    const { text } = await readFeed(
      `<rss><channel>${times(100, () => `<item xml:base="${part}"><link>x</link>`)}</channel></rss>`,
    );
    expect(text.length).toBeLessThan(100_000);
  });

  it('in JSON of attachments on a long address is read as far as there is room', async () => {
    const attachments = Array.from({ length: 100 }, (_, at) => ({ url: `${at}` }));
    const body = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      items: Array.from({ length: 500 }, (_, id) => ({ id, attachments })),
    });
    const read = (await pool.run('feed', {
      headers: {},
      body: bytes(body),
      finalUrl: folder,
    })) as ReadFeed;
    expect(read.text.length).toBeLessThan(longest);
    expect(read.facts).toMatchObject({ isCut: true });
    expect(read.facts.entries).toBeGreaterThan(30);
  });

  it('of signs that are no tags takes no more memory than it is long', async () => {
    const body = bytes(`<rss>${'<'.repeat(8_000_000)}`);
    const small = new ThreadPool({ timeMs: 60_000, heapMb: 64, headroomMb: 16 });
    expect(await small.run('feed', { headers: {}, body, finalUrl })).toMatchObject({
      facts: { entries: 0, isCut: true },
    });
  });

  it('of a million entries gives the first of them', async () => {
    const { facts } = await readFeed(
      `<rss><channel>${times(1_000_000, (at) => `<item><guid>${at}</guid></item>`)}</channel></rss>`,
    );
    expect(facts).toMatchObject({ entries: 5000, isCut: true });
  });
});

describe('a sitemap', () => {
  it('of addresses that are stored six times as long keeps what there is room for', async () => {
    const address = `https://example.org/${'\u0001'.repeat(50_000)}`;
    const read = (await pool.run('sitemap', {
      body: bytes(`<urlset>${times(400, () => `<url><loc>${address}</loc></url>`)}</urlset>`),
      endsEarly: false,
      base: finalUrl,
    })) as { readonly text: string };
    expect(read.text.length).toBeLessThan(longest);
    const { entries, beyond } = JSON.parse(read.text);
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.length + beyond).toBe(400);
  });
});

describe('entries of a list', () => {
  // Each holds all that follow.
  const listed = `[${times(200, (at) => `{"id":${at},"in":[`)}"${'x'.repeat(500_000)}"${']}'.repeat(200)}]`;
  const paths = { key: '$.id', rows: '$..*' };

  it('are refused where they are more together than a payload may be', async () => {
    const keysTo = (count: number) => Array.from({ length: count }, (_, at) => String(at));
    const pick = (count: number) =>
      pool.run('http.entries', { payload: listed, keys: keysTo(count), paths });
    expect(await pick(10)).toHaveLength(10);
    await expect(pick(200)).rejects.toMatchObject({ code: 'payload_too_complex' });
  });

  it('that left are told by keys that can be kept', async () => {
    const before = JSON.stringify([{ id: 'a' }, { id: 'k'.repeat(5_000_000) }]);
    const left = await pool.run('http.entries.left', { before, now: '[]', paths });
    expect(left).toEqual(['a']);
  });
});

it('tells of a line that is no JSON its beginning', async () => {
  const read = await pool.run('json-lines', `{}\n${'x'.repeat(5_000_000)}`);
  expect(read).toEqual({ kind: 'fault', line: 2, text: 'x'.repeat(1000) });
});

describe('what a payload leads to', () => {
  const discover = async (settings: object, payload: object) => {
    const type = getSourceType('http');
    const [leftOut, ...items] = (await pool.run('discover', {
      typeId: 'http',
      context: {
        sourceName: 'here',
        settings: type.settingsSchema.parse(settings),
        secrets: {},
      },
      item: aStoredItem({ requestUri: 'https://example.org/' }),
      payload,
    })) as [Record<string, number>, ...{ requestUri: string }[]];
    return { leftOut, items };
  };

  it('is of a page with a million links the first of them', async () => {
    const text = times(1_000_000, () => '<a href=x>');
    const page = { kind: 'text', content_type: 'text/html', url: 'https://example.org/', text };
    const { leftOut, items } = await discover({ discovery: { enabled: true } }, page);
    expect(leftOut).toMatchObject({ links_beyond: 1, ends_early: 1 });
    expect(items.map(({ requestUri }) => requestUri)).toEqual(['https://example.org/x']);
  });

  it('is of long addresses what there is room for, and the next page of the list', async () => {
    const rows = times(45_000, (at) => `{"id":"${at}${'k'.repeat(1000)}"},`);
    const { leftOut, items } = await discover(
      {
        response: 'json',
        paging: { by: 'next', field: '$.next', max_pages: 0 },
        entries: { key: '$.id', rows: '$.rows' },
      },
      { kind: 'json', text: `{"rows":[${rows}{"id":1}],"next":"?page=2"}` },
    );
    expect(items.length).toBeGreaterThan(10_000);
    expect(leftOut['links_beyond'] ?? 0).toBeGreaterThan(0);
    expect(items.length + (leftOut['links_beyond'] ?? 0)).toBe(45_002);
    expect(items.at(-1)).toMatchObject({ requestUri: 'https://example.org/?page=2' });
  });
});

describe('whatever a task forgets', () => {
  it('ends in the thread: a list that is repeated a hundred times by an alias', async () => {
    const text = `sources:\n${times(90, (at) => `  - name: s${at}\n    type: http\n    ${at === 0 ? `user_agent: &a ${'x'.repeat(1_000_000)}` : 'user_agent: *a'}\n`)}`;
    await expect(pool.run('sources.yaml', text)).rejects.toMatchObject({
      code: expect.stringMatching(/^(payload_too_complex|config_invalid)$/),
    });
  });

  it('says of a fault no more than a person reads', async () => {
    const text = `sources:\n${times(500, (at) => `  - { name: n${at}, type: ${'t'.repeat(300)} }\n`)}`;
    const fault = await pool.run('sources.yaml', text).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'config_invalid' });
    expect(JSON.stringify(fault).length + String(fault).length).toBeLessThan(100_000);
  });
});
