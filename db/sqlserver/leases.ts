/** Leases, in T-SQL: kept, and given up without completing. Procedures of 0011_attempts.sql. */
import { sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import type { ItemFailure, QueueStorage } from '../queue/storage.ts';
import { jsonRows } from './json-rows.ts';

const missingAs = { now: 1, before: 2 } as const;

/** As `fail_items` takes it: what the item's own row says is not sent. */
const sentFailure = ({ error, missing, attempt, ...row }: ItemFailure) => ({
  work_item_id: row.work_item_id,
  lease_id: row.lease_id,
  expired: row.expired ? 1 : 0,
  status: row.status,
  uncounted: row.uncounted ? 1 : 0,
  wait_reason: row.wait_reason,
  available_ms: row.available_ms === null ? null : Math.round(row.available_ms),
  item_error_code: error?.code ?? null,
  item_error_message: error?.message ?? null,
  answered: row.answered ? 1 : 0,
  missing: missing === null ? null : missingAs[missing.since],
  next_fetch_ms: missing?.next_fetch_ms == null ? null : Math.round(missing.next_fetch_ms),
  attempt_id: attempt.attempt_id,
  attempt: attempt.attempt,
  worker_id: attempt.worker_id ?? null,
  claimed_at: attempt.claimed_at,
  duration_ms: attempt.duration_ms ?? null,
  outcome: attempt.outcome,
  http_status: attempt.http_status ?? null,
  error_code: attempt.error_code ?? null,
  error_message: attempt.error_message ?? null,
  facts: attempt.facts ?? null,
});

export const leases = (schema: string): Pick<QueueStorage, 'failItems' | 'renewLeases'> => ({
  async failItems({ q }, rows) {
    const ids = new Set<string>();
    for (const some of chunksOf(rows)) {
      const { rows: found } = await sql<{ work_item_id: string }>`
        exec ${sql.id(schema, 'fail_items')} @rows = ${jsonRows(some.map(sentFailure))}`.execute(q);
      for (const row of found) ids.add(row.work_item_id);
    }
    return ids;
  },

  async renewLeases({ q }, held, leaseMs) {
    const { rows } = await sql<{ lease_id: string }>`
      exec ${sql.id(schema, 'renew_leases')} @leases = ${jsonRows(held.map((lease) => ({ ...lease })))},
        @lease_ms = ${Math.round(leaseMs)}`.execute(q);
    return new Set(rows.map((row) => row.lease_id));
  },
});
