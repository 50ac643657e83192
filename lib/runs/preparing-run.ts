/** A run whose items are being put together: its row, its sources, and the end of that. */
import type { Session } from '#db/engine.ts';
import type { RunMetadata } from '#lib/queue/runs/run-metadata.ts';
import type { ScopeSource } from '#lib/recrawl/due-queue.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import type { RunRow } from './rows.ts';

/** Takes the run's row, so that two workers prepare it one after the other. */
export async function lockPreparingRun(tx: Session, runId: string): Promise<RunRow | undefined> {
  const held = await tx.q
    .updateTable('ingest_runs')
    .set({ heartbeat_at: tx.engine.now() })
    .where('run_id', '=', runId)
    .where('status', '=', 'running')
    .where('phase', '=', 'preparing')
    .executeTakeFirst();
  if (Number(held.numUpdatedRows) === 0) return undefined;
  return tx.q.selectFrom('ingest_runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
}

/** The sources the run was launched over, in an order that does not change. */
export async function scopeSourcesOf(s: Session, run: RunRow): Promise<ScopeSource[]> {
  const names = Object.keys(revisionsFromText(run.source_revisions)).sort();
  if (names.length === 0) return [];
  const rows = await s.q
    .selectFrom('sources')
    .select(['name', 'source_type'])
    .where('name', 'in', names)
    .where('deleted_at', 'is', null)
    .execute();
  const typeOf = new Map(rows.map((row) => [row.name, row.source_type]));
  // A source deleted meanwhile keeps its place, or the stored position would point elsewhere.
  return names.map((name) => ({ name, type: typeOf.get(name) ?? '' }));
}

export async function saveMetadata(
  tx: Session,
  runId: string,
  metadata: RunMetadata,
): Promise<void> {
  await tx.q
    .updateTable('ingest_runs')
    .set({ metadata: JSON.stringify(metadata) })
    .where('run_id', '=', runId)
    .execute();
}

/** The run has all its items. */
export async function markReady(tx: Session, runId: string, metadata: RunMetadata): Promise<void> {
  const { prepare: _position, planned_requests: _planned, ...rest } = metadata;
  await tx.q
    .updateTable('ingest_runs')
    .set({ phase: 'ready', metadata: Object.keys(rest).length > 0 ? JSON.stringify(rest) : null })
    .where('run_id', '=', runId)
    .execute();
}
