/** What the database fills on its server, and what it may still grow by, as far as the server tells this login. */
import { sql } from 'kysely';
import { runWithDeadline } from '../deadline.ts';
import type { Session } from '../engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';
import type { Room, RoomStorage } from '../room.ts';

/** One look at a busy server takes no longer, ms. */
const lookMs = 8_000;

/** Why a look may fail without the database being away: another server, another version, a right that lacks. */
const explained: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'db_permission_denied',
  'db_statement_timeout',
  'db_schema_missing',
  'db_error',
]);

async function orNothing<R>(look: () => Promise<R>): Promise<R | null> {
  try {
    return await runWithDeadline(lookMs, look);
  } catch (error) {
    if (error instanceof DatabaseError && explained.has(error.code)) return null;
    throw error;
  }
}

export interface FileRow {
  readonly file_id: number;
  readonly bytes: number;
  /** Null = it may grow as long as its volume has room; not more than `bytes` = it does not grow. */
  readonly most_bytes: number | null;
  /** What the edition or the service allows the database; null = no limit. */
  readonly most_database_bytes: number | null;
}

export interface VolumeRow {
  readonly file_id: number;
  readonly volume: string;
  readonly free_bytes: number;
  readonly size_bytes: number;
}

const readFiles = ({ q }: Session) =>
  orNothing(
    async () =>
      (
        await sql<FileRow>`
        select file_id, cast(size as float) * 8192 as bytes,
          case when growth = 0 then cast(size as float) * 8192
            when max_size > 0 then cast(max_size as float) * 8192 end as most_bytes,
          case when cast(serverproperty('EngineEdition') as int) = 4 then cast(10737418240 as float)
            when cast(serverproperty('EngineEdition') as int) = 5
            then cast(cast(databasepropertyex(db_name(), 'MaxSizeInBytes') as bigint) as float) end as most_database_bytes
        from sys.database_files where type = 0`.execute(q)
      ).rows,
  );

/**
 * Pages that hold nothing, in bytes. Needs VIEW DATABASE STATE, or from 2022 on VIEW DATABASE PERFORMANCE STATE, which VIEW
 * SERVER STATE brings with it.
 */
const readEmptyBytes = ({ q }: Session) =>
  orNothing(
    async () =>
      (
        await sql<{ bytes: number | null }>`
        select cast(sum(unallocated_extent_page_count) as float) * 8192 as bytes
        from sys.dm_db_file_space_usage`.execute(q)
      ).rows[0]?.bytes ?? null,
  );

/** Needs VIEW SERVER STATE, or from 2022 on VIEW SERVER PERFORMANCE STATE. */
const readVolumes = ({ q }: Session) =>
  orNothing(
    async () =>
      (
        await sql<VolumeRow>`
        select f.file_id, v.volume_mount_point as volume, cast(v.available_bytes as float) as free_bytes,
          cast(v.total_bytes as float) as size_bytes
        from sys.database_files as f cross apply sys.dm_os_volume_stats(db_id(), f.file_id) as v
        where f.type = 0`.execute(q)
      ).rows,
  );

/**
 * What data files may still take: the pages in them that hold nothing (bytes), and what they may grow by, which their
 * volume, their own bound and that of the database limit. Null when nothing that limits them is told. Pure.
 */
export function roomOf(
  files: readonly FileRow[],
  empty: number,
  volumes: readonly VolumeRow[] | null,
): Room | null {
  if (files.length === 0) return null;
  const volumeOf = (id: number) => volumes?.find(({ file_id }) => file_id === id);
  // Several files of one volume share its room.
  const shared = new Map(volumes?.map((one) => [one.volume, one]));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const growths = files.map((file) => ({
    volume: volumeOf(file.file_id)?.volume ?? null,
    most:
      file.most_bytes === null
        ? Number.POSITIVE_INFINITY
        : Math.max(0, file.most_bytes - file.bytes),
  }));
  const byVolume = [...Map.groupBy(growths, ({ volume }) => volume)].map(([volume, some]) =>
    Math.min(
      sum(some.map(({ most }) => most)),
      volume === null ? Number.POSITIVE_INFINITY : (shared.get(volume)?.free_bytes ?? 0),
    ),
  );
  const mostDatabase = files[0]?.most_database_bytes ?? null;
  const used = sum(files.map((file) => file.bytes)) - empty;
  const free = Math.min(
    empty + sum(byVolume),
    mostDatabase === null ? Number.POSITIVE_INFINITY : Math.max(0, mostDatabase - used),
  );
  if (!Number.isFinite(free)) return null;
  const size = sum([...shared.values()].map((one) => one.size_bytes));
  return { freeBytes: free, sizeBytes: mostDatabase ?? (size === 0 ? null : size) };
}

export const room = (schema: string): RoomStorage => ({
  async readRoom(session) {
    // First what needs a right: without it a file that is full of empty pages would look full.
    const empty = await readEmptyBytes(session);
    if (empty === null) return null;
    const files = await readFiles(session);
    return files === null ? null : roomOf(files, empty, await readVolumes(session));
  },

  /** The catalogue knows it; it reads no table. */
  async readTableSizes({ q }) {
    const rows = await orNothing(
      async () =>
        (
          await sql<{ table: string; rows: number; bytes: number }>`
          select t.name as [table],
            cast(sum(case when a.type = 1 and p.index_id <= 1 then p.rows else 0 end) as float) as [rows],
            cast(sum(a.total_pages) as float) * 8192 as [bytes]
          from sys.tables as t join sys.partitions as p on p.object_id = t.object_id
          join sys.allocation_units as a on a.container_id in (p.hobt_id, p.partition_id)
          where t.schema_id = schema_id(${schema})
          group by t.name order by sum(a.total_pages) desc`.execute(q)
        ).rows,
    );
    return (
      rows?.map(({ table, rows: count, bytes }) => ({
        table,
        rows: Number(count),
        bytes: Number(bytes),
      })) ?? null
    );
  },
});
