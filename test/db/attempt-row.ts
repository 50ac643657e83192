/** A row of `work_item_attempts` for tests that need one which nobody made. */
import type { Expression, Insertable } from 'kysely';
import type { Instant, WorkItemAttemptsTable } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';

/** The first attempt of an item of `test:wiki`, completed at once, unless said otherwise. */
export const attemptRow = (
  at: Expression<Instant>,
  over: Partial<Insertable<WorkItemAttemptsTable>> = {},
) => ({
  attempt_id: newId(),
  work_item_id: newId(),
  source_system: 'test',
  source_name: 'wiki',
  host: null,
  run_id: null,
  attempt: 1,
  lease_id: null,
  worker_id: null,
  started_at: at,
  finished_at: at,
  duration_ms: 1,
  outcome: 'completed' as const,
  http_status: null,
  error_code: null,
  error_message: null,
  facts: null,
  ingest_id: null,
  ...over,
});
