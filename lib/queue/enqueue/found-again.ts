/**
 * What was missing and is found again (linked, listed, announced) is asked for again: pages come late, and come back.
 */
import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { attemptOutcomes } from '#lib/errors/attempt-outcomes.ts';
import { missingCode } from '../finish/missing.ts';
import type { NewWorkItem } from '../model.ts';
import { reopenGroup } from '../reopen.ts';
import {
  adjustRunInAnyState,
  outcomeDeltas,
  type RunState,
  runningAmong,
  timesDeltas,
} from '../runs/run-numbers.ts';
import { groupByStatusAndRun } from '../status-and-run.ts';

const missingCodes: ReadonlySet<string> = new Set([
  missingCode,
  ...attemptOutcomes.flatMap(([code, { noResource }]) => (noResource ? [code] : [])),
]);

/** Whether an item that ended with this code, skipped or failed, is missing at its source. */
export const isMissingCode = (code: string | null): boolean =>
  code !== null && missingCodes.has(code);

/** Each page of a site may name what is missing: within one run it is asked again after this time, ms. */
const againAfterMs = 60 * 60_000;

interface Place {
  readonly runId: string | null;
  readonly run: RunState | null;
  /** How many more items the run may take. */
  readonly room: number;
}

/**
 * Reopens items that ended because their resource was missing, in the run that found them: what another run tried last at once,
 * what this one tried (or none did) when its source says that it changed since or shows it, or after an hour. Items of another run that
 * goes on are that run's. News that name no page (`onlyKnown`) must be younger than the last try. Whom a person has retired stays so.
 * @param found by dedupe key
 */
export async function reopenFound(
  tx: Session,
  { runId, run, room }: Place,
  found: ReadonlyMap<string, NewWorkItem>,
): Promise<number> {
  if (found.size === 0 || room <= 0) return 0;
  // A run that has ended, or is ending, takes nothing up again.
  if (run !== null && (run.status !== 'running' || run.phase === 'ending')) return 0;
  let reopened = 0;
  for (const keys of chunksOf([...found.keys()])) {
    const rows = await tx.q
      .selectFrom('work_items')
      .select((eb) => [
        'work_item_id',
        'dedupe_key',
        'status',
        'run_id',
        'updated_at',
        'error_code',
        tx.engine.diffMs(eb.ref('updated_at'), tx.engine.now()).as('age_ms'),
      ])
      .where('dedupe_key', 'in', tx.engine.listed(keys, 'exactly'))
      .execute();
    const busy = await runningAmong(
      tx,
      rows.map((row) => row.run_id).filter((id) => id !== runId),
    );
    const due = rows.filter((row) => {
      // A seed that was never there has failed.
      const isOver = row.status === 'skipped' || row.status === 'failed';
      if (!isOver || !isMissingCode(row.error_code)) return false;
      const { changedAt = '', revision, onlyKnown } = found.get(row.dedupe_key) ?? {};
      if (onlyKnown && changedAt <= row.updated_at) return false;
      if (row.run_id !== runId) return row.run_id === null || !busy.has(row.run_id);
      // A list that gives its revision has just shown it.
      return revision !== undefined || row.age_ms >= againAfterMs || changedAt > row.updated_at;
    });
    for (const group of groupByStatusAndRun(due.slice(0, Math.max(0, room - reopened)))) {
      const count = await reopenGroup(tx, group, runId);
      reopened += count;
      const stays = group.runId === runId;
      const deltas = stays ? timesDeltas(outcomeDeltas(group.status, -1), count) : { total: count };
      if (count > 0) await adjustRunInAnyState(tx, runId, deltas);
    }
  }
  return reopened;
}
