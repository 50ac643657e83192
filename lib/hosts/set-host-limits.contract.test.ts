import { describe, expect, test } from 'vitest';
import { contractEngines } from '#db/testing/contract-engines.ts';
import type { Actor } from '#lib/access/model.ts';
import { newId } from '#lib/ids.ts';
import { givenBlockedHost, useStore } from '#lib/work-items/testing/database.ts';
import { listHosts } from './list-hosts.ts';
import { setHostDelay } from './set-host-delay.ts';

const operator: Actor = { userId: newId(), email: 'op@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };

describe.each(contractEngines())("the delay of a host's own on $name", (engine) => {
  const given = useStore(engine);
  const host = 'slow.example';
  const delay = async () => (await listHosts(given.db)).map(({ delayMs }) => delayMs);
  const summaries = async () =>
    (
      await given.db.q.selectFrom('audit_log').select(['summary']).orderBy('audit_id').execute()
    ).map((entry) => entry.summary);

  test('is set and taken away again, each with its audit entry', async () => {
    await givenBlockedHost(given.db, host, 1000);
    expect(await delay()).toEqual([null]);
    await setHostDelay(given.db, operator, host, 2500);
    await setHostDelay(given.db, operator, host, 2500);
    expect(await delay()).toEqual([2500]);
    await setHostDelay(given.db, operator, host, null);
    expect(await delay()).toEqual([null]);
    expect(await summaries()).toEqual([
      'Set the delay of slow.example to 2500 ms',
      'Left slow.example to the delay of its sources',
    ]);
  });

  test.each([0, -1, 0.5, 3_600_001, Number.NaN])('%s ms is refused', async (delayMs) => {
    await givenBlockedHost(given.db, host, 1000);
    await expect(setHostDelay(given.db, operator, host, delayMs)).rejects.toMatchObject({
      code: 'input_invalid',
    });
    expect(await delay()).toEqual([null]);
  });

  test('a viewer changes nothing, and an unknown host is not found', async () => {
    await givenBlockedHost(given.db, host, 1000);
    await expect(setHostDelay(given.db, viewer, host, 1000)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(setHostDelay(given.db, operator, 'other.example', 1000)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await summaries()).toEqual([]);
  });
});
