import { describe, expect, test } from 'vitest';
import { readNow } from '#lib/now.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenSource, passTime, useStore } from '#test/queue-database.ts';
import { budgetLeft } from './budget.ts';
import { readHostHours } from './host-hours.ts';
import { type HostResponse, recordGoodResponses, recordHostResponse } from './record-response.ts';

const name = 'wiki.example';
const well: HostResponse = {
  httpStatus: 200,
  requests: 1,
  hostFailed: false,
  blockMs: null,
  reason: null,
  facts: { first_byte_ms: 100 },
};
const down: HostResponse = { ...well, httpStatus: 502, hostFailed: true, reason: 'bad gateway' };

describe.each(contractEngines())('what is kept of a host on $name', (engine) => {
  const given = useStore(engine);
  const note = (...answers: readonly HostResponse[]) =>
    given.db.transaction(async (tx) => {
      for (const answer of answers) await recordHostResponse(tx, name, answer);
    });
  const host = async () => {
    await given.db.engine.rollUpTotals(given.db);
    return given.db.q
      .selectFrom('hosts')
      .selectAll()
      .where('host', '=', name)
      .executeTakeFirstOrThrow();
  };
  const isBlocked = async () => {
    const { now, until } = await given.db.q
      .selectFrom('hosts')
      .select([given.db.engine.now().as('now'), 'blocked_until as until'])
      .executeTakeFirstOrThrow();
    return until !== null && until > now;
  };

  test('requests, refusals and faults are counted, whoever asked', async () => {
    await note(well, { ...well, requests: 3 }, { ...down, httpStatus: 429 }, down, well);
    expect(await host()).toMatchObject({
      requests_total: 7,
      count_429: 1,
      count_5xx: 1,
      last_status: 200,
      consecutive_failures: 0,
    });
  });

  test('hours hold requests, refusals and faults, whichever way they were counted', async () => {
    const silent = { ...down, httpStatus: null, reason: 'no answer' };
    await note(well, { ...well, requests: 3 }, { ...down, httpStatus: 429 }, down, silent, well);
    await given.db.transaction((tx) => recordGoodResponses(tx, name, [well, well]));
    await host();
    const hours = await readHostHours(given.db, name, await readNow(given.db), 2);
    expect(hours).toHaveLength(2);
    const sum = (key: 'requests' | 'count_429' | 'count_5xx' | 'failed') =>
      hours.reduce((total, one) => total + one[key], 0);
    expect({
      requests: sum('requests'),
      count_429: sum('count_429'),
      count_5xx: sum('count_5xx'),
      failed: sum('failed'),
    }).toEqual({ requests: 10, count_429: 1, count_5xx: 1, failed: 1 });
    expect((await host()).requests_total).toBe(10);
    expect(
      await readHostHours(given.db, 'other.example', await readNow(given.db), 1),
    ).toMatchObject([{ requests: 0 }]);
  });

  test('what another host answered, to which a redirect led, is told of that one', async () => {
    const facts = {
      first_byte_ms: 100,
      final_url: 'https://other.example/page',
      redirects: [{ status: 302, url: 'https://other.example/page' }],
    };
    await note({ ...down, requests: 2, httpStatus: 429, blockMs: 60_000, facts });
    expect(await host()).toMatchObject({
      requests_total: 1,
      count_429: 0,
      last_status: null,
      consecutive_failures: 0,
      blocked_until: null,
    });
    const other = await given.db.q
      .selectFrom('hosts')
      .selectAll()
      .where('host', '=', 'other.example')
      .executeTakeFirstOrThrow();
    expect(other).toMatchObject({ requests_total: 1, count_429: 1, consecutive_failures: 1 });
    expect(other.blocked_until).not.toBeNull();
  });

  test('latency is smoothed, and one slow page slows nothing down', async () => {
    await note(well, well, { ...well, facts: { first_byte_ms: 5_100 } });
    expect(await host()).toMatchObject({ latency_ms: 1_100, adaptive_delay_ms: 0, pace_ms: 0 });
  });

  test('a host that stays slow is asked more slowly, and as before once it is well', async () => {
    const slow = { ...well, facts: { first_byte_ms: 8_000 } };
    await note(...Array(20).fill(slow));
    const { pace_ms: pace, adaptive_delay_ms: delay } = await host();
    expect(delay).toBeGreaterThan(7_000);
    expect(pace).toBe(delay);
    await note(...Array(30).fill(well));
    expect(await host()).toMatchObject({ adaptive_delay_ms: 0, pace_ms: 0 });
  });

  test('an operator’s delay stays the pace whatever the answers say', async () => {
    await note(well);
    await given.db.q.updateTable('hosts').set({ delay_ms: 2_000, pace_ms: 2_000 }).execute();
    await note(well, down, well);
    expect(await host()).toMatchObject({ pace_ms: 2_000 });
  });

  test('five failures in a row block it; those that were under way then do not make it longer', async () => {
    await note(down, down, down, down);
    expect(await isBlocked()).toBe(false);
    await note(...Array(12).fill(down));
    const { blocked_until: until, consecutive_failures: failures } = await host();
    expect(failures).toBe(5);
    await passTime(given.db, 31_000);
    expect(await isBlocked()).toBe(false);
    await note(down);
    expect(await host()).toMatchObject({ consecutive_failures: 6 });
    expect((await host()).blocked_until).not.toBe(until);
    await passTime(given.db, 31_000);
    expect(await isBlocked()).toBe(true);
  });

  test('after a block one probe at a time is let through, also of a source without a rate', async () => {
    await givenSource(given.db);
    await given.store.enqueueMany(
      Array.from({ length: 8 }, () => aWorkItem({ requestUri: `https://${name}/` })),
    );
    const claim = async () =>
      (await given.store.claimPolitely(10, { owner: 'w', leaseMs: 60_000 })).items;
    await note(...Array(5).fill(down));
    expect(await claim()).toEqual([]);
    await passTime(given.db, 31_000);
    const probes = await claim();
    expect(probes).toHaveLength(1);
    expect(await claim()).toEqual([]);
    await given.store.releaseSlot(probes[0]?.leaseId ?? '', 0);
    expect(await claim()).toEqual([]);
    await note(well);
    expect(await host()).toMatchObject({ consecutive_failures: 0, pace_ms: 0 });
    expect(await claim()).toHaveLength(7);
  });

  test('whoever says that the limit of requests is used up is left alone until it is renewed', async () => {
    const spent = { limit: 60, remaining: 0, unit: 'requests', resets_in_s: 90 };
    const saying = (budget: object) => ({
      ...well,
      facts: { first_byte_ms: 1, budget: { ...spent, ...budget } },
    });
    const harmless = [
      { remaining: 1 },
      { unit: 'usd' },
      { resets_in_s: 0 },
      { resets_in_s: null },
      { limit: 0 },
    ];
    await note(...harmless.map(saying));
    expect((await host()).blocked_until).toBeNull();
    await given.db.transaction((tx) => recordGoodResponses(tx, name, [well, saying({}), well]));
    expect(await isBlocked()).toBe(true);
    expect((await host()).blocked_reason).toMatch(/limit of requests is used up/);
    await passTime(given.db, 89_000);
    expect(await isBlocked()).toBe(true);
    await passTime(given.db, 2_000);
    expect(await isBlocked()).toBe(false);
  });

  test('what it says of our budget is kept as it was said last', async () => {
    const budget = { limit: 1, remaining: 0.5, unit: 'usd', resets_in_s: 3600 };
    await note({ ...well, facts: { budget } });
    await note({ ...well, facts: { budget: { ...budget, remaining: 0.4 } } }, well);
    expect(JSON.parse((await host()).budget ?? '')).toMatchObject({ remaining: 0.4 });
    const left = await budgetLeft(given.db, name);
    expect(left?.remaining).toBe(0.4);
    expect(left?.resetsInMs).toBeGreaterThan(3_500_000);
    await given.db.q
      .updateTable('hosts')
      .set({ last_request_at: given.db.engine.nowPlus(-3_601_000) })
      .execute();
    expect(await budgetLeft(given.db, name)).toBeNull();
    expect(await budgetLeft(given.db, 'unknown.example')).toBeNull();
  });
});
