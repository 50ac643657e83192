import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { newClaimId } from '#lib/ids.ts';
import { sqliteEngine, sqlServerEngines } from '#test/db/contract-engines.ts';
import { withDatabase } from '#test/db/with-database.ts';
import { workItemRows } from '#test/db/work-items.ts';
import type { Db } from '../engine.ts';

const [engine = sqliteEngine] = sqlServerEngines();

describe.skipIf(engine === sqliteEngine)(
  'a queue on SQL Server that its trigger has not kept',
  () => {
    let db: Db;
    withDatabase(engine, ['work_items', 'ready_items'], (given) => {
      db = given.db;
    });
    const claim = () =>
      db.engine.claim(db, { claimId: newClaimId(), limit: 10, owner: 'me', leaseMs: 60_000 });

    test('gets what is missing, and loses what is left over', async () => {
      await db.engine.insertWorkItemsIfAbsent(db, workItemRows(3));
      const ready = db.engine.table('ready_items');
      await sql`delete from ${ready} where ready_id = (select min(ready_id) from ${ready})`.execute(
        db.q,
      );
      await sql`
        insert into ${ready} (work_item_id, source_system, source_name, run_id, host, resource_type, priority, created_at)
        values (N'nobody', N'test', N'none', N'', N'', N'page', 1, sysutcdatetime())`.execute(db.q);
      expect(await claim()).toHaveLength(2);
      expect(await db.engine.repairQueue(db)).toBe(2);
      expect(await claim()).toHaveLength(1);
      expect(await db.engine.repairQueue(db)).toBe(0);
    });
  },
);
