/** Between the columns of `work_items` (the specification's names) and the model. */
import type { WorkItemInsert } from '#db/queue/storage.ts';
import type { WorkItemAttemptsTable, WorkItemRow } from '#db/schema.ts';
import { hostOf } from '#lib/egress/url.ts';
import { newId } from '#lib/ids.ts';
import { jsonFromText, objectFromText } from '#lib/json.ts';
import { refetchPlanOf } from '#lib/revisit/refetch-plan.ts';
import { checkNewWorkItem } from './dedupe-key.ts';
import type { ClaimedItem, NewWorkItem, WorkItem, WorkItemAttempt } from './model.ts';

export function workItemFromRow(row: WorkItemRow): WorkItem {
  return {
    workItemId: row.work_item_id,
    sourceSystem: row.source_system,
    sourceName: row.source_name,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    requestUri: row.request_uri,
    requestMethod: row.request_method,
    requestHeaders: headersFromText(row.request_headers),
    requestBody: row.request_body,
    metadata: objectFromText(row.metadata),
    priority: row.priority,
    status: row.status,
    attempt: row.attempt,
    runId: row.run_id,
    discoveredFrom: row.discovered_from,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    errorMessage: row.error_message,
    errorCode: row.error_code,
    dedupeKey: row.dedupe_key,
    host: row.host,
    depth: row.depth,
    availableAt: row.available_at,
    waitReason: row.wait_reason,
    leaseId: row.lease_id,
    leaseOwner: row.lease_owner,
    leaseUntil: row.lease_until,
    claimedAt: row.claimed_at,
    lastHttpStatus: row.last_http_status,
    etag: row.etag,
    lastModified: row.last_modified,
    revision: row.revision,
    contentHash: row.content_hash,
    lastFetchedAt: row.last_fetched_at,
    lastChangedAt: row.last_changed_at,
    nextFetchAt: row.next_fetch_at,
    checkCount: row.check_count,
    changeCount: row.change_count,
    refetch: refetchPlanOf(row),
  };
}

/** A row a claim returned; a claim always sets the lease, so a row without one is a broken engine. */
export function claimedFromRow(row: WorkItemRow): ClaimedItem {
  const { status, lease_id: leaseId, lease_owner: leaseOwner, lease_until: leaseUntil } = row;
  if (status !== 'in_progress' || leaseId === null || leaseOwner === null || leaseUntil === null) {
    throw new TypeError(`Claimed work item ${row.work_item_id} carries no lease.`);
  }
  return { ...workItemFromRow(row), status, leaseId, leaseOwner, leaseUntil };
}

/**
 * What is inserted for a new item, after its values were checked.
 * @param dedupeKey where they have been checked already
 * @throws AppError as `checkNewWorkItem` does.
 */
export function insertRowFrom(
  item: NewWorkItem,
  dedupeKey: string = checkNewWorkItem(item),
): WorkItemInsert {
  return {
    work_item_id: item.workItemId ?? newId(),
    source_system: item.sourceSystem,
    source_name: item.sourceName,
    resource_type: item.resourceType,
    resource_id: item.resourceId,
    request_uri: item.requestUri,
    request_method: item.requestMethod ?? 'GET',
    request_headers: item.requestHeaders ? JSON.stringify(item.requestHeaders) : null,
    request_body: item.requestBody ?? null,
    metadata: item.metadata ? JSON.stringify(item.metadata) : null,
    priority: item.priority ?? 100,
    status: 'pending',
    run_id: item.runId ?? null,
    discovered_from: item.discoveredFrom ?? null,
    dedupe_key: dedupeKey,
    host: hostOf(item.requestUri),
    depth: item.depth ?? 0,
    wait_reason: item.availableAt === undefined ? null : 'scheduled',
    ...(item.availableAt === undefined ? {} : { available_at: item.availableAt }),
  };
}

type AttemptRow = {
  [K in keyof WorkItemAttemptsTable]: K extends 'items_discovered'
    ? number
    : WorkItemAttemptsTable[K];
};

export function attemptFromRow(row: AttemptRow): WorkItemAttempt {
  return {
    attemptId: row.attempt_id,
    workItemId: row.work_item_id,
    runId: row.run_id,
    attempt: row.attempt,
    workerId: row.worker_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    httpStatus: row.http_status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    facts: jsonFromText(row.facts),
    ingestId: row.ingest_id,
    itemsDiscovered: row.items_discovered,
  };
}

/**
 * Rows of an older Holocron database may hold text that is no JSON (Python wrote `NaN`); such a value
 * reads as absent, because one unreadable row must not stop a claim or a page.
 */
function headersFromText(text: string | null): Readonly<Record<string, string>> | null {
  const object = objectFromText(text);
  if (object === null) return null;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
