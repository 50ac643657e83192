/** What the lists of records, runs and the audit log have in common with that of the work items. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db, Session } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { listRecords } from '#lib/records/list.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { searchWindow } from './list-page.ts';

const lists: Record<string, (s: Session) => Promise<unknown>> = {
  records: (s) => listRecords(s, { filter: { source: 'x' }, direction: 'desc' }),
  runs: (s) => listRuns(s, { filter: { status: ['running'] } }),
  hosts: (s) => listHosts(s, { name: 'x' }),
  audit: (s) => listAudit(s, { actor: 'x', targetType: 'run', targetId: '1' }),
};

describe.each(contractEngines())('the other lists on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
  });
  afterAll(() => database?.dispose());

  it.each(Object.entries(lists))('%s end with a code when they take too long', async (_, read) => {
    const limits: number[] = [];
    const { engine: real } = db;
    // The same engine with no time left, and the limit that was asked for.
    const late: Session = {
      q: db.q,
      engine: {
        ...real,
        withTimeout: (s, ms, fn) => {
          limits.push(ms);
          return real.withTimeout(s, 0, fn);
        },
      },
    };
    await expect(read(late)).rejects.toMatchObject({ code: 'db_statement_timeout' });
    expect(limits).toEqual([5_000]);
    await expect(read(db)).resolves.toMatchObject({ rows: [], next: null, searched: null });
  });

  it('what no index knows is searched window by window, and the page says so', async () => {
    const side = 101;
    const entry = { targetType: 'run', targetId: '1', summary: 'x' };
    for (let n = 0; n < side; n += 1) {
      await recordAudit(db, systemActor('seed'), { ...entry, action: 'seed.row' });
    }
    // Each with each: more rows than a window has, all of one moment, before those above.
    const id = (ref: string) => sql`substring(${sql.ref(ref)}, 20, 17)`;
    await sql`
      insert into ${db.engine.table('audit_log')}
        (audit_id, at, actor_email, action, target_type, target_id, summary)
      select concat(${id('a.audit_id')}, '-', ${id('b.audit_id')}),
        ${db.engine.instantParam('2020-01-01T00:00:00.000Z')},
        case when ${id('a.audit_id')} = (select min(${id('m.audit_id')}) from ${db.engine.table('audit_log')} m)
          and ${id('b.audit_id')} = (select min(${id('m.audit_id')}) from ${db.engine.table('audit_log')} m)
          then 'needle@example.org' else 'many@example.org' end, 'seed.row', 'other', '2', 'y'
      from ${db.engine.table('audit_log')} a cross join ${db.engine.table('audit_log')} b`.execute(
      db.q,
    );
    const first = await listAudit(db, { actor: 'needle' });
    expect(first).toMatchObject({ rows: [], searched: searchWindow, next: expect.any(String) });
    const second = await listAudit(db, { actor: 'needle', cursor: first.next ?? '' });
    expect(second).toMatchObject({ rows: [{ actorEmail: 'needle@example.org' }], next: null });
    // One target's entries are a stretch of an index, whoever made them.
    const target = { targetType: 'run', targetId: '1' };
    expect(await listAudit(db, { ...target, from: '2020-01-02T00:00:00.000Z' })).toMatchObject({
      rows: { length: 100 },
      searched: null,
    });
    expect(await listAudit(db, { ...target, actor: 'needle' })).toMatchObject({
      rows: [],
      next: null,
      searched: null,
    });
  });
});
