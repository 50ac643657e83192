import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { sealAudit } from '#lib/audit/seal-audit.ts';
import { verifyAudit } from '#lib/audit/verify-audit.ts';
import { checkDedupe, checkSchema, checkWriteAndRead } from '#lib/smoke/checks.ts';
import { applyRoles, removeRoles, signInAs, signInOf } from '#test/db/sqlserver-roles.ts';
import { configuredSqlServer, dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import type { Db } from '../../engine.ts';
import { migrate } from '../../migrate/migrate.ts';
import { openDatabase } from '../../open.ts';
import type { SqlServerSettings } from '../../settings/model.ts';
import { type Role, roles } from './apply-roles.ts';

const server = configuredSqlServer();

describe.runIf(server !== null)('the least-privilege roles of SQL Server', () => {
  let settings: SqlServerSettings;
  let grantsDdl = true;
  const opened: Db[] = [];
  // Filled before the first test runs.
  const as = {} as Record<Role, Db>;

  beforeAll(async () => {
    if (!server) throw new Error('The suite is left out without a server.');
    settings = withOwnSchema(server);
    await migrate(settings);
    grantsDdl = await applyRoles(settings);
    for (const role of roles) {
      as[role] = await openDatabase(await signInAs(settings, role));
      opened.push(as[role]);
    }
  });

  afterAll(async () => {
    for (const db of opened) await db.close();
    await dropTestSchema(settings);
    await removeRoles(settings, roles);
  });

  it('can be applied again', async () => {
    expect(await applyRoles(settings)).toBe(grantsDdl);
  });

  it('let the worker enqueue, claim and count', async () => {
    const { worker } = as;
    const id = '01890000-0000-7000-8000-000000000001';
    const inserted = await worker.transaction((tx) =>
      worker.engine.insertWorkItemsIfAbsent(tx, [anItem(id)]),
    );
    expect([...inserted]).toEqual([id]);
    const request = { claimId: id, limit: 1, owner: 'w', leaseMs: 60_000 };
    const claimed = await worker.engine.claim(worker, request);
    expect(claimed.map((row) => row.status)).toEqual(['in_progress']);
    await worker.engine.rollUpTotals(worker);
    expect(await worker.engine.readTotals(worker)).toEqual([
      { source_system: 'test', source_name: 's', status: 'in_progress', item_count: 1 },
    ]);
  });

  it('let worker and console run the smoke test, and see nothing of it afterwards', async () => {
    for (const db of [as.worker, as.console]) {
      await checkSchema(db);
      await checkWriteAndRead(db, () => undefined);
      await checkDedupe(db, () => undefined);
    }
    const left = as.console.q.selectFrom('work_items').select('source_name');
    expect(await left.where('source_system', '=', 'smoke').execute()).toEqual([]);
  });

  it('let the console examine the database, and tell it what it may not see', async () => {
    const { findings, leftOut } = await as.console.engine.inspect(as.console, { thorough: false });
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'row_versions', severity: 'ok' }),
    );
    expect(leftOut.map(({ what }) => what)).toContain('use of indexes');
  });

  it('let the worker take a polite slot, and change nothing else of a source', async () => {
    const slot = as.worker.q.updateTable('sources').set({ slot_lease_id: null });
    await slot.where('name', '=', 'none').execute();
    const rename = as.worker.q.updateTable('sources').set({ name: 'x' }).where('name', '=', 'none');
    await refused(rename.execute());
  });

  it('keep accounts from the worker and from readers', async () => {
    for (const db of [as.worker, as.reader]) {
      await refused(db.q.selectFrom('users').select('email').execute());
    }
  });

  it('let nobody but the migrator change or delete what the audit log says', async () => {
    for (const db of [as.worker, as.console, as.reader]) {
      await refused(db.q.deleteFrom('audit_log').where('audit_id', '=', 'none').execute());
      const edit = db.q.updateTable('audit_log').set({ summary: '' });
      await refused(edit.where('audit_id', '=', 'none').execute());
    }
  });

  it('let the worker seal the audit log without seeing what it says, and change no link', async () => {
    for (const db of [as.console, as.worker]) {
      await db.transaction((tx) =>
        recordAudit(tx, systemActor('roles'), {
          action: 'x.y',
          targetType: 'x',
          targetId: null,
          summary: 'said',
        }),
      );
    }
    expect(await sealAudit(as.worker)).toBe(2);
    expect(await verifyAudit(as.console)).toMatchObject({ checked: 2, faultCount: 0 });
    await refused(as.worker.q.selectFrom('audit_log').select('summary').execute());
    for (const db of [as.worker, as.console, as.reader]) {
      await refused(db.q.updateTable('audit_chain').set({ hash: '' }).execute());
      await refused(db.q.deleteFrom('audit_chain').execute());
      await refused(db.q.deleteFrom('audit_anchors').execute());
    }
  });

  it('let the console read everything and change no record', async () => {
    await as.console.q.selectFrom('users').select('email').execute();
    await as.console.q.selectFrom('source_secrets').select('secret_name').execute();
    const edit = as.console.q.updateTable('IngestRecords').set({ payload: '' });
    await refused(edit.where('status_code', '=', 999).execute());
  });

  it('let readers read the queue and change nothing', async () => {
    await as.reader.q.selectFrom('work_items').select('work_item_id').execute();
    await refused(as.reader.q.selectFrom('source_secrets').select('secret_name').execute());
    const edit = as.reader.q.updateTable('work_items').set({ priority: 1 });
    await refused(edit.where('work_item_id', '=', 'none').execute());
  });

  it('let the migrator add a table and the others not', async (context) => {
    if (!grantsDdl) context.skip('This server has no grants on tables to be made.');
    const create = (db: Db) =>
      sql`create table ${sql.id(settings.schema, 'made_by_role')} (n int not null)`.execute(db.q);
    for (const role of ['worker', 'console', 'reader'] as const) await refused(create(as[role]));
    await create(as.migrator);
  });

  it('let the migrator run the migrations again', async (context) => {
    if (!grantsDdl) context.skip('This server has no grants on tables to be made.');
    const report = await migrate({ ...settings, ...signInOf(settings.schema, 'migrator') });
    expect(report.applied).toEqual([]);
  });
});

function refused(query: Promise<unknown>): Promise<void> {
  return expect(query).rejects.toMatchObject({ code: 'db_permission_denied' });
}

function anItem(id: string) {
  return {
    work_item_id: id,
    source_system: 'test',
    source_name: 's',
    resource_type: 'page',
    resource_id: 'a',
    request_uri: 'https://s.example/a',
    request_method: 'GET',
    request_headers: null,
    request_body: null,
    metadata: null,
    status: 'pending' as const,
    run_id: null,
    discovered_from: null,
    error_message: null,
    dedupe_key: 'test:s:page:a',
    host: null,
    wait_reason: null,
    lease_id: null,
    lease_owner: null,
    lease_until: null,
    claimed_at: null,
    error_code: null,
    last_http_status: null,
    etag: null,
    last_modified: null,
    revision: null,
    content_hash: null,
    last_fetched_at: null,
    last_changed_at: null,
    next_fetch_at: null,
  };
}
