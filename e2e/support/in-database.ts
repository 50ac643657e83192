/** Straight into the product's database, for what no test waits to happen. */
import type { Session } from '../../db/engine.ts';
import { openDatabase } from '../../db/open.ts';
import type { Product } from './product.ts';

/** One transaction, beside the running product. */
export async function inDatabase<T>(
  product: Product,
  work: (tx: Session) => Promise<T>,
): Promise<T> {
  const db = await openDatabase({
    engine: 'sqlite',
    path: product.env['INGEST_SQLITE_PATH'] ?? '',
    reason: 'A browser test needs it.',
    notes: [],
  });
  try {
    return await db.transaction(work);
  } finally {
    await db.close();
  }
}
