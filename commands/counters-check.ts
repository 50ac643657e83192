/**
 * `pnpm counters:check`: counts the work items, compares with the kept totals, and corrects what differs. Reads
 * the whole table, and on SQL Server holds off changes meanwhile.
 */

import { openDatabase } from '#db/open.ts';
import type { TotalsDrift } from '#db/totals.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  printDatabase,
  runProgram,
  settingsFrom,
} from './support/program.ts';

const driftedCode = 3;

async function run(flags: CommonFlags): Promise<void> {
  const out = outputOf(flags);
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  try {
    const drifted = await db.engine.reconcileTotals(db);
    for (const row of drifted) out.line(lineOf(row));
    if (drifted.length === 0) out.line('✓ The kept totals are exact.');
    else process.exitCode = driftedCode;
    out.result({
      drifted: drifted.map(({ key, itemCount, difference }) => ({ key, itemCount, difference })),
    });
  } finally {
    await db.close();
  }
}

/** The key is `system, name, status`, or `host, status`. */
function lineOf({ key, itemCount, difference }: TotalsDrift): string {
  const name = `${key.slice(0, -1).join(':')} ${key.at(-1)}`;
  return `✗ ${name}: there are ${itemCount}; the total said ${itemCount - difference} and was corrected`;
}

export const program = addCommonOptions(
  defineCommand({
    name: 'counters:check',
    description: 'Recounts all work items and corrects the kept totals.',
    reads:
      'all of work_items; on SQL Server changes to items wait meanwhile, so choose quiet hours',
    changes: 'the kept totals that differ',
    examples: [['', 'workers do the same by themselves, once an hour']],
    exitCodes: { 3: 'totals differed and are exact now' },
  }),
).action(run);

if (import.meta.main) await runProgram(program);
