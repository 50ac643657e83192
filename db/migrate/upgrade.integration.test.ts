/** An existing Holocron database of some size, opened by this version while others go on reading it. */
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { fillHolocronDatabase, makeHolocronDatabase } from '#test/db/holocron-database.ts';
import { openDatabase } from '../open.ts';
import type { WorkItemStatus } from '../schema.ts';
import { migrate } from './migrate.ts';

const many = 100_000;
/** A server has all these rows to write, and an index after the other to build, ms. */
const hangMs = 1_800_000;

describe.each(contractEngines())('an upgrade on $name', (engine) => {
  it(`of ${many} items leaves every row readable all the time, and none behind`, {
    timeout: hangMs,
  }, async () => {
    const { settings, remove } = await engine.freshSettings();
    onTestFinished(remove);
    await makeHolocronDatabase(settings);
    const rows = await fillHolocronDatabase(settings, many);
    // As the earlier program reads: by the columns that it knows.
    const reader = await openDatabase(
      settings.engine === 'sqlite' ? settings : { ...settings, requestTimeoutMs: 600_000 },
    );
    onTestFinished(() => reader.close());
    const count = async (status?: WorkItemStatus) => {
      const all = reader.q.selectFrom('work_items').select(sql<number>`count(*)`.as('n'));
      const { n } = await (status
        ? all.where('status', '=', status)
        : all
      ).executeTakeFirstOrThrow();
      return Number(n);
    };
    const pending = await count('pending');

    const upgrade = { over: false };
    const migrated = migrate(settings).finally(() => {
      upgrade.over = true;
    });
    const counted: number[] = [];
    while (!upgrade.over) counted.push(await count());
    await migrated;
    expect(counted.length).toBeGreaterThan(1);
    expect(new Set(counted)).toEqual(new Set([rows]));

    const ready = await reader.q
      .selectFrom(reader.engine.pendingBy('turn').as('ready'))
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    expect(Number(ready.n)).toBe(pending);
    const totals = await reader.engine.readTotals(reader);
    expect(totals.reduce((sum, { item_count }) => sum + Number(item_count), 0)).toBe(rows);
  });
});
