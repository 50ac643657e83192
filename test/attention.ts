/** What asks for a person. */
import type { Db } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { openQuarantine } from '#lib/quarantine/open.ts';
import { openQuarantineOf } from '#lib/quarantine/read.ts';

/** Content of a source that is held; its only one. Its id. */
export async function givenQuarantine(db: Db, sourceName = 'sample'): Promise<string> {
  await db.q.deleteFrom('quarantines').where('source_name', '=', sourceName).execute();
  await openQuarantine(db, {
    sourceName,
    rule: 'block_page',
    title: 'login pages',
    detail: 'All of them.',
    evidence: {},
    runId: newId(),
    from: await readNow(db),
  });
  return (await openQuarantineOf(db, sourceName))?.quarantineId ?? '';
}

/** An open alert about a source. Its id. */
export async function givenAlert({ q, engine: words }: Db, sourceName = 'sample'): Promise<string> {
  const alertId = newId();
  await q
    .insertInto('alerts')
    .values({
      alert_id: alertId,
      rule: 'test',
      subject: alertId,
      source_name: sourceName,
      title: 'Too little',
      detail: `of ${sourceName}`,
      evidence: '{}',
      href: '/',
      opened_at: words.now(),
      seen_at: words.now(),
      closed_at: null,
      acknowledged_at: null,
      acknowledged_by: null,
    })
    .execute();
  return alertId;
}
