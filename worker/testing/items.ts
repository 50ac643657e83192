/** Factories for tests of the pipeline: valid by default; a test names only what it is about. */
import { newId } from '#lib/ids.ts';
import { dedupeKeyOf } from '#lib/work-items/dedupe-key.ts';
import type { ClaimedItem } from '#lib/work-items/model.ts';

const then = '2026-01-31T09:15:00.000Z';

/** An item as a worker holds it. */
export function aStoredItem(over: Partial<ClaimedItem> = {}): ClaimedItem {
  const identity = {
    sourceSystem: over.sourceSystem ?? 'test',
    sourceName: over.sourceName ?? 'sample',
    resourceType: over.resourceType ?? 'resource',
    resourceId: over.resourceId ?? 'test_resource_001',
  };
  return {
    workItemId: newId(),
    requestUri: `test://${identity.resourceId}`,
    requestMethod: 'GET',
    requestHeaders: null,
    requestBody: null,
    metadata: null,
    priority: 100,
    status: 'in_progress',
    attempt: 1,
    runId: null,
    discoveredFrom: null,
    createdAt: then,
    updatedAt: then,
    errorMessage: null,
    errorCode: null,
    dedupeKey: dedupeKeyOf(identity),
    host: null,
    depth: 0,
    availableAt: then,
    waitReason: null,
    leaseId: newId(),
    leaseOwner: 'worker-1',
    leaseUntil: then,
    claimedAt: then,
    lastHttpStatus: null,
    etag: null,
    lastModified: null,
    revision: null,
    contentHash: null,
    lastFetchedAt: null,
    lastChangedAt: null,
    nextFetchAt: null,
    checkCount: 0,
    changeCount: 0,
    refetch: { kind: 'adaptive' },
    ...identity,
    ...over,
  };
}
