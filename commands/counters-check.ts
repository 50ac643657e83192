/**
 * `pnpm counters:check`: counts the work items and compares with the kept totals; what differs is told and
 * set right. Reads the whole table, and on SQL Server holds off changes meanwhile: for quiet hours. Exit 0 =
 * the totals were exact, 3 = they had drifted and are exact now, 1 = it could not be done.
 */

import { openDatabase } from '#db/open.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import type { TotalsDrift } from '#db/totals.ts';
import { toPublicError } from '#lib/errors/app-error.ts';

/** `system:name status`, or `host status`. */
function nameOf({ key }: TotalsDrift): string {
  return `${key.slice(0, -1).join(':')} ${key.at(-1)}`;
}

try {
  const db = await openDatabase(resolveDatabaseSettings(process.env));
  try {
    const drifted = await db.engine.reconcileTotals(db);
    for (const row of drifted) {
      console.log(
        `✗ ${nameOf(row)}: there are ${row.itemCount}; the total said ${row.itemCount - row.difference} and was set right`,
      );
    }
    if (drifted.length === 0) console.log('✓ The kept totals are exact.');
    else process.exitCode = 3;
  } finally {
    await db.close();
  }
} catch (error) {
  const { code, message, remedy } = toPublicError(error);
  console.error(`✗ ${message}\n  Code:   ${code}\n  Remedy: ${remedy}`);
  process.exitCode = 1;
}
