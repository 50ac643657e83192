/** Records put straight into the product's database, of sizes that no test waits to be fetched. */
import { openDatabase } from '../../db/open.ts';
import { newId } from '../../lib/ids.ts';
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
  const db = await openDatabase({
    engine: 'sqlite',
    path: product.env['INGEST_SQLITE_PATH'] ?? '',
    reason: 'A browser test stores records.',
    notes: [],
  });
  try {
    return await db.transaction(async (tx) => {
      const ids: string[] = [];
      for (const [at, { source, resource, contentType, payload }] of records.entries()) {
        const id = newId();
        await tx.q
          .insertInto('IngestRecords')
          .values({
            ingest_id: id,
            source_system: 'http',
            source_name: source,
            resource_type: 'page',
            resource_id: resource,
            request_uri: `https://stored.example/${resource}`,
            request_method: 'GET',
            request_headers: null,
            status_code: 200,
            response_headers: null,
            payload,
            fetched_at_utc: tx.engine.nowPlus((at - records.length) * 1000),
            hash_sha256: null,
            run_id: null,
            work_item_id: null,
            attempt: 1,
            error_message: null,
            duration_ms: null,
            content_type: contentType,
            content_hash: null,
            lake_path: null,
          })
          .execute();
        ids.push(id);
      }
      return ids;
    });
  } finally {
    await db.close();
  }
}
