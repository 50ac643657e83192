import { beforeEach, describe, expect, test } from 'vitest';
import { tryRobots } from '#lib/source-types/web/try-robots.ts';
import { attemptRow } from '#test/db/attempt-row.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenBlockedHost, givenSource, useStore } from '#test/queue-database.ts';
import { readHostRoom } from './host-room.ts';
import { rollUpAttempts } from './roll-up-attempts.ts';

const host = 'site.example:8080';

describe.each(contractEngines())('the page of a host on $name', (engine) => {
  const given = useStore(engine);
  beforeEach(async () => {
    for (const table of ['attempt_counts', 'source_days', 'source_hosts'] as const) {
      await given.db.q.deleteFrom(table).execute();
    }
    await given.db.q
      .updateTable('attempt_count_head')
      .set({ minutes_to: null, hours_to: null })
      .execute();
  });

  const givenAttempt = async (source: string) => {
    const at = given.db.engine.nowPlus(-300_000);
    await given.db.q
      .insertInto('work_item_attempts')
      .values(attemptRow(at, { source_name: source, host, http_status: 200 }))
      .execute();
  };
  const givenRobots = (status: number | null, body: string | null) =>
    given.db.q
      .updateTable('hosts')
      .set({ robots_status: status, robots_body: body, robots_fetched_at: given.db.engine.now() })
      .execute();
  const ask = (address: string, agent = 'HolocronIngest/1.0') =>
    tryRobots(given.db, { host, address, agent });

  test('it names the sources that ask it, and what of each is ready, of this host alone', async () => {
    expect(await readHostRoom(given.db, host)).toBeNull();
    await givenBlockedHost(given.db, host, 60_000);
    const sourceId = await givenSource(given.db);
    await given.store.enqueueMany([
      aWorkItem({ requestUri: `http://${host}/a` }),
      aWorkItem({ requestUri: `http://${host}/b` }),
      aWorkItem({ requestUri: 'https://other.example/c' }),
    ]);
    await givenAttempt('sample');
    await givenAttempt('one that was deleted');
    await rollUpAttempts(given.db);
    const room = await readHostRoom(given.db, host);
    expect(room).toMatchObject({ host: { host }, totals: { pending: 2 }, robots: null });
    expect(room?.hours).toHaveLength(168);
    expect(room?.sources).toMatchObject([
      { name: 'one that was deleted', sourceId: null, waiting: 0, oldest: null },
      { name: 'sample', sourceId, waiting: 2, isAtLeast: false, oldest: expect.any(String) },
    ]);
  });

  test('the line of robots.txt that decides is named, for the name that is asked', async () => {
    await givenBlockedHost(given.db, host, 60_000);
    await expect(ask('/')).rejects.toMatchObject({ code: 'not_found' });
    const text =
      '# ours\r\nUser-agent: *\r\nDisallow: /\r\n\r\nUser-agent: HolocronIngest\nDisallow: /private\nAllow: /private/open # on purpose\n';
    await givenRobots(200, text);
    expect(await ask('/private/x?y=1')).toMatchObject({
      allowed: false,
      rule: { line: 6, text: 'Disallow: /private' },
      agents: ['holocroningest'],
      because: null,
    });
    expect(await ask(`http://${host}/private/open/1`)).toMatchObject({
      allowed: true,
      rule: { line: 7, text: 'Allow: /private/open # on purpose' },
    });
    expect(await ask('/elsewhere')).toMatchObject({ allowed: true, rule: null });
    expect(await ask('/elsewhere', 'OtherBot')).toMatchObject({
      allowed: false,
      rule: { line: 3 },
      agents: ['*'],
    });
  });

  test('a file that is not there allows all, one that cannot be read nothing', async () => {
    await givenBlockedHost(given.db, host, 60_000);
    await givenRobots(404, 'Disallow: /');
    expect(await ask('/x')).toMatchObject({ allowed: true, rule: null });
    await givenRobots(302, 'Disallow: /');
    expect(await ask('/x')).toMatchObject({ allowed: true, because: expect.any(String) });
    for (const status of [503, 429, 206, null]) {
      await givenRobots(status, 'User-agent: *\nAllow: /');
      const { allowed, because } = await ask('/x');
      expect({ allowed, says: because !== null }).toEqual({ allowed: false, says: true });
    }
  });

  test('an address of another host, or none, is refused', async () => {
    await givenBlockedHost(given.db, host, 60_000);
    await givenRobots(200, '');
    for (const address of [
      'https://other.example/',
      `https://${host}.evil.example/`,
      `//other.example/x`,
      'javascript:alert(1)',
      'http://[',
    ]) {
      await expect(ask(address), address).rejects.toMatchObject({ code: 'input_invalid' });
    }
    await expect(
      tryRobots(given.db, { host: 'nobody.example', address: '/', agent: 'x' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
