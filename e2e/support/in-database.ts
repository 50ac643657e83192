/** Straight into the product's database, for what no test waits to happen. */
import type { Db, Session } from '../../db/engine.ts';
import { openDatabase } from '../../db/open.ts';
import type { Product } from './product.ts';

/** Beside the running product, for what makes its own transactions. */
export async function withDatabase<T>(product: Product, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase({
    engine: 'sqlite',
    path: product.env['INGEST_SQLITE_PATH'] ?? '',
    reason: 'A browser test needs it.',
    notes: [],
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** One transaction, beside the running product. */
export const inDatabase = <T>(product: Product, work: (tx: Session) => Promise<T>): Promise<T> =>
  withDatabase(product, (db) => db.transaction(work));
