/** The history of a host's blocks: from when to when, why, and by whom. Whoever writes has locked the row of the host. */
import type { RawBuilder, Selectable } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { HostBlocksTable, Instant } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';

const keptMs = 400 * 86_400_000;

export interface HostBlock {
  readonly blockId: string;
  readonly from: Instant;
  /** Its end as it was last set; null = until a person clears it. */
  readonly until: Instant | null;
  readonly reason: string | null;
  /** Null = the host asked for it, or it failed too often in a row. */
  readonly by: string | null;
  /** Null while it is in force. */
  readonly endedAt: Instant | null;
  /** Null = by itself. */
  readonly endedBy: string | null;
}

interface Begin {
  /** Null = without an end. */
  readonly until: RawBuilder<Instant> | null;
  readonly reason: string | null;
  readonly by: string | null;
}

/** A block begins; one that is in force ends with it. */
export async function noteBlock(tx: Session, host: string, block: Begin): Promise<void> {
  const { q, engine } = tx;
  await noteEnd(tx, host, block.by);
  await q
    .insertInto('host_blocks')
    .values({
      host,
      block_id: newId(),
      blocked_at: engine.now(),
      until: block.until,
      reason: block.reason,
      blocked_by: block.by,
      ended_at: null,
      ended_by: null,
    })
    .execute();
}

/** The block in force lasts longer than was known. */
export async function noteLonger({ q, engine }: Session, host: string, ms: number): Promise<void> {
  await q
    .updateTable('host_blocks')
    .set({ until: engine.nowPlus(ms) })
    .where('host', '=', host)
    .where('ended_at', 'is', null)
    .execute();
}

/** The block in force is over. @param by who ended it; null = it ended when it was to */
export async function noteEnd(
  { q, engine }: Session,
  host: string,
  by: string | null,
): Promise<void> {
  await q
    .updateTable('host_blocks')
    .set((eb) => ({
      ended_at: by === null ? eb.fn.coalesce('until', engine.now()) : engine.now(),
      ended_by: by,
    }))
    .where('host', '=', host)
    .where('ended_at', 'is', null)
    .execute();
}

/** The latest blocks of a host, the latest first. */
export async function listBlocks(
  { q, engine }: Session,
  host: string,
  most = 20,
): Promise<HostBlock[]> {
  const query = q
    .selectFrom('host_blocks')
    .selectAll()
    .where('host', '=', host)
    .orderBy('block_id', 'desc');
  return (await engine.take(query, most).execute()).map(toBlock);
}

const toBlock = (row: Selectable<HostBlocksTable>): HostBlock => ({
  blockId: row.block_id,
  from: row.blocked_at,
  until: row.until,
  reason: row.reason,
  by: row.blocked_by,
  endedAt: row.ended_at,
  endedBy: row.ended_by,
});

export async function purgeOldBlocks({ q, engine }: Db): Promise<void> {
  await q.deleteFrom('host_blocks').where('ended_at', '<', engine.nowPlus(-keptMs)).execute();
}
