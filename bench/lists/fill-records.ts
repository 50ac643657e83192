/** One record for each filled work item, made in the database out of the items themselves. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';

const spanMs = 86_400_000;
const payload = JSON.stringify({ title: 'A page', text: 'x'.repeat(60) });

export async function fillRecords(db: Session, progress: (line: string) => void): Promise<void> {
  const range = await db.q
    .selectFrom('work_items')
    .select((eb) => [eb.fn.min('created_at').as('from'), eb.fn.max('created_at').as('to')])
    .executeTakeFirstOrThrow();
  const last = Date.parse(range.to);
  // A day at a time: one transaction for all would be as long as the table.
  for (let at = Date.parse(range.from); at <= last; at += spanMs) {
    const from = db.engine.instantParam(new Date(at).toISOString());
    const to = db.engine.instantParam(new Date(at + spanMs).toISOString());
    await sql`
      insert into ${db.engine.table('IngestRecords')} (ingest_id, source_system, source_name, resource_type,
        resource_id, request_uri, request_method, status_code, payload, fetched_at_utc, run_id, work_item_id, attempt)
      select work_item_id, source_system, source_name, resource_type, resource_id, request_uri, request_method,
        case when status = 'failed' then 503 else 200 end, ${payload}, updated_at, run_id, work_item_id, 1
      from ${db.engine.table('work_items')} where created_at >= ${from} and created_at < ${to}
    `.execute(db.q);
    progress(`  records of ${new Date(at).toISOString().slice(0, 10)}`);
  }
}
