/**
 * The plainest queue that does the job: the specification's own `work_items` with its four indexes, one statement to
 * enqueue 500 items, one guarded UPDATE that claims, one that completes. No lease, history, totals or runs.
 */
import type { BenchRow } from '../queue/bench-row.ts';

/** The columns of the specification, in its order; those that the benchmark leaves empty are not listed. */
export const plainColumns = [
  'work_item_id',
  'source_system',
  'source_name',
  'resource_type',
  'resource_id',
  'request_uri',
  'request_method',
  'priority',
  'status',
  'attempt',
  'run_id',
  'created_at',
  'updated_at',
  'dedupe_key',
] as const satisfies readonly (keyof BenchRow)[];

export type PlainRow = Pick<BenchRow, (typeof plainColumns)[number]>;

export interface PlainQueue {
  /** Inserts those whose key is not known, in one statement; how many these were. */
  enqueue(rows: readonly PlainRow[]): Promise<number>;
  /** Inserts an item whose key is not known, by the plain statement for one. */
  enqueueOne(row: PlainRow): Promise<number>;
  /** Takes the first pending items, whole, in one statement; their ids. */
  claim(limit: number): Promise<readonly string[]>;
  /** Completes items in progress in one statement; how many these were. */
  complete(ids: readonly string[]): Promise<number>;
  close(): Promise<void>;
}
