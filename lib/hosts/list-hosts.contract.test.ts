import { beforeEach, describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { countHosts, type HostQuery, listHosts, parseHostQuery } from './list-hosts.ts';

describe.each(contractEngines())('the list of hosts on $name', (engine) => {
  const given = useStore(engine);
  const give = (host: string, more: { asked?: number; blockedMs?: number; paceMs?: number } = {}) =>
    given.db.q
      .insertInto('hosts')
      .values({
        host,
        last_request_at:
          more.asked === undefined ? null : given.db.engine.nowPlus(-more.asked * 1000),
        blocked_until:
          more.blockedMs === undefined ? null : given.db.engine.nowPlus(more.blockedMs),
        blocked_reason: more.blockedMs === undefined ? null : 'HTTP 429',
        pace_ms: more.paceMs ?? 0,
        updated_at: given.db.engine.now(),
      })
      .execute();
  const names = async (query: HostQuery = {}, limit = 100) =>
    (await listHosts(given.db, query, { limit })).rows.map(({ host }) => host);

  beforeEach(async () => {
    await give('en.wiki.example', { asked: 10 });
    await give('de.wiki.example', { asked: 20, blockedMs: 60_000 });
    await give('api.example', { asked: 30, blockedMs: 30_000, paceMs: 500 });
    await give('fr.wiki.example', { asked: 40, blockedMs: -1_000, paceMs: 500 });
    await give('b.new.example');
    await give('a.new.example');
  });
  const all = [
    'en.wiki.example',
    'de.wiki.example',
    'api.example',
    'fr.wiki.example',
    'b.new.example',
    'a.new.example',
  ];

  test('the latest asked first, and back and forth by pages', async () => {
    const first = await listHosts(given.db, {}, { limit: 4 });
    expect(first.rows.map(({ host }) => host)).toEqual(all.slice(0, 4));
    const second = await listHosts(given.db, { cursor: first.next ?? '' }, { limit: 4 });
    expect(second.rows.map(({ host }) => host)).toEqual(all.slice(4));
    expect(second.next).toBeNull();
    expect(await names({ cursor: second.previous ?? '' }, 4)).toEqual(all.slice(0, 4));
  });

  test('those that are blocked now, the soonest open first, and their number', async () => {
    expect(await names({ view: 'blocked' })).toEqual(['api.example', 'de.wiki.example']);
    expect(await names({ view: 'blocked', name: 'wiki' })).toEqual(['de.wiki.example']);
    expect(await countHosts(given.db, 'blocked')).toEqual({ kind: 'exact', count: 2 });
    const { rows } = await listHosts(given.db);
    const block = rows.find(({ host }) => host === 'fr.wiki.example');
    expect(block).toMatchObject({ blockedUntil: null, blockedReason: null, paceMs: 500 });
  });

  test('those with a pace of their own', async () => {
    expect(await names({ view: 'paced' })).toEqual(['api.example', 'fr.wiki.example']);
    expect(await countHosts(given.db, 'paced')).toEqual({ kind: 'exact', count: 2 });
  });

  test('by a part of the name, and the one that is named exactly before all others', async () => {
    expect(await names({ name: '.wiki.' })).toEqual([
      'en.wiki.example',
      'de.wiki.example',
      'fr.wiki.example',
    ]);
    await give('example', { asked: 1_000 });
    expect(await names({ name: 'example' })).toEqual(['example', ...all]);
    expect(await names({ name: 'nowhere' })).toEqual([]);
    expect(await names({ name: '%' })).toEqual([]);
  });
});

test('an address is read as far as it is understood', () => {
  expect(parseHostQuery({ view: 'blocked', name: ' Wiki.Example ' })).toEqual({
    query: { view: 'blocked', name: 'wiki.example' },
    problems: [],
  });
  expect(parseHostQuery({ view: 'gone' })).toMatchObject({
    query: {},
    problems: [{ parameter: 'view' }],
  });
});
