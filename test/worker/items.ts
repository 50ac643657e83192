/** Factories for tests of the pipeline: valid by default; a test names only what it is about. */
import { newId } from '#lib/ids.ts';
import { unstoredItem } from '#lib/queue/enqueue/unstored-item.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';

const then = '2026-01-31T09:15:00.000Z';

/** An item as a worker holds it. */
export function aStoredItem(over: Partial<ClaimedItem> = {}): ClaimedItem {
  const seed = {
    sourceSystem: over.sourceSystem ?? 'test',
    sourceName: over.sourceName ?? 'sample',
    resourceType: over.resourceType ?? 'resource',
    resourceId: over.resourceId ?? 'test_resource_001',
  };
  return {
    ...unstoredItem({ ...seed, requestUri: `test://${seed.resourceId}` }),
    createdAt: then,
    updatedAt: then,
    availableAt: then,
    leaseId: newId(),
    leaseOwner: 'worker-1',
    leaseUntil: then,
    claimedAt: then,
    ...over,
  };
}
