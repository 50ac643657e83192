/** An audit entry for each filled work item; a run, a host and an attempt for each tenth. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';

const spanMs = 86_400_000;

export async function fillOthers(db: Session, progress: (line: string) => void): Promise<void> {
  const table = (name: Parameters<typeof db.engine.table>[0]) => db.engine.table(name);
  const range = await db.q
    .selectFrom('work_items')
    .select((eb) => [eb.fn.min('created_at').as('from'), eb.fn.max('created_at').as('to')])
    .executeTakeFirstOrThrow();
  const last = Date.parse(range.to);
  // A day at a time: one transaction for all would be as long as the table.
  for (let at = Date.parse(range.from); at <= last; at += spanMs) {
    const from = db.engine.instantParam(new Date(at).toISOString());
    const to = db.engine.instantParam(new Date(at + spanMs).toISOString());
    const items = sql`from ${table('work_items')} where created_at >= ${from} and created_at < ${to}`;
    await sql`
      insert into ${table('audit_log')} (audit_id, at, actor_email, action, target_type, target_id, summary)
      select work_item_id, updated_at,
        case when status = 'failed' then 'operator@example.org' else 'system:worker' end,
        case when status = 'skipped' then 'work_items.skip' else 'work_items.recrawl' end,
        'work_item', work_item_id, 'filled' ${items}`.execute(db.q);
    const tenth = sql`${items} and resource_type = 'category'`;
    await sql`
      insert into ${table('ingest_runs')} (run_id, started_at, status)
      select work_item_id, created_at,
        case when status in ('failed', 'skipped') then 'failed' else 'completed' end ${tenth}`.execute(
      db.q,
    );
    await sql`
      insert into ${table('hosts')} (host, last_request_at, blocked_until, updated_at)
      select concat(lower(resource_id), '.example'), updated_at,
        case when status = 'failed' then '2020-01-01T00:00:00' end, updated_at ${tenth}`.execute(
      db.q,
    );
    await sql`
      insert into ${table('work_item_attempts')} (attempt_id, work_item_id, source_system, source_name, attempt,
        started_at, finished_at, outcome)
      select work_item_id, work_item_id, source_system, source_name, 1, created_at, updated_at, 'completed' ${tenth}`.execute(
      db.q,
    );
    progress(`  audit, runs, hosts and attempts of ${new Date(at).toISOString().slice(0, 10)}`);
  }
}
