/** What a polite claim must know on SQLite: which sources may be asked, and what has to wait for how long. */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';
import { hasReadyItems } from './claim.ts';
import type { ScopeSource } from './claim-scope.ts';
import { sqliteWords } from './words.ts';

/** How soon to look again while another worker's request is in flight: it may end at any moment. */
export const slotPollMs = 250;

export interface Source extends ScopeSource {
  readonly sourceId: string;
  readonly delayMs: number;
  /** Until its slot may be free; 0 or less = now. */
  readonly waitMs: number;
  readonly openedAt: string | null;
}

/** Enabled, unpaused sources with ready items: one look into the index for each. */
export async function readySources({ q }: Session): Promise<Source[]> {
  const { diffMs, now } = sqliteWords;
  const { rows } = await sql<{
    source_id: string;
    source_type: string;
    name: string;
    rate_delay_ms: number;
    next_slot_at: string | null;
    until_slot: number | null;
    until_expiry: number | null;
  }>`
    select source_id, source_type, name, rate_delay_ms, next_slot_at, ${diffMs(now(), sql.ref('next_slot_at'))} as until_slot,
      case when slot_lease_id is not null then ${diffMs(now(), sql.ref('slot_until'))} end as until_expiry
    from sources
    where enabled = 1 and paused_at is null and deleted_at is null
      and ${hasReadyItems(sql.ref('sources.source_type'), sql.ref('sources.name'))}
    order by next_slot_at, source_id`.execute(q);
  return rows.map((row) => {
    // The differences are null where the times are: then there is nothing to wait for.
    const untilSlot = row.until_slot ?? 0;
    const untilExpiry = row.until_expiry ?? 0;
    return {
      sourceId: row.source_id,
      system: row.source_type,
      name: row.name,
      delayMs: row.rate_delay_ms,
      openedAt: row.next_slot_at,
      waitMs: untilExpiry > 0 ? Math.max(untilSlot, Math.min(slotPollMs, untilExpiry)) : untilSlot,
    };
  });
}

/** Paused runs, those that have spent their budget, and those whose queue is being emptied. */
export async function runsThatRest({ q }: Session): Promise<string[]> {
  // A branch for each index: one condition over both would read every run there ever was.
  const { rows } = await sql<{ run_id: string }>`
    select run_id from ingest_runs
    where status = 'running' and (paused_at is not null or deadline_at <= ${sqliteWords.now()} or requests_sent >= max_requests)
    union select run_id from ingest_runs where phase <> 'ready' and phase = 'ending'`.execute(q);
  return rows.map((row) => row.run_id);
}

export async function isAnyHostPaced({ q }: Session): Promise<boolean> {
  const { rows } = await sql`select 1 from hosts where pace_ms > 0 limit 1`.execute(q);
  return rows.length > 0;
}

export async function paceOf({ q }: Session, host: string): Promise<number> {
  const { rows } = await sql<{ pace_ms: number }>`
    select pace_ms from hosts where host = ${host}`.execute(q);
  return rows[0]?.pace_ms ?? 0;
}

/** Operators give them, one by one. */
export async function hostsWithLimits({ q }: Session): Promise<Map<string, number>> {
  const { rows } = await sql<{ host: string; concurrency: number }>`
    select host, concurrency from hosts where concurrency is not null`.execute(q);
  return new Map(rows.map((row) => [row.host, row.concurrency]));
}

/** What is in workers' hands, which is never more than the fleet has in flight. */
export async function inFlightByHost({ q }: Session): Promise<Map<string, number>> {
  const { rows } = await sql<{ host: string; n: number }>`
    select host, count(*) as n from work_items
    where status = 'in_progress' and host is not null group by host`.execute(q);
  return new Map(rows.map((row) => [row.host, row.n]));
}

/** Until the first item in backoff or scheduled is due; what is on hold waits for a person. */
export async function msUntilDue({ q }: Session): Promise<number | null> {
  const { rows } = await sql<{ ms: number }>`
    select ${sqliteWords.diffMs(sqliteWords.now(), sql.ref('available_at'))} as ms
    from work_items indexed by IX_work_items_waiting
    where status = 'pending' and wait_reason <> 'on_hold' order by available_at limit 1`.execute(q);
  return rows[0]?.ms ?? null;
}

/** Until a host may be asked again that is blocked, was just asked, or is being asked. */
export async function msUntilHost(s: Session): Promise<number | null> {
  const { rows } = await sql`
    select 1 from hosts where slot_lease_id is not null and slot_until > ${sqliteWords.now()} limit 1`.execute(
    s.q,
  );
  return least([
    await msUntil(s, 'blocked_until'),
    await msUntil(s, 'next_slot_at'),
    rows.length > 0 ? slotPollMs : null,
  ]);
}

export async function msUntil({ q }: Session, opening: string): Promise<number | null> {
  const column = sql.ref(opening);
  const { rows } = await sql<{ ms: number }>`
    select ${sqliteWords.diffMs(sqliteWords.now(), column)} as ms from hosts
    where ${column} > ${sqliteWords.now()} order by ${column} limit 1`.execute(q);
  return rows[0]?.ms ?? null;
}

export function least(waits: readonly (number | null)[]): number | null {
  const known = waits.filter((wait) => wait !== null);
  return known.length === 0 ? null : Math.max(0, Math.min(...known));
}
