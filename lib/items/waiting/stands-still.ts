/** "Why does it stand still?", of a run or a source: what its items wait for, judged as each item's page judges it. */
import type { Session } from '#db/engine.ts';
import { readNow } from '#lib/now.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import { workItemFromRow } from '#lib/queue/rows.ts';
import type { Run } from '#lib/runs/model.ts';
import { readItemRate } from '#lib/runs/run-progress.ts';
import { timeLeft } from '#lib/runs/time-left.ts';
import type { Source } from '#lib/sources/read-sources.ts';
import { readStop } from '#lib/stops/read-stop.ts';
import { readCrew } from '#lib/workers/list-workers.ts';
import { readLeftOfRun } from './left-of-run.ts';
import { readRunOfItem, readSourceOfItem, readWaitingFacts } from './waiting-facts.ts';
import {
  diskReasons,
  noWorkers,
  reasonUntil,
  stopReasons,
  type WaitingCode,
  type WaitingReason,
} from './waiting-reasons.ts';
import { whyWaiting } from './why-waiting.ts';

/** Items of each end of the queue that are looked at; few, for what holds back many is what they have in common. */
const looked = 10;
/** A run whose last item came to an end longer ago has come to a halt, or asks rarely, ms. */
const haltMs = 60_000;

export interface RunForecast {
  /** Items that came to an end per minute, over the last five minutes. */
  readonly itemsPerMinute: number;
  /** Until the queue is empty, each part at the rate it has, or a budget is used up, ms; null when nobody can tell. */
  readonly etaMs: number | null;
  /** Why it stands still; null while it moves. */
  readonly waits: WaitingReason | null;
}

type Running = Pick<
  Run,
  | 'runId'
  | 'status'
  | 'pausedAt'
  | 'itemsTotal'
  | 'itemsProcessed'
  | 'maxRequests'
  | 'requestsSent'
  | 'deadlineAt'
  | 'sourceRevisions'
>;

/** How soon a run ends, or why it does not get nearer to its end: the one place that says so. */
export async function forecastRun(session: Session, run: Running): Promise<RunForecast> {
  if (run.status !== 'running') return { itemsPerMinute: 0, etaMs: null, waits: null };
  const rate = await readItemRate(session, run.runId);
  const { itemsPerMinute, silentMs } = rate;
  const open = Math.max(0, run.itemsTotal - run.itemsProcessed);
  const waits =
    (await haltOf(session, run)) ??
    (open > 0 && (silentMs === null || silentMs > haltMs || (await hasHeldSource(session, run)))
      ? await standsStill(session, { runId: run.runId })
      : null);
  if (waits !== null || itemsPerMinute === 0 || open === 0) {
    return { itemsPerMinute, etaMs: null, waits };
  }
  const left = timeLeft(await readLeftOfRun(session, run, rate, open));
  const ends = [left ?? (open / itemsPerMinute) * 60_000];
  if (run.maxRequests !== null && run.itemsProcessed > 0) {
    const perItem = Math.max(1, run.requestsSent / run.itemsProcessed);
    ends.push(((run.maxRequests - run.requestsSent) / perItem / itemsPerMinute) * 60_000);
  }
  if (run.deadlineAt !== null) {
    ends.push(Date.parse(run.deadlineAt) - Date.parse(await readNow(session)));
  }
  return { itemsPerMinute, etaMs: Math.max(0, Math.round(Math.min(...ends))), waits: null };
}

/** Why nothing is fetched of a source that has items to fetch; null while it moves, or has none. */
export async function whySourceWaits(
  session: Session,
  { type, name }: Pick<Source, 'type' | 'name'>,
): Promise<WaitingReason | null> {
  const held = session.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('source_name', '=', name)
    .where('source_system', '=', type)
    .where('status', '=', statusIs('in_progress'));
  if ((await session.engine.take(held, 1).executeTakeFirst()) !== undefined) return null;
  return standsStill(session, { system: type, name });
}

/** What halts the run as a whole, however its items stand. */
async function haltOf(session: Session, run: Running): Promise<WaitingReason | null> {
  const [stopped] = stopReasons({ stop: await readStop(session) });
  if (stopped !== undefined) return stopped;
  const crew = await readCrew(session);
  const [low] = diskReasons(crew);
  if (low !== undefined) return low;
  if (run.pausedAt !== null) {
    return reasonUntil(
      'run_paused',
      'The run is paused. Resume it.',
      'It waits until somebody does.',
    );
  }
  return crew.alive === 0 ? noWorkers : null;
}

/** Whether a person has paused or switched off one of its sources: then it halts at once, and not when it has been silent. */
async function hasHeldSource({ q }: Session, { sourceRevisions }: Running): Promise<boolean> {
  const held = await q
    .selectFrom('sources')
    .select('name')
    .where('deleted_at', 'is', null)
    .where((or) => or.or([or('paused_at', 'is not', null), or('enabled', '=', 0)]))
    .execute();
  return held.some(({ name }) => Object.hasOwn(sourceRevisions, name));
}

/** What its pending items wait for; null when one of them is about to be asked for, or there are none. */
async function standsStill(
  session: Session,
  of: { readonly runId: string } | { readonly system: string; readonly name: string },
): Promise<WaitingReason | null> {
  const found = await Promise.all([lookAt(session, of, 'asc'), lookAt(session, of, 'desc')]);
  const kinds = new Map(
    found
      .flat()
      .map((item) => [
        JSON.stringify([
          item.sourceSystem,
          item.sourceName,
          item.host,
          item.runId,
          item.waitReason,
        ]),
        item,
      ]),
  );
  const reasons: WaitingReason[] = [];
  for (const item of kinds.values()) {
    const [run, source] = await Promise.all([
      readRunOfItem(session, item),
      readSourceOfItem(session, item),
    ]);
    const [first] = whyWaiting(await readWaitingFacts(session, item, { run, source })).reasons;
    if (moves.has(first.code)) return null;
    reasons.push(first);
  }
  // What ends first, of those that end by themselves.
  const [soonest] = reasons.toSorted((a, b) => (a.until ?? '~').localeCompare(b.until ?? '~'));
  return soonest ?? null;
}

/** Reasons that are the way of a queue that moves. */
const moves: ReadonlySet<WaitingCode> = new Set([
  'queued',
  'polite_slot',
  'host_full',
  'running',
  'lease_expired',
]);

async function lookAt(
  session: Session,
  of: Parameters<typeof standsStill>[1],
  direction: 'asc' | 'desc',
) {
  const pending = session.q
    .selectFrom('work_items')
    .selectAll()
    .where('status', '=', statusIs('pending'))
    .orderBy('created_at', direction)
    .orderBy('work_item_id', direction);
  const those =
    'runId' in of
      ? pending.where('run_id', '=', of.runId)
      : pending.where('source_name', '=', of.name).where('source_system', '=', of.system);
  return (await session.engine.take(those, looked).execute()).map(workItemFromRow);
}

/** For a sentence that begins with "not while". */
export const whileWords: Readonly<Partial<Record<WaitingCode, string>>> = {
  stopped: 'everything is stopped',
  disk_low: 'a disk is nearly full',
  run_paused: 'it is paused',
  run_spent: 'its budget is used up',
  no_workers: 'no worker is running',
  source_paused: 'its source is paused',
  source_disabled: 'its source is switched off',
  source_removed: 'its source does not exist',
  on_hold: 'its items are on hold',
  host_blocked: 'its host is blocked',
  host_budget: 'the budget at its host is spent',
  backoff: 'its items wait after failures',
  scheduled: 'its items are scheduled for later',
};
