/** The history of an item: one row for each time a worker held it. */
import type { HeldItem } from '#db/queue/held-columns.ts';
import type { AttemptInsert } from '#db/queue/storage.ts';
import type { AttemptOutcome } from '#db/schema.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import { newId } from '#lib/ids.ts';
import type { JsonObject } from '#lib/json.ts';
import type { AttemptReport } from '../model.ts';

export interface EndedAttempt {
  /** The row as it was while held. */
  readonly item: HeldItem;
  /** Null when the worker never gave one: owner and duration come from the row then. */
  readonly report: AttemptReport | null;
  readonly outcome: AttemptOutcome;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  readonly ingestId?: string | null;
  readonly itemsDiscovered?: number;
  readonly facts?: JsonObject | null;
}

/** As it is stored. */
export function attemptRow({ item, report, ...end }: EndedAttempt): AttemptInsert {
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
    error_message: boundedMessage(end.errorMessage ?? null),
    facts: facts === null ? null : JSON.stringify(facts),
    ingest_id: end.ingestId ?? null,
    items_discovered: end.itemsDiscovered ?? 0,
  };
}
