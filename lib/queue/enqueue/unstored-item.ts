/** An item that was never stored. */
import { newId } from '#lib/ids.ts';
import { dedupeKeyOf } from '../dedupe-key.ts';
import type { NewWorkItem, WorkItem } from '../model.ts';

/** The seed as a worker would hold it, for a fetch of an item that no queue knows. */
export function unstoredItem(seed: NewWorkItem): WorkItem & { readonly status: 'in_progress' } {
  const never = '1970-01-01T00:00:00.000Z';
  return {
    workItemId: newId(),
    sourceSystem: seed.sourceSystem,
    sourceName: seed.sourceName,
    resourceType: seed.resourceType,
    resourceId: seed.resourceId,
    requestUri: seed.requestUri,
    requestMethod: seed.requestMethod ?? 'GET',
    requestHeaders: seed.requestHeaders ?? null,
    requestBody: seed.requestBody ?? null,
    metadata: seed.metadata ?? null,
    priority: seed.priority ?? 100,
    status: 'in_progress',
    attempt: 1,
    runId: null,
    discoveredFrom: null,
    createdAt: never,
    updatedAt: never,
    errorMessage: null,
    errorCode: null,
    dedupeKey: dedupeKeyOf(seed),
    host: null,
    depth: 0,
    availableAt: never,
    waitReason: null,
    leaseId: null,
    leaseOwner: null,
    leaseUntil: null,
    claimedAt: null,
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
  };
}
