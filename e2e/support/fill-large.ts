/** A database of the size that operators have: a million items of five sources over ninety days. */
import { benchRow } from '../../bench/queue/bench-row.ts';
import { fillWorkItems } from '../../bench/queue/fill-sqlite.ts';
import { openDatabase } from '../../db/open.ts';
import { openHandle } from '../../db/sqlite/file.ts';

export const largeCount = 1_000_000;
const madeAtMs = Date.now();

/** The item with so many before it in the order of creation. */
export const largeRow = (n: number) => benchRow(n, largeCount, madeAtMs);

export async function fillLarge(databaseFile: string): Promise<void> {
  const raw = openHandle(databaseFile);
  try {
    fillWorkItems(raw, largeCount, madeAtMs, () => undefined);
  } finally {
    raw.close();
  }
  const db = await openDatabase({
    engine: 'sqlite',
    path: databaseFile,
    reason: 'A browser test fills it.',
    notes: [],
  });
  try {
    await db.engine.reconcileCounters(db);
  } finally {
    await db.close();
  }
}
