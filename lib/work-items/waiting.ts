/** What a polite claim must know first: which sources may be asked, and what has to wait for how long. */
import type { Session } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
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

export interface Exclusions {
  readonly hosts: readonly string[];
  readonly runs: readonly string[];
}

export interface ClaimSituation {
  readonly lanes: readonly SourceLane[];
  readonly exclusions: Exclusions;
  /** How long each blocked host is to be left alone, ms. */
  readonly hostWaits: readonly number[];
  /** Least time between two requests to a host, ms, where it has a pace of its own (see `paceOf`). */
  readonly hostDelays: ReadonlyMap<string, number>;
  /** How many requests a host takes at the same moment, where an operator said so. */
  readonly hostRooms: ReadonlyMap<string, number>;
}

/** How soon to look again while another worker's request is in flight: it may end at any moment. */
const slotPollMs = 250;

export async function readClaimSituation(s: Session): Promise<ClaimSituation> {
  const pending = await sourcesWithPending(s);
  if (pending.size === 0) {
    return {
      lanes: [],
      exclusions: { hosts: [], runs: [] },
      hostWaits: [],
      hostDelays: new Map(),
      hostRooms: new Map(),
    };
  }
  const [lanes, hosts, runs, hostDelays, hostRooms] = [
    await activeSources(s),
    await blockedHosts(s),
    await runsThatRest(s),
    await delaysOfHosts(s),
    await roomsOfHosts(s),
  ];
  return {
    lanes: lanes.filter((lane) => pending.has(sourceKey(lane.system, lane.name))),
    exclusions: { hosts: hosts.map(({ host }) => host), runs },
    hostWaits: hosts.map(({ waitMs }) => waitMs),
    hostDelays,
    hostRooms,
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

async function blockedHosts(s: Session): Promise<{ host: string; waitMs: number }[]> {
  const { engine } = s;
  const rows = await s.q
    .selectFrom('hosts')
    .select((eb) => ['host', engine.diffMs(engine.now(), eb.ref('blocked_until')).as('wait_ms')])
    .where('blocked_until', '>', engine.now())
    .execute();
  return rows.map((row) => ({ host: row.host, waitMs: row.wait_ms }));
}

async function delaysOfHosts(s: Session): Promise<Map<string, number>> {
  const rows = await s.q
    .selectFrom('hosts')
    .select(['host', 'pace_ms'])
    .where('pace_ms', '>', 0)
    .execute();
  return new Map(rows.map((row) => [row.host, row.pace_ms]));
}

async function roomsOfHosts(s: Session): Promise<Map<string, number>> {
  const rows = await s.q
    .selectFrom('hosts')
    .select(['host', 'concurrency'])
    .where('concurrency', 'is not', null)
    .execute();
  return new Map(rows.map((row) => [row.host, row.concurrency ?? 1]));
}

/** Paused runs, and those whose queue is being emptied by a stop or a cancel. */
async function runsThatRest(s: Session): Promise<string[]> {
  const rows = await s.q
    .selectFrom('ingest_runs')
    .select('run_id')
    .where((eb) =>
      eb.or([
        eb.and([eb('status', '=', 'running'), eb('paused_at', 'is not', null)]),
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
