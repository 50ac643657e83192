/** Rows for the contract suites of the database layer. */
import type { WorkItemInsert } from '#db/queue/storage.ts';

/** A pending item of `test:sample`; `n` makes its id, its resource and its key. */
export function workItemRow(n: number, over: Partial<WorkItemInsert> = {}): WorkItemInsert {
  const source_name = over.source_name ?? 'sample';
  const resource_id = over.resource_id ?? `r${n}`;
  return {
    work_item_id: `item-${String(n).padStart(6, '0')}`,
    source_system: 'test',
    source_name,
    resource_type: 'page',
    resource_id,
    request_uri: `test://${source_name}/${n}`,
    request_method: 'GET',
    request_headers: null,
    request_body: null,
    metadata: null,
    status: 'pending',
    run_id: null,
    discovered_from: null,
    dedupe_key: `test:${source_name}:page:${resource_id}`,
    host: null,
    wait_reason: null,
    ...over,
  };
}

/** Rows 0 to `count` - 1. */
export function workItemRows(count: number, over: Partial<WorkItemInsert> = {}): WorkItemInsert[] {
  return Array.from({ length: count }, (_, n) => workItemRow(n, over));
}
