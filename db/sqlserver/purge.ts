/** See `PurgeStorage`, on SQL Server: one call of the procedure `purge_portion` (0013_operations.sql). */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';
import { type PurgedPortion, type PurgeRequest, purgePortion } from '../purge.ts';

export async function purge(
  { q }: Session,
  schema: string,
  { kind, source, olderThanMs, mostRows, after }: PurgeRequest,
): Promise<PurgedPortion> {
  const { rows } = await sql<{
    gone: number;
    at: string | null;
    id: string | null;
    log_wait: string | null;
  }>`
    declare @gone int, @at datetime2(7), @id nvarchar(200), @log_wait nvarchar(60);
    exec ${sql.id(schema, 'purge_portion')} ${kind}, ${source ?? null}, ${Math.round(olderThanMs / 60_000)},
      ${mostRows ?? null}, ${purgePortion}, ${after?.at ?? null}, ${after?.id ?? null},
      @gone output, @at output, @id output, @log_wait output;
    select @gone as gone, convert(varchar(27), @at, 126) as at, @id as id, @log_wait as log_wait;`.execute(
    q,
  );
  const [row] = rows;
  return {
    gone: Number(row?.gone ?? 0),
    next: row && row.at !== null && row.id !== null ? { at: row.at, id: row.id } : null,
    ...(row && row.log_wait !== null ? { logWait: row.log_wait } : {}),
  };
}
