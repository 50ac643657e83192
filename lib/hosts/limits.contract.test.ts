import { describe, expect, test } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost, useStore } from '#test/queue-database.ts';
import { setHostLimits } from './limits.ts';
import { listHosts } from './list-hosts.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };

describe.each(contractEngines())('the limits of a host on $name', (engine) => {
  const given = useStore(engine);
  const host = 'slow.example';
  const delay = async () => (await listHosts(given.db)).rows.map(({ delayMs }) => delayMs);
  const summaries = async () =>
    (
      await given.db.q.selectFrom('audit_log').select(['summary']).orderBy('audit_id').execute()
    ).map((entry) => entry.summary);

  test('is set and taken away again, each with its audit entry', async () => {
    await givenBlockedHost(given.db, host, 1000);
    expect(await delay()).toEqual([null]);
    await setHostLimits(given.db, operator, host, { delayMs: 2500, concurrency: null });
    await setHostLimits(given.db, operator, host, { delayMs: 2500, concurrency: null });
    expect(await delay()).toEqual([2500]);
    await setHostLimits(given.db, operator, host, { delayMs: null, concurrency: null });
    expect(await delay()).toEqual([null]);
    expect(await summaries()).toEqual([
      'Set the delay of slow.example to 2500 ms',
      'Left slow.example to the delay of its sources',
    ]);
  });

  test.each([0, -1, 0.5, 3_600_001, Number.NaN])('%s ms is refused', async (delayMs) => {
    await givenBlockedHost(given.db, host, 1000);
    await expect(
      setHostLimits(given.db, operator, host, { delayMs: delayMs, concurrency: null }),
    ).rejects.toMatchObject({
      code: 'input_invalid',
    });
    expect(await delay()).toEqual([null]);
  });

  test('say how many requests it may have at a time', async () => {
    await givenBlockedHost(given.db, host, 1000);
    await setHostLimits(given.db, operator, host, { delayMs: null, concurrency: 4 });
    expect((await listHosts(given.db)).rows[0]).toMatchObject({ concurrency: 4, delayMs: null });
    await setHostLimits(given.db, operator, host, { delayMs: 1000, concurrency: null });
    expect(await summaries()).toEqual([
      'Allowed slow.example 4 at a time',
      'Set the delay of slow.example to 1000 ms; Took the limit of requests at a time from slow.example',
    ]);
    await expect(
      setHostLimits(given.db, operator, host, { delayMs: null, concurrency: 0 }),
    ).rejects.toMatchObject({ fields: { concurrency: expect.any(String) } });
  });

  test('a viewer changes nothing, and an unknown host is not found', async () => {
    await givenBlockedHost(given.db, host, 1000);
    await expect(
      setHostLimits(given.db, viewer, host, { delayMs: 1000, concurrency: null }),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      setHostLimits(given.db, operator, 'other.example', { delayMs: 1000, concurrency: null }),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await summaries()).toEqual([]);
  });
});
