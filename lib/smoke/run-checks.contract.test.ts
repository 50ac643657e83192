import { describe, expect, it } from 'vitest';
import { openDatabase } from '#db/open.ts';
import { systemActor } from '#lib/actor/model.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { checkWriteAndRead } from './checks.ts';
import { runSmokeChecks } from './run-checks.ts';

const admin = systemActor('test');

describe.each(contractEngines())('the smoke checks of the console on $name', (engine) => {
  it('pass on a migrated database, report their steps and leave no trace', async () => {
    const { db, dispose } = await engine.create();
    const results = await runSmokeChecks(db, admin);
    expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed']);
    expect(results[2]?.steps).toContain('Updated status to COMPLETED');
    expect(await db.q.selectFrom('work_items').select('work_item_id').execute()).toEqual([]);
    expect(await db.engine.readTotals(db)).toEqual([]);
    await dispose();
  });

  it('say what is missing, and do not go on', async () => {
    const { settings, remove } = await engine.freshSettings();
    const db = await openDatabase(settings);
    try {
      const results = await runSmokeChecks(db, admin);
      expect(results.map(({ outcome }) => outcome)).toEqual([
        'passed',
        'failed',
        'skipped',
        'skipped',
      ]);
      expect(results[1]?.error).toMatchObject({
        // The server of the tests may hold the tables in other schemas.
        code: expect.stringMatching(/^db_(migrations_pending|schema_missing)$/),
        remedy: expect.stringMatching(/run pnpm db:init/i),
      });
    } finally {
      await db.close();
      await remove();
    }
  });

  it('leave nothing when they end in the middle', async () => {
    const { db, openAnother, dispose } = await engine.create();
    const another = await openAnother();
    const steps: string[] = [];
    const checking = checkWriteAndRead(db, (line) => {
      steps.push(line);
      if (line.startsWith('Retrieved')) throw new Error('killed');
    });
    await expect(checking).rejects.toThrow('killed');
    expect(steps).toHaveLength(3);
    expect(await another.q.selectFrom('work_items').select('work_item_id').execute()).toEqual([]);
    expect(await another.engine.readTotals(another)).toEqual([]);
    await dispose();
  });

  it('are for administrators', async () => {
    const { db, dispose } = await engine.create();
    const operator = { ...admin, role: 'operator' as const };
    await expect(runSmokeChecks(db, operator)).rejects.toMatchObject({ code: 'forbidden' });
    await dispose();
  });
});
