/** Rows for the contract suites of the database layer. */
import type { WorkItemInsert } from '../engine.ts';

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
    error_message: null,
    dedupe_key: `test:${source_name}:page:${resource_id}`,
    host: null,
    wait_reason: null,
    lease_id: null,
    lease_owner: null,
    lease_until: null,
    claimed_at: null,
    error_code: null,
    last_http_status: null,
    etag: null,
    last_modified: null,
    revision: null,
    content_hash: null,
    last_fetched_at: null,
    last_changed_at: null,
    next_fetch_at: null,
    ...over,
  };
}

/** Rows 0 to `count` - 1. */
export function workItemRows(count: number, over: Partial<WorkItemInsert> = {}): WorkItemInsert[] {
  return Array.from({ length: count }, (_, n) => workItemRow(n, over));
}
