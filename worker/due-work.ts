/** What there is to do, asked in one statement of seeks: an idle worker sends it once a second and little else. */
import { type Expression, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { entriesToSeal } from '#lib/audit/seal-audit.ts';
import { blocksThatAreOver } from '#lib/hosts/blocks.ts';
import { dueActions } from '#lib/items/bulk/work.ts';
import { attemptsToCount } from '#lib/metrics/roll-up-attempts.ts';
import { channelsToServe } from '#lib/notices/deliver.ts';
import { itemsToPromote, sourcesWithReadyItems } from '#lib/queue/claim/claimable.ts';
import { expiredLeases } from '#lib/queue/lease/rescue.ts';
import { runsAtTheirEnd, runsAtWork, runsUnderWay, spentRuns } from '#lib/runs/finish-runs.ts';
import { schedulesThatAreDue } from '#lib/schedules/schedules.ts';
import { pausesThatAreOver } from '#lib/sources/lifecycle.ts';
import { stopsInForce } from '#lib/stops/read-stop.ts';
import { dueComparisons, dueQueueComparisons } from '#lib/totals/check-next-totals.ts';
import { silentWorkers } from '#lib/workers/presence.ts';

export type DueWork = {
  readonly [Duty in
    | 'claim'
    | 'rescue'
    | 'runsAtWork'
    | 'runsAtTheirEnd'
    | 'spentRuns'
    | 'bulkActions'
    | 'schedules'
    | 'blocks'
    | 'silentWorkers'
    | 'progress'
    | 'pauses'
    | 'totals'
    | 'attempts'
    | 'totalsComparison'
    | 'queueComparison'
    | 'notices'
    | 'audit']: boolean;
} & {
  /** Everything is stopped. */
  readonly stopped: boolean;
  /** An operator asked this worker to finish and leave. */
  readonly draining: boolean;
  readonly databaseNow: Instant;
};

/** One statement, whose cost depends on nothing but the numbers of sources and of runs that are under way. */
export async function readDueWork(session: Session, workerId: string): Promise<DueWork> {
  const { q, engine } = session;
  const draining = q
    .selectFrom('workers')
    .select('worker_id')
    .where('worker_id', '=', workerId)
    .where('draining', '=', 1);
  const row = await q
    .selectNoFrom([
      engine.now().as('now'),
      isAny(draining).as('draining'),
      isAny(stopsInForce(session)).as('stopped'),
      isAny(sourcesWithReadyItems(session), itemsToPromote(session)).as('claim'),
      isAny(expiredLeases(session)).as('rescue'),
      isAny(runsAtWork(session)).as('runsAtWork'),
      isAny(runsAtTheirEnd(session)).as('runsAtTheirEnd'),
      isAny(spentRuns(session)).as('spentRuns'),
      isAny(dueActions(session)).as('bulkActions'),
      isAny(schedulesThatAreDue(session)).as('schedules'),
      isAny(blocksThatAreOver(session)).as('blocks'),
      isAny(silentWorkers(session)).as('silentWorkers'),
      isAny(runsUnderWay(session)).as('progress'),
      isAny(pausesThatAreOver(session)).as('pauses'),
      engine.hasDeltas().as('totals'),
      isAny(attemptsToCount(session)).as('attempts'),
      isAny(dueComparisons(session)).as('totalsComparison'),
      isAny(dueQueueComparisons(session)).as('queueComparison'),
      isAny(channelsToServe(session)).as('notices'),
      isAny(entriesToSeal(session)).as('audit'),
    ])
    .executeTakeFirstOrThrow();
  return {
    databaseNow: row.now,
    draining: row.draining === 1,
    stopped: row.stopped === 1,
    claim: row.claim === 1,
    rescue: row.rescue === 1,
    runsAtWork: row.runsAtWork === 1,
    runsAtTheirEnd: row.runsAtTheirEnd === 1,
    spentRuns: row.spentRuns === 1,
    bulkActions: row.bulkActions === 1,
    schedules: row.schedules === 1,
    blocks: row.blocks === 1,
    silentWorkers: row.silentWorkers === 1,
    progress: row.progress === 1,
    pauses: row.pauses === 1,
    totals: row.totals === 1,
    attempts: row.attempts === 1,
    totalsComparison: row.totalsComparison === 1,
    queueComparison: row.queueComparison === 1,
    notices: row.notices === 1,
    audit: row.audit === 1,
  };
}

const isAny = (...queries: readonly Expression<unknown>[]) =>
  sql<number>`case when ${sql.join(
    queries.map((query) => sql`exists ${query}`),
    sql` or `,
  )} then 1 else 0 end`;
