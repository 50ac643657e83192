/** From one lane of a source to the next, on SQLite. */
import { sql } from 'kysely';
import type { Engine, Session } from '../engine.ts';
import { ofSource, openRunAndHost } from '../queue/claim-candidates.ts';
import type { ClaimScope, LaneHead, ScopeSource } from '../queue/claim-scope.ts';
import { isReady } from '../queue/ready.ts';
import { claimSyntax } from './claim-syntax.ts';

const keyOrder = sql`w.priority, w.created_at, w.work_item_id`;

/**
 * The open lanes of a source by their heads, the first `n` in claim order. Each step is one look into the
 * index of lanes: at the next host of the same run, else at the next run. What a run that rests has
 * behind its head is not looked at.
 */
export async function laneHeads(
  engine: Engine,
  { q }: Session,
  source: ScopeSource,
  scope: ClaimScope,
  n: number,
): Promise<LaneHead[]> {
  const ready = sql`from ${claimSyntax.items('ready_lane')} where ${isReady} and ${ofSource(engine, source)}`;
  const resting = sql`(select value from json_each(${JSON.stringify(scope.excludeRuns ?? [])}))`;
  const open = [sql`1`, ...openRunAndHost(engine, claimSyntax, scope)];
  // The least text after another is that text and one character more; NULL stands before all texts.
  const { rows } = await sql<Omit<LaneHead, 'source' | 'runId'> & { run_id: string | null }>`
    with recursive lane (work_item_id, run_id, host, priority, created_at) as (
      select * from (
        select w.work_item_id, w.run_id, w.host, w.priority, w.created_at ${ready}
        order by w.run_id, w.host, ${keyOrder} limit 1
      )
      union all
      select item.work_item_id, item.run_id, item.host, item.priority, item.created_at
      from lane join work_items as item on item.work_item_id = coalesce(
        case when lane.run_id in ${resting} then null else (
          select w.work_item_id ${ready}
            and w.run_id is lane.run_id and w.host >= coalesce(lane.host || char(1), '')
          order by w.host, ${keyOrder} limit 1
        ) end,
        (
          select w.work_item_id ${ready} and w.run_id >= coalesce(lane.run_id || char(1), '')
          order by w.run_id, w.host, ${keyOrder} limit 1
        )
      )
    )
    select w.work_item_id, w.run_id, w.host, w.priority, w.created_at from lane as w
    where ${sql.join(open, sql` and `)}
    order by ${keyOrder} limit ${n}`.execute(q);
  return rows.map(({ run_id: runId, ...head }) => ({ ...head, source, runId }));
}
