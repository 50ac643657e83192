import { describe, expect, test } from 'vitest';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { createRobotsCache } from './robots.ts';

const rules = { status: 200, body: 'User-agent: *\nDisallow: /private/\n' };

describe.each(contractEngines())('robots.txt files in the database on $name', (engine) => {
  const given = useStore(engine);
  const fileOf = async (origin: string) => createRobotsCache(given.db).get(origin);
  const age = (ms: number) =>
    given.db.q
      .updateTable('hosts')
      .set({ robots_fetched_at: given.db.engine.nowPlus(-ms) })
      .execute();

  test('what one worker has read, another one knows', async () => {
    expect(await fileOf('https://wiki.example')).toBeNull();
    await createRobotsCache(given.db).set('https://wiki.example', rules);
    expect(await fileOf('https://wiki.example')).toEqual(rules);
    expect((await listHosts(given.db)).rows[0]?.robots).toMatchObject({ status: 200 });
    await createRobotsCache(given.db).set('https://wiki.example', { status: 404, body: '' });
    expect(await fileOf('https://wiki.example')).toEqual({ status: 404, body: '' });
  });

  test('each origin has its own, by scheme and by port', async () => {
    await createRobotsCache(given.db).set('https://wiki.example', rules);
    expect(await fileOf('http://wiki.example')).toBeNull();
    expect(await fileOf('https://wiki.example:8443')).toBeNull();
  });

  test('none is older than a day, and an unreachable one no older than a minute', async () => {
    await createRobotsCache(given.db).set('https://wiki.example', rules);
    await age(23 * 3_600_000);
    expect(await fileOf('https://wiki.example')).toEqual(rules);
    await age(24 * 3_600_000);
    expect(await fileOf('https://wiki.example')).toBeNull();
    await createRobotsCache(given.db).set('https://down.example', { status: null, body: null });
    expect(await fileOf('https://down.example')).toEqual({ status: null, body: null });
    await age(60_000);
    expect(await fileOf('https://down.example')).toBeNull();
  });

  test('a worker looks into the database once a minute, not with every page', async () => {
    let now = 0;
    const cache = createRobotsCache(given.db, () => now);
    await cache.set('https://wiki.example', rules);
    await given.db.q.updateTable('hosts').set({ robots_body: 'changed' }).execute();
    now = 59_000;
    expect(await cache.get('https://wiki.example')).toEqual(rules);
    now = 60_000;
    expect(await cache.get('https://wiki.example')).toMatchObject({ body: 'changed' });
  });
});
