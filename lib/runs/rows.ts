/** Between the columns of `ingest_runs` and the model. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { IngestRunsTable } from '#db/schema.ts';
import { jsonFromText } from '#lib/json.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import {
  endReasons,
  type LaunchRequest,
  launchRequestSchema,
  type Run,
  runKinds,
} from './model.ts';

export type RunRow = Selectable<IngestRunsTable>;

const kindSchema = z.enum(runKinds).catch('seed');
const phaseSchema = z.enum(['preparing', 'ready', 'ending']).catch('ready');
const endReasonSchema = z.enum(endReasons).nullable().catch(null);

export function runFromRow(row: RunRow): Run {
  return {
    runId: row.run_id,
    kind: kindSchema.parse(row.kind),
    name: row.name,
    status: row.status,
    phase: phaseSchema.parse(row.phase),
    startedAt: row.started_at,
    completedAt: row.completed_at,
    pausedAt: row.paused_at,
    endReason: endReasonSchema.parse(row.end_reason),
    itemsTotal: row.items_total,
    itemsProcessed: row.items_processed,
    itemsSucceeded: row.items_succeeded,
    itemsFailed: row.items_failed,
    itemsSkipped: row.items_skipped,
    itemsDiscovered: row.items_discovered,
    itemsRetried: row.items_retried,
    itemsUnchanged: row.items_unchanged,
    itemsGone: row.items_gone,
    maxItems: row.max_items,
    maxDepth: row.max_depth,
    maxRequests: row.max_requests,
    requestsSent: row.requests_sent,
    deadlineAt: row.deadline_at,
    parentRunId: row.parent_run_id,
    launchedBy: row.launched_by,
    request: requestFromText(row.request),
    sourceRevisions: revisionsFromText(row.source_revisions),
    heartbeatAt: row.heartbeat_at,
    errorMessage: row.error_message,
  };
}

/** Null for runs of an older system, which kept no request. */
export function requestFromText(text: string | null): LaunchRequest | null {
  const parsed = launchRequestSchema.safeParse(jsonFromText(text));
  return parsed.success ? parsed.data : null;
}
