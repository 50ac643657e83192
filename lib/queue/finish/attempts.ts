/** The history of an item: one row for each time a worker held it. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { preparedRows } from '#db/prepared.ts';
import type { AttemptOutcome, Instant, WorkItemRow } from '#db/schema.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import { newId } from '#lib/ids.ts';
import type { JsonObject } from '#lib/json.ts';
import type { AttemptReport } from '../model.ts';

export interface EndedAttempt {
  /** The row as it was while held. */
  readonly item: WorkItemRow;
  /** Null when the worker never gave one: owner and duration come from the row then. */
  readonly report: AttemptReport | null;
  readonly outcome: AttemptOutcome;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  readonly ingestId?: string | null;
  readonly itemsDiscovered?: number;
  readonly facts?: JsonObject | null;
}

/** Records how attempts ended. */
export async function recordAttempts(
  tx: Session,
  attempts: readonly EndedAttempt[],
): Promise<void> {
  await insertAttempts(tx, attempts.map(attemptRow));
}

type AttemptRow = ReturnType<typeof attemptRow>;

const insertAttempts = preparedRows<AttemptRow, unknown>(({ q, engine }, rows) =>
  q.insertInto('work_item_attempts').values(
    rows.map((slot) => ({
      attempt_id: slot('attempt_id'),
      work_item_id: slot('work_item_id'),
      source_system: slot('source_system'),
      source_name: slot('source_name'),
      host: slot('host'),
      run_id: slot('run_id'),
      attempt: slot('attempt'),
      lease_id: slot('lease_id'),
      worker_id: slot('worker_id'),
      started_at: sql<Instant>`coalesce(${engine.instantOf(slot('claimed_at'))}, ${engine.now()})`,
      finished_at: engine.now(),
      duration_ms: slot('duration_ms'),
      outcome: slot('outcome'),
      http_status: slot('http_status'),
      error_code: slot('error_code'),
      error_message: slot('error_message'),
      facts: slot('facts'),
      ingest_id: slot('ingest_id'),
      items_discovered: slot('items_discovered'),
    })),
  ),
);

function attemptRow({ item, report, ...end }: EndedAttempt) {
  const facts = end.facts ?? report?.facts ?? null;
  return {
    attempt_id: report?.attemptId ?? newId(),
    work_item_id: item.work_item_id,
    source_system: item.source_system,
    source_name: item.source_name,
    host: item.host,
    run_id: item.run_id,
    attempt: item.attempt,
    lease_id: item.lease_id,
    worker_id: report?.workerId ?? item.lease_owner,
    claimed_at: item.claimed_at,
    duration_ms: report === null ? null : Math.round(report.durationMs),
    outcome: end.outcome,
    http_status: report?.httpStatus ?? null,
    error_code: end.errorCode ?? null,
    error_message: end.errorMessage ?? null,
    facts: facts === null ? null : JSON.stringify(facts),
    ingest_id: end.ingestId ?? null,
    items_discovered: end.itemsDiscovered ?? 0,
  };
}
