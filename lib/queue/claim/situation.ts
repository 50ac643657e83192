/** What a polite claim must know first: which sources may be asked, and what has to wait for how long. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { statusIs } from '../lease/leased-item.ts';
import { budgetIsSpent, runIsAtWork } from '../runs/conditions.ts';

/** An enabled, unpaused source with ready items. */
export interface ClaimableSource {
  readonly sourceId: string;
  readonly system: string;
  readonly name: string;
  readonly delayMs: number;
  /** Until its slot may be free; 0 or less = now. */
  readonly waitMs: number;
}

export interface ClaimSituation {
  readonly sources: readonly ClaimableSource[];
  /** Runs whose items rest. */
  readonly restingRuns: readonly string[];
  /** Whether any host has a pace or a limit of its own. */
  readonly anyHostLimited: boolean;
  /** Hosts that have as many requests with them as they take. */
  readonly fullHosts: readonly string[];
}

/** How soon to look again while another worker's request is in flight: it may end at any moment. */
const slotPollMs = 250;

export async function readClaimSituation(s: Session): Promise<ClaimSituation> {
  const sources = await readySources(s);
  if (sources.length === 0) {
    return { sources: [], restingRuns: [], anyHostLimited: false, fullHosts: [] };
  }
  const restingRuns = await runsThatRest(s);
  const limits = await hostsWithLimits(s);
  const anyHostLimited = limits.size > 0 || (await isAnyHostPaced(s));
  return {
    sources,
    restingRuns,
    anyHostLimited,
    fullHosts: limits.size > 0 ? await hostsThatAreFull(s, limits) : [],
  };
}

/** Asked of the queue, one look for each source: idle ones cost no transaction. */
async function readySources(s: Session): Promise<ClaimableSource[]> {
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
    .where(engine.hasReadyItems(sql.ref('sources.source_type'), sql.ref('sources.name')))
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

async function isAnyHostPaced(s: Session): Promise<boolean> {
  // A literal: the index of paced hosts does not serve a parameter.
  const paced = s.q.selectFrom('hosts').select('host').where('pace_ms', '>', sql.lit(0));
  return (await s.engine.take(paced, 1).execute()).length > 0;
}

/** Operators give them, one by one. */
async function hostsWithLimits(s: Session): Promise<Map<string, number>> {
  const rows = await s.q
    .selectFrom('hosts')
    .select(['host', 'concurrency'])
    .where('concurrency', 'is not', null)
    .execute();
  return new Map(rows.map((row) => [row.host, row.concurrency ?? 0]));
}

/** By what is in workers' hands, which is never more than the fleet has in flight. */
async function hostsThatAreFull(s: Session, limits: Map<string, number>): Promise<string[]> {
  const rows = await s.q
    .selectFrom('work_items')
    .select((eb) => ['host', eb.fn.countAll<number | string>().as('count')])
    .where('status', '=', statusIs('in_progress'))
    .where('host', 'is not', null)
    .groupBy('host')
    .execute();
  return rows.flatMap(({ host, count }) =>
    host !== null && Number(count) >= (limits.get(host) ?? Number.POSITIVE_INFINITY) ? [host] : [],
  );
}

/** Paused runs, those that have spent their budget, and those whose queue is being emptied. */
async function runsThatRest(s: Session): Promise<string[]> {
  const runs = s.q.selectFrom('ingest_runs').select('run_id');
  // A branch for each index: one condition over both would read every run there ever was.
  const rows = await runs
    .where('status', '=', 'running')
    .where((eb) => eb.or([eb('paused_at', 'is not', null), budgetIsSpent(s.engine)]))
    .union(runs.where(runIsAtWork).where('phase', '=', 'ending'))
    .execute();
  return rows.map((row) => row.run_id);
}

/**
 * Milliseconds until something that waits may be claimed, as far as is known now: the first item in
 * backoff or scheduled, the first host that is blocked or was just asked. Of whichever source: to look
 * once too often costs less than to walk past everything that waits elsewhere. Null when nothing waits.
 */
export async function msUntilChange(
  s: Session,
  { fullHosts }: Pick<ClaimSituation, 'fullHosts'>,
): Promise<number | null> {
  const waits = [
    await msUntilDue(s),
    await msUntilHost(s, 'blocked_until'),
    await msUntilHost(s, 'next_slot_at'),
    fullHosts.length > 0 || (await isAnyHostAsked(s)) ? slotPollMs : null,
  ].filter((wait) => wait !== null);
  return waits.length === 0 ? null : Math.min(...waits);
}

async function msUntilDue(s: Session): Promise<number | null> {
  const { engine } = s;
  // Without what is held, which waits for a person.
  const query = s.q
    .selectFrom(engine.pendingBy('due').as('item'))
    .select((eb) => engine.diffMs(engine.now(), eb.ref('available_at')).as('due_ms'))
    .orderBy('available_at');
  const [first] = await engine.take(query, 1).execute();
  return first?.due_ms ?? null;
}

/** Milliseconds until the first host that is blocked, or was just asked, opens; null when none is. */
export async function msUntilHost(
  s: Session,
  opening: 'blocked_until' | 'next_slot_at',
): Promise<number | null> {
  const { engine } = s;
  const query = s.q
    .selectFrom('hosts')
    .select((eb) => engine.diffMs(engine.now(), eb.ref(opening)).as('wait_ms'))
    .where(opening, '>', engine.now())
    .orderBy(opening);
  const [first] = await engine.take(query, 1).execute();
  return first?.wait_ms ?? null;
}

async function isAnyHostAsked(s: Session): Promise<boolean> {
  const asked = s.q
    .selectFrom('hosts')
    .select('host')
    .where('slot_lease_id', 'is not', null)
    .where('slot_until', '>', s.engine.now());
  return (await s.engine.take(asked, 1).execute()).length > 0;
}
