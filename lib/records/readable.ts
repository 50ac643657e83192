/** Who may read what was fetched: payloads, bytes and texts. */
import type { Session } from '#db/engine.ts';
import { type Actor, may, reaches, sightOf } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';

/** The name of its source; null when there is no such record. */
export async function recordSource({ q }: Session, ingestId: string): Promise<string | null> {
  const row = isUuid(ingestId)
    ? await q
        .selectFrom('IngestRecords')
        .select('source_name')
        .where('ingest_id', '=', ingestId)
        .executeTakeFirst()
    : undefined;
  return row?.source_name ?? null;
}

/** @throws AppError `not_found` */
export async function sourceOfRecord(s: Session, ingestId: string): Promise<string> {
  const name = await recordSource(s, ingestId);
  if (name === null) throw new AppError('not_found', 'There is no such record.');
  return name;
}

/** Whether the person may read what was fetched of a source. */
export const mayRead = (actor: Actor, sourceName: string): boolean =>
  may(actor, 'records:read') && reaches(actor, [sourceName]);

/**
 * Before the payload of a record is read for a person. What is of a source that is not theirs is not there.
 * @throws AppError `forbidden`, `not_found`
 */
export async function requireReadable(s: Session, actor: Actor, ingestId: string): Promise<void> {
  requirePermission(actor, 'records:read');
  if (sightOf(actor) === null || reaches(actor, [await sourceOfRecord(s, ingestId)])) return;
  throw new AppError('not_found', 'There is no such record.');
}
