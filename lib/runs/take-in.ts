/** Taking known items into a run that is being prepared, as far as its budget goes. */
import type { Session } from '#db/engine.ts';
import { reopenItems } from '#lib/queue/reopen.ts';
import { parseRunMetadata, type RunMetadata } from '#lib/queue/runs/run-metadata.ts';
import { requestShare } from '#lib/recrawl/planned-requests.ts';
import type { RunRow } from './rows.ts';
import { requestFromText } from './rows.ts';
import type { ScopeItem } from './scope.ts';

export interface TakenIn {
  readonly joined: number;
  /** What to note of the run; `null` = the same as before. */
  readonly metadata: RunMetadata;
  /** Not all of them fitted: the run takes no more. */
  readonly isFull: boolean;
}

/** Rounding of many small shares must not cost an item. */
const tolerance = 1e-6;

/**
 * Reopens those of the items that fit into the run, in the order given. The run's row must be held.
 * Requests are counted as planned: retries, and what the items lead to, come on top and are bounded when
 * they are sent.
 * @param items at most 500
 */
export async function takeIn(
  tx: Session,
  run: RunRow,
  items: readonly ScopeItem[],
): Promise<TakenIn> {
  const metadata = parseRunMetadata(run.metadata);
  const planned = metadata.planned_requests ?? 0;
  const eligible = items.filter((item) => item.run_id !== run.run_id);
  const most = run.max_items === null ? eligible.length : run.max_items - run.items_total;
  const byItems = eligible.slice(0, Math.max(0, most));
  const fitting = run.max_requests === null ? byItems : within(byItems, run.max_requests - planned);
  const priority = requestFromText(run.request)?.priority;
  const joined = await reopenItems(tx, fitting, {
    runId: run.run_id,
    ...(priority === undefined ? {} : { priority }),
  });
  const isFull = fitting.length < eligible.length;
  return {
    joined,
    isFull,
    metadata: {
      ...metadata,
      ...(run.max_requests === null
        ? {}
        : { planned_requests: planned + sharesOf(fitting) * (joined / (fitting.length || 1)) }),
      ...(isFull && byItems.length < eligible.length ? { budget_reached: true } : {}),
      ...(isFull && fitting.length < byItems.length ? { requests_reached: true } : {}),
    },
  };
}

function within(items: readonly ScopeItem[], requests: number): ScopeItem[] {
  const fitting: ScopeItem[] = [];
  let shares = 0;
  for (const item of items) {
    shares += requestShare(item.source_system, item.resource_type);
    if (shares > requests + tolerance) break;
    fitting.push(item);
  }
  return fitting;
}

const sharesOf = (items: readonly ScopeItem[]) =>
  items.reduce((sum, item) => sum + requestShare(item.source_system, item.resource_type), 0);
