/** Time travel for tests: shifts stored times into the past instead of waiting. */
import { inDatabase } from './in-database.ts';
import type { Product } from './product.ts';

/** Makes the items of a source look as if they had been fetched so many days ago. */
export async function ageItems(product: Product, source: string, days: number): Promise<void> {
  await inDatabase(product, (tx) =>
    tx.q
      .updateTable('work_items')
      .set({ last_fetched_at: tx.engine.nowPlus(-days * 86_400_000) })
      .where('source_name', '=', source)
      .execute(),
  );
}
