/** The rows a table is filled with: the same ones for the same number, whatever the engine. */
import type { NewWorkItemRow, WorkItemStatus } from '#db/schema.ts';

/** Sources of the filled rows. What is measured lives in a source of its own. */
export const fillSources = ['bench-1', 'bench-2', 'bench-3', 'bench-4', 'bench-5'] as const;
export const measuredSource = 'bench-measured';

type FilledColumn =
  | 'work_item_id'
  | 'source_system'
  | 'source_name'
  | 'resource_type'
  | 'resource_id'
  | 'request_uri'
  | 'request_method'
  | 'priority'
  | 'status'
  | 'attempt'
  | 'run_id'
  | 'created_at'
  | 'updated_at'
  | 'error_message'
  | 'error_code'
  | 'dedupe_key'
  | 'host'
  | 'depth'
  | 'available_at'
  | 'last_http_status'
  | 'last_fetched_at';
export type BenchRow = Required<Pick<NewWorkItemRow, FilledColumn>>;

/** As in a queue some time after its crawl: most is done, some waits, a little failed. */
const statuses: readonly WorkItemStatus[] = [
  ...Array<WorkItemStatus>(15).fill('completed'),
  ...Array<WorkItemStatus>(3).fill('pending'),
  'failed',
  'skipped',
];

const spanMs = 90 * 86_400_000;

/**
 * Row `i` of `count`: created in order over the 90 days before `nowMs`, five sources, twenty runs.
 * Multiplying by a number without common factors scatters what would be sorted otherwise.
 */
export function benchRow(i: number, count: number, nowMs: number): BenchRow {
  const createdMs = nowMs - spanMs + Math.floor((i / count) * spanMs);
  const updatedMs = Math.min(createdMs + ((i * 7919) % 86_400_000), nowMs);
  const status = statuses[(i * 7) % statuses.length] ?? 'completed';
  const source = fillSources[i % fillSources.length] ?? fillSources[0];
  const resourceId = `Page_${(i * 104_729) % (count * 8)}_${i}`;
  const fetched = status === 'completed' || status === 'failed';
  return {
    work_item_id: timeOrderedId(createdMs, i),
    source_system: 'test',
    source_name: source,
    resource_type: i % 10 === 0 ? 'category' : 'page',
    resource_id: resourceId,
    request_uri: `https://${source}.example/wiki/${resourceId}`,
    request_method: 'GET',
    priority: 100 + (i % 3) * 10,
    status,
    attempt: fetched ? 1 + (i % 3) : 0,
    run_id: timeOrderedId(nowMs, Math.floor((i * 20) / count)),
    created_at: new Date(createdMs).toISOString(),
    updated_at: new Date(updatedMs).toISOString(),
    error_message: status === 'failed' ? 'The source had an internal fault.' : null,
    error_code: status === 'failed' ? 'http_server_error' : null,
    dedupe_key: `test:${source}:page:${resourceId}`,
    host: `${source}.example`,
    depth: i % 4,
    available_at: new Date(createdMs).toISOString(),
    last_http_status: fetched ? (status === 'failed' ? 500 : 200) : null,
    last_fetched_at: fetched ? new Date(updatedMs).toISOString() : null,
  };
}

/** Shaped like a UUIDv7, so that it sorts by time; the number makes it unique. */
function timeOrderedId(ms: number, n: number): string {
  const time = ms.toString(16).padStart(12, '0');
  const tail = n.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}`;
}
