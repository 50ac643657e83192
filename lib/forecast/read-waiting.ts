/** What waits already, and what the runs before took, by source and host: from samples, scaled to what is counted. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Schedule } from '#lib/schedules/model.ts';
import { requestShare } from '#lib/source-types/registry.ts';
import type { Waiting } from './simulate.ts';

/** Items of a source or a run that are looked at for their hosts. */
const sampled = 500;
/** Runs before that are looked at. */
const mostRuns = 50;

interface ItemSort {
  readonly source_name: string;
  readonly source_system: string;
  readonly resource_type: string;
  readonly host: string | null;
  readonly run_id: string | null;
}

/** The ready items of each source, at the hosts that those next in turn have. */
export async function readWaiting(
  session: Session,
  sources: readonly { readonly name: string; readonly type: string; readonly pending: number }[],
): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const { name, type, pending } of sources) {
    if (pending === 0) continue;
    const next = session.q
      .selectFrom(session.engine.pendingBy('turn').as('item'))
      .select(['source_name', 'source_system', 'resource_type', 'host', 'run_id'])
      .where(session.engine.isExactly(sql.ref('source_system'), type))
      .where(session.engine.isExactly(sql.ref('source_name'), name));
    const rows = await session.engine.take(next, sampled).execute();
    // Those that wait for a moment, or are on hold, are not ready: a small queue is known in whole.
    const total = rows.length < sampled ? rows.length : pending;
    waiting.push(...scaled(rows, total));
  }
  return waiting;
}

interface RunBefore {
  /** Its id while it goes on. */
  readonly running: string | null;
  readonly requests: readonly Waiting[];
}

/** The last run of each schedule: whether it goes on, and what it asked for. */
export async function runsBefore(
  session: Session,
  schedules: readonly Schedule[],
): Promise<ReadonlyMap<string, RunBefore>> {
  const { q, engine } = session;
  const last = schedules.flatMap(({ scheduleId, lastRunId, request }) =>
    lastRunId === null ? [] : [{ scheduleId, lastRunId, source: request?.sources[0] ?? '' }],
  );
  const ids = last.slice(0, mostRuns).map(({ lastRunId }) => lastRunId);
  const runs = await q
    .selectFrom('current_runs')
    .select(['run_id', 'status', 'items_total'])
    .where('run_id', 'in', engine.listed(ids))
    .execute();
  const before = new Map<string, RunBefore>();
  for (const { scheduleId, lastRunId, source } of last) {
    const run = runs.find(({ run_id }) => run_id === lastRunId);
    if (run === undefined) continue;
    const items = q
      .selectFrom('work_items')
      .select(['source_name', 'source_system', 'resource_type', 'host', 'run_id'])
      .where('run_id', '=', lastRunId);
    const rows = await engine.take(items, sampled).execute();
    before.set(scheduleId, {
      running: run.status === 'running' ? lastRunId : null,
      // Its items may have joined other runs since.
      requests:
        rows.length === 0
          ? [{ source, host: null, run: null, requests: Number(run.items_total) }]
          : scaled(rows, Number(run.items_total)),
    });
  }
  return before;
}

/** Requests by source and host, as if all `total` items were spread as the sample is. */
function scaled(rows: readonly ItemSort[], total: number): Waiting[] {
  const groups = new Map<string, Waiting>();
  const factor = rows.length === 0 ? 0 : total / rows.length;
  for (const row of rows) {
    const key = JSON.stringify([row.source_name, row.host, row.run_id]);
    const requests = requestShare(row.source_system, row.resource_type) * factor;
    groups.set(key, {
      source: row.source_name,
      host: row.host,
      run: row.run_id,
      requests: (groups.get(key)?.requests ?? 0) + requests,
    });
  }
  return [...groups.values()];
}
