/** Claiming, in T-SQL: one call of a procedure (0005_ready_items.sql). */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../engine.ts';
import { byLease, inClaimOrder } from '../queue/ready.ts';
import type {
  ClaimRequest,
  HostAtClaim,
  PoliteClaimRequest,
  PoliteClaimResult,
  QueueStorage,
} from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import { longText } from './request.ts';

/** See `QueueStorage.claim`. */
export async function claim(
  { q }: Db,
  schema: string,
  { claimId, limit, leaseMs, owner, source }: ClaimRequest,
): Promise<WorkItemRow[]> {
  if (limit < 1) return [];
  const { rows } = await sql<WorkItemRow>`
    exec ${sql.id(schema, 'claim_items')} @claim = ${claimId}, @owner = ${owner}, @lease_ms = ${Math.round(leaseMs)},
      @limit = ${limit}, @system = ${source?.system ?? null}, @name = ${source?.name ?? null}`.execute(
    q,
  );
  return inClaimOrder(rows);
}

/** A row of one of the results of `claim_politely`. */
type PoliteRow =
  | { readonly retry_in_ms: number | null }
  | (WorkItemRow & { readonly under_slot: 0 | 1 })
  | (Omit<HostAtClaim, 'host'> & { readonly claimed_host: string });

/** See `QueueStorage.claimPolitely`. */
export async function claimPolitely(
  { q }: Db,
  schema: string,
  { claimId, owner, leaseMs, requests, slots, items, batches, without }: PoliteClaimRequest,
): Promise<PoliteClaimResult> {
  const { rows } = await sql<PoliteRow>`
    exec ${sql.id(schema, 'claim_politely')} @claim = ${claimId}, @owner = ${owner}, @lease_ms = ${Math.round(leaseMs)},
      @requests = ${requests}, @slots = ${slots}, @items = ${items},
      @batches = ${longText(JSON.stringify(batches))},
      @without = ${longText(JSON.stringify(without))}`.execute(q);
  const claimed = rows.flatMap((row) => ('under_slot' in row ? [row] : []));
  return {
    rows: byLease(claimed).map(({ under_slot: slot, ...row }) => ({ row, underSlot: slot === 1 })),
    retryInMs: rows.find((row) => 'retry_in_ms' in row)?.retry_in_ms ?? null,
    hosts: rows.flatMap((row) => {
      if (!('claimed_host' in row)) return [];
      const { claimed_host: host, ...facts } = row;
      return [{ host, ...facts }];
    }),
  };
}

/** See `QueueStorage.pendingBy`. Queue rows are numbered as they come: the first has been ready for the longest. */
export function pendingBy(
  schema: string,
  order: Parameters<QueueStorage['pendingBy']>[0],
): RawBuilder<WorkItemRow> {
  const items = sql.id(schema, 'work_items');
  const queue = sql.id(schema, 'ready_items');
  switch (order) {
    case 'oldest':
      return sql`(select top (1) item.* from ${queue} as ready
        join ${items} as item on item.work_item_id = ready.work_item_id order by ready.ready_id)`;
    case 'due':
      return sql`(select * from ${items} where status = N'pending' and wait_reason <> N'on_hold')`;
    case 'turn':
      return sql`(select * from ${queue})`;
  }
}

/** See `QueueStorage.hasReadyItems`. The queue compares exactly; the columns of `sources` may not. */
export const hasReadyItems = (
  schema: string,
  ...[system, name]: Parameters<QueueStorage['hasReadyItems']>
): RawBuilder<boolean> => sql<boolean>`exists (
  select 1 from ${sql.id(schema, 'ready_items')} as ready
  where ready.source_system = ${system} collate latin1_general_100_bin2
    and ready.source_name = ${name} collate latin1_general_100_bin2)`;
