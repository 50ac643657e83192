/** Leases, on SQLite: kept, and given up without completing. */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';
import type { ItemFailure, QueueStorage } from '../queue/storage.ts';
import { insertAttempts, noLease } from './finish.ts';

export const leases: Pick<QueueStorage, 'failItems' | 'renewLeases'> = {
  async failItems(session, rows) {
    const failed: ItemFailure[] = [];
    for (const row of rows) if (await failItem(session, row)) failed.push(row);
    await insertAttempts(
      session,
      failed.map(({ attempt }) => attempt),
    );
    return new Set(failed.map((row) => row.work_item_id));
  },

  async renewLeases({ q, engine }, held, leaseMs) {
    // Lease ids are unique, so the two lists can only meet in the pairs that were given.
    const itemIds = held.map((lease) => lease.work_item_id);
    const leaseIds = held.map((lease) => lease.lease_id);
    const until = engine.nowPlus(leaseMs);
    const renewed = await q
      .updateTable('work_items')
      .set({ lease_until: until })
      .where('work_item_id', 'in', itemIds)
      .where('lease_id', 'in', leaseIds)
      .where('status', '=', sql.lit('in_progress'))
      .returning('lease_id')
      .execute();
    for (const table of ['sources', 'hosts'] as const) {
      await q
        .updateTable(table)
        .set({ slot_until: until })
        .where('slot_lease_id', 'in', leaseIds)
        .execute();
    }
    return new Set(renewed.flatMap((row) => row.lease_id ?? []));
  },
};

/** False = its lease does not hold it any more. */
async function failItem({ q, engine }: Session, row: ItemFailure): Promise<boolean> {
  const { lease_id: leaseId, error, missing, available_ms: ms } = row;
  const nextMs = missing?.next_fetch_ms ?? null;
  const result = await q
    .updateTable('work_items')
    .set({
      status: row.status,
      ...noLease,
      updated_at: engine.now(),
      wait_reason: row.wait_reason,
      ...(row.uncounted ? { attempt: sql<number>`max(0, attempt - 1)` } : {}),
      ...(ms === null ? {} : { available_at: engine.nowPlus(ms) }),
      ...(error === null ? {} : { error_code: error.code, error_message: error.message }),
      ...(row.answered ? { last_http_status: row.attempt.http_status ?? null } : {}),
      ...(missing?.since === 'now' ? { missing_since: engine.now() } : {}),
      ...(missing === null
        ? {}
        : { next_fetch_at: nextMs === null ? null : engine.nowPlus(nextMs) }),
    })
    .where('work_item_id', '=', row.work_item_id)
    .where('status', '=', sql.lit('in_progress'))
    .where((eb) => (leaseId === null ? eb('lease_id', 'is', null) : eb('lease_id', '=', leaseId)))
    .$if(row.expired, (query) =>
      query.where((eb) =>
        eb.or([eb('lease_until', '<=', engine.now()), eb('lease_until', 'is', null)]),
      ),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}
