/** Time travel for tests: shifts stored times into the past instead of waiting. */
import { openDatabase } from '../../db/open.ts';
import type { Product } from './product.ts';

/** Makes the items of a source look as if they had been fetched so many days ago. */
export async function ageItems(product: Product, source: string, days: number): Promise<void> {
  const db = await openDatabase({
    engine: 'sqlite',
    path: product.env['INGEST_SQLITE_PATH'] ?? '',
    reason: 'A browser test shifts its items.',
    notes: [],
  });
  try {
    await db.transaction(async (tx) => {
      await tx.q
        .updateTable('work_items')
        .set({ last_fetched_at: tx.engine.nowPlus(-days * 86_400_000) })
        .where('source_name', '=', source)
        .execute();
    });
  } finally {
    await db.close();
  }
}
