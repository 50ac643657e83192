import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { askToVisit, endVisit } from './host-slot.ts';
import { insertHost } from './insert-host.ts';

describe.each(contractEngines())('a visit to a host on $name', (engine) => {
  let database: ContractDatabase;
  beforeAll(async () => {
    database = await engine.create();
  });
  afterAll(() => database.dispose());

  const visit = (host: string, delayMs = 0, leaseId = newId()) =>
    askToVisit(database.db, { host, leaseId, leaseMs: 60_000, delayMs });

  it('needs no slot where nobody asked for a distance', async () => {
    for (const _ of [1, 2]) {
      expect(await visit('free.example')).toMatchObject({ kind: 'open', holdsSlot: false });
    }
  });

  it('is one at a time, and a whole delay apart', async () => {
    const leaseId = newId();
    expect(await visit('slow.example', 60_000, leaseId)).toEqual({
      kind: 'open',
      delayMs: 60_000,
      robotsDelayMs: null,
      holdsSlot: true,
    });
    const meanwhile = await visit('slow.example', 60_000);
    expect(meanwhile).toMatchObject({ kind: 'shut' });
    await endVisit(database.db, leaseId, 5_000);
    const after = await visit('slow.example', 60_000);
    if (after.kind !== 'shut') throw new Error('the slot was open too soon');
    expect(after.waitMs).toBeGreaterThan(60_000);
    expect(after.waitMs).toBeLessThanOrEqual(65_000);
  });

  it('keeps the pace of the host where that is longer, whoever comes', async () => {
    await insertHost(database.db, 'paced.example', { delay_ms: 90_000, pace_ms: 90_000 });
    expect(await visit('paced.example', 10)).toMatchObject({ kind: 'open', delayMs: 90_000 });
    expect(await visit('paced.example', 0)).toMatchObject({ kind: 'shut' });
  });

  it('is refused while the host is blocked, with the time that is left and why', async () => {
    const { engine: sql } = database.db;
    await insertHost(database.db, 'blocked.example', {
      blocked_until: sql.nowPlus(3_600_000),
      blocked_reason: 'It said 429.',
    });
    const answer = await visit('blocked.example');
    expect(answer).toMatchObject({ kind: 'shut', reason: 'It said 429.' });
    if (answer.kind === 'shut') expect(answer.waitMs).toBeGreaterThan(3_500_000);
  });
});
