/** Who may read what was fetched: payloads, bytes and texts; lists and numbers are everybody's. */
import type { Session } from '#db/engine.ts';
import { type Actor, may, reaches } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';

/** @throws AppError `not_found` */
export async function sourceOfRecord({ q }: Session, ingestId: string): Promise<string> {
  const row = isUuid(ingestId)
    ? await q
        .selectFrom('IngestRecords')
        .select('source_name')
        .where('ingest_id', '=', ingestId)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw new AppError('not_found', 'There is no such record.');
  return row.source_name;
}

/** Whether the person may read what was fetched of a source. */
export const mayRead = (actor: Actor, sourceName: string): boolean =>
  may(actor, 'records:read') && reaches(actor, [sourceName]);

/** Before the payload of a record is read for a person. @throws AppError `forbidden`, `not_found` */
export async function requireReadable(s: Session, actor: Actor, ingestId: string): Promise<void> {
  requirePermission(actor, 'records:read');
  if (actor.limits?.sources) requireSources(actor, [await sourceOfRecord(s, ingestId)]);
}
