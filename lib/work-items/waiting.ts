/** What a polite claim must know first: which sources may be asked, and what has to wait for how long. */
import type { Session } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import { budgetIsSpent } from '#lib/runs/spent-budget.ts';
import { statusIs } from './held-item.ts';

/** An enabled, unpaused source with pending items. */
export interface SourceLane {
  readonly sourceId: string;
  readonly system: string;
  readonly name: string;
  readonly delayMs: number;
  /** Until its slot may be free; 0 or less = now. */
  readonly waitMs: number;
}

export interface ClaimSituation {
  readonly lanes: readonly SourceLane[];
  /** Runs whose items rest. */
  readonly restingRuns: readonly string[];
  /** Until the first blocked host may be asked again, ms; null when none is blocked. */
  readonly hostWaitMs: number | null;
  /** Whether any host has a pace or a limit of its own. */
  readonly anyHostLimited: boolean;
}

/** How soon to look again while another worker's request is in flight: it may end at any moment. */
const slotPollMs = 250;

export async function readClaimSituation(s: Session): Promise<ClaimSituation> {
  const pending = await sourcesWithPending(s);
  if (pending.size === 0) {
    return { lanes: [], restingRuns: [], hostWaitMs: null, anyHostLimited: false };
  }
  const [lanes, hostWaitMs, restingRuns, anyHostLimited] = [
    await activeSources(s),
    await firstBlockMs(s),
    await runsThatRest(s),
    await isAnyHostLimited(s),
  ];
  return {
    lanes: lanes.filter((lane) => pending.has(sourceKey(lane.system, lane.name))),
    restingRuns,
    hostWaitMs,
    anyHostLimited,
  };
}

const sourceKey = (system: string, name: string) => `${system}:${name}`;

/** From the exact totals, so that idle sources cost no transaction. */
async function sourcesWithPending(s: Session): Promise<Set<string>> {
  const counters = await s.engine.readCounters(s);
  return new Set(
    counters
      .filter((row) => row.status === 'pending' && row.item_count > 0)
      .map((row) => sourceKey(row.source_system, row.source_name)),
  );
}

async function activeSources(s: Session): Promise<SourceLane[]> {
  const { engine } = s;
  const rows = await s.q
    .selectFrom('sources')
    .select((eb) => [
      'source_id',
      'source_type',
      'name',
      'rate_delay_ms',
      'slot_lease_id',
      engine.diffMs(engine.now(), eb.ref('next_slot_at')).as('until_slot'),
      engine.diffMs(engine.now(), eb.ref('slot_until')).as('until_expiry'),
    ])
    .where('enabled', '=', 1)
    .where('paused_at', 'is', null)
    .where('deleted_at', 'is', null)
    .orderBy('next_slot_at')
    .execute();
  return rows.map((row) => ({
    sourceId: row.source_id,
    system: row.source_type,
    name: row.name,
    delayMs: row.rate_delay_ms,
    waitMs: waitOf(row),
  }));
}

/** The differences are null where the times are: then there is nothing to wait for. */
function waitOf(row: {
  slot_lease_id: string | null;
  until_slot: number | null;
  until_expiry: number | null;
}): number {
  const untilSlot = row.until_slot ?? 0;
  const held = row.slot_lease_id !== null && (row.until_expiry ?? 0) > 0;
  return held ? Math.max(untilSlot, Math.min(slotPollMs, row.until_expiry ?? 0)) : untilSlot;
}

async function firstBlockMs(s: Session): Promise<number | null> {
  const { engine } = s;
  const query = s.q
    .selectFrom('hosts')
    .select((eb) => engine.diffMs(engine.now(), eb.ref('blocked_until')).as('wait_ms'))
    .where('blocked_until', '>', engine.now())
    .orderBy('blocked_until');
  const [first] = await engine.take(query, 1).execute();
  return first?.wait_ms ?? null;
}

async function isAnyHostLimited(s: Session): Promise<boolean> {
  const hosts = s.q.selectFrom('hosts').select('host');
  const [paced] = await s.engine.take(hosts.where('pace_ms', '>', 0), 1).execute();
  if (paced) return true;
  const [narrow] = await s.engine.take(hosts.where('concurrency', 'is not', null), 1).execute();
  return narrow !== undefined;
}

/** Paused runs, those that have spent their budget, and those whose queue is being emptied. */
async function runsThatRest(s: Session): Promise<string[]> {
  const rows = await s.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where((eb) =>
      eb.or([
        eb.and([eb('status', '=', 'running'), eb('paused_at', 'is not', null)]),
        eb.and([eb('status', '=', 'running'), budgetIsSpent(s.engine)]),
        eb('phase', '=', 'ending'),
      ]),
    )
    .execute();
  return rows.map((row) => row.run_id);
}

/**
 * Milliseconds until the first waiting item (backoff, schedule) of these sources is due; null when
 * none waits.
 */
export async function msUntilDue(s: Session, lanes: readonly SourceLane[]): Promise<number | null> {
  if (lanes.length === 0) return null;
  const { engine } = s;
  const query = s.q
    .selectFrom('work_items')
    .select((eb) => engine.diffMs(engine.now(), eb.ref('available_at')).as('due_ms'))
    .where('status', '=', statusIs('pending'))
    .where('available_at', '>', engine.now())
    // What is held waits for a person, not for a moment.
    .where('available_at', '<', engine.instantParam(endOfTime))
    .where((eb) =>
      eb.or(
        lanes.map(({ system, name }) =>
          eb.and([eb('source_system', '=', system), eb('source_name', '=', name)]),
        ),
      ),
    )
    .orderBy('available_at');
  const [first] = await engine.take(query, 1).execute();
  return first?.due_ms ?? null;
}
