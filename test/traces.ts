/** What work on a source leaves beside its items: its host, a failed attempt, a day of numbers, a line of the run log. */
import type { Db } from '#db/engine.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import { getHost } from '#lib/hosts/list-hosts.ts';
import { attemptRow } from '#test/db/attempt-row.ts';

/** The host is `{source}.invalid`; whatever is text has the name of the source in it. */
export async function givenTraces(
  db: Db,
  source: { readonly name: string; readonly workItemId: string },
): Promise<void> {
  const { name } = source;
  const { q, engine } = db;
  const host = `${name}.invalid`;
  const of = { source_system: 'http', source_name: name };
  if ((await getHost(db, host)) === null) await insertHost(db, host, {});
  await q
    .updateTable('hosts')
    .set({
      blocked_until: engine.nowPlus(3_600_000),
      blocked_reason: `${name} asked us to wait`,
      last_request_at: engine.now(),
    })
    .where('host', '=', host)
    .execute();
  await q
    .insertInto('source_hosts')
    .values({ ...of, host, asked_at: engine.now() })
    .execute();
  await q
    .insertInto('work_item_attempts')
    .values(
      attemptRow(engine.now(), {
        ...of,
        host,
        work_item_id: source.workItemId,
        outcome: 'failed',
        http_status: 503,
        error_code: 'http_server_error',
        error_message: `503 of ${name}`,
      }),
    )
    .execute();
  await q
    .insertInto('source_days')
    .values({
      ...of,
      day: engine.truncate(engine.now(), 'day'),
      ...{ fetched: 1, changed: 1, failed: 1, skipped: 0, missing: 0, requests: 3, bytes: 1_000 },
    })
    .execute();
  await recordEvents(db, [
    { kind: 'item.failed', message: `A page of ${name} failed.`, sourceName: name },
  ]);
}
