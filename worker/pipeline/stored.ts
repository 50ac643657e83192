/** What was stored of a resource, for whoever reads it again. */
import type { Db } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { Resource, StoredAnswer } from '#lib/source-types/source-type.ts';

type Source = Pick<WorkItem, 'sourceSystem' | 'sourceName'>;

/** The records of a resource of a source, the newest first; each is read when it is asked for. */
export async function* storedAnswers(
  db: Db,
  source: Source,
  resource: Resource,
): AsyncGenerator<StoredAnswer> {
  let answer = await newestBefore(null, db, source, resource);
  while (answer !== null) {
    yield answer;
    answer = await newestBefore(answer.fetchedAt, db, source, resource);
  }
}

async function newestBefore(
  before: Instant | null,
  { q, engine }: Db,
  { sourceSystem, sourceName }: Source,
  { resourceType, resourceId }: Resource,
): Promise<StoredAnswer | null> {
  let records = q
    .selectFrom('IngestRecords')
    .select(['payload', 'content_type', 'request_uri', 'status_code', 'fetched_at_utc'])
    .where('source_system', '=', sourceSystem)
    .where('source_name', '=', sourceName)
    .where('resource_type', '=', resourceType)
    .where('resource_id', '=', resourceId)
    .orderBy('fetched_at_utc', 'desc');
  if (before !== null) {
    records = records.where('fetched_at_utc', '<', engine.instantParam(before));
  }
  const [record] = await engine.take(records, 1).execute();
  if (!record) return null;
  return {
    payload: record.payload,
    contentType: record.content_type,
    requestUri: record.request_uri,
    statusCode: record.status_code,
    fetchedAt: record.fetched_at_utc,
  };
}
