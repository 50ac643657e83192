/** Records put straight into the product's database, of sizes that no test waits to be fetched. */
import { ingestRecordRow } from '#test/db/ingest-record.ts';
import { newId } from '../../lib/ids.ts';
import { inDatabase } from './in-database.ts';
import type { Product } from './product.ts';

interface StoredRecord {
  readonly source: string;
  readonly resource: string;
  readonly contentType: string;
  readonly payload: string;
}

/** In the order given, a second apart; their ids. */
export async function addRecords(
  product: Product,
  records: readonly StoredRecord[],
): Promise<string[]> {
  return inDatabase(product, async (tx) => {
    const ids: string[] = [];
    for (const [at, { source, resource, contentType, payload }] of records.entries()) {
      const id = newId();
      await tx.q
        .insertInto('IngestRecords')
        .values(
          ingestRecordRow(tx.engine, {
            ingest_id: id,
            source_name: source,
            resource_id: resource,
            request_uri: `https://stored.example/${resource}`,
            payload,
            fetched_at_utc: tx.engine.nowPlus((at - records.length) * 1000),
            content_type: contentType,
          }),
        )
        .execute();
      ids.push(id);
    }
    return ids;
  });
}
