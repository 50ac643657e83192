/** What nobody may do to the audit log of a SQLite file by plain SQL; on SQL Server it is a matter of grants (roles). */
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { sealAudit } from '#lib/audit/seal-audit.ts';
import { verifyAudit } from '#lib/audit/verify-audit.ts';
import { type ContractDatabase, sqliteEngine } from '#test/db/contract-engines.ts';

describe('the audit log of a SQLite file', () => {
  let opened: ContractDatabase;
  beforeAll(async () => {
    opened = await sqliteEngine.create();
    for (const summary of ['one', 'two']) {
      await recordAudit(opened.db, systemActor('tests'), {
        action: 'x.y',
        targetType: 'x',
        targetId: null,
        summary,
      });
    }
    await sealAudit(opened.db);
  });
  afterAll(() => opened?.dispose());

  const entry = `select audit_id, at, actor_email, action, target_type, 'changed' from audit_log`;
  it.each([
    `update audit_log set summary = 'changed'`,
    `update audit_log set at = '2020-01-01T00:00:00.000Z' where audit_id = (select min(audit_id) from audit_log)`,
    `delete from audit_log`,
    `replace into audit_log (audit_id, at, actor_email, action, target_type, summary) ${entry}`,
    `insert or replace into audit_log (audit_id, at, actor_email, action, target_type, summary) ${entry}`,
    `insert into audit_log (audit_id, at, actor_email, action, target_type, summary) ${entry} where true
       on conflict (audit_id) do update set summary = 'changed'`,
    `update audit_chain set hash = 'x'`,
    `delete from audit_chain`,
    `replace into audit_chain select position, audit_id, at, previous_hash, 'x' from audit_chain`,
    `insert into audit_anchors values (2, 'x', '2020-01-01T00:00:00.000Z')`,
    `insert into audit_anchors select position, hash, at from audit_chain`,
  ])('refuses %s', async (statement) => {
    const changed = opened.db.transaction((tx) => tx.q.executeQuery(CompiledQuery.raw(statement)));
    await expect(changed).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/only added to|has this|stands for a link/) },
    });
    expect(await verifyAudit(opened.db)).toMatchObject({ checked: 2, faultCount: 0 });
  });
});
