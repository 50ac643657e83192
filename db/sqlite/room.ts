/** What the embedded database fills, and the room its disk has. */
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { runWithDeadline } from '../deadline.ts';
import type { Session } from '../engine.ts';
import type { RoomStorage } from '../room.ts';

/** A larger file takes minutes to read. */
const mostReadBytes = 8 * 1_024 ** 3;
const readMs = 300_000;

async function fileOf({ q }: Session): Promise<string> {
  const { rows } = await sql<{
    file: string;
  }>`select file from pragma_database_list where name = 'main'`.execute(q);
  return rows[0]?.file ?? '';
}

export const room: RoomStorage = {
  async readRoom(session) {
    const file = await fileOf(session);
    if (file === '') return null;
    const disk = await statfs(path.dirname(file));
    return { freeBytes: disk.bavail * disk.bsize, sizeBytes: disk.blocks * disk.bsize };
  },

  async readTableSizes({ q }) {
    const { rows: pages } = await sql<{ bytes: number }>`
      select c.page_count * s.page_size as bytes from pragma_page_count as c, pragma_page_size as s`.execute(
      q,
    );
    if ((pages[0]?.bytes ?? 0) > mostReadBytes) return null;
    const { rows } = await runWithDeadline(readMs, () =>
      sql<{ table: string; bytes: number }>`
        select coalesce(m.tbl_name, s.name) as "table", sum(s.pgsize) as bytes
        from dbstat as s left join sqlite_schema as m on m.name = s.name
        where s.aggregate = 1
        group by coalesce(m.tbl_name, s.name) order by sum(s.pgsize) desc`.execute(q),
    );
    return rows.map(({ table, bytes }) => ({ table, rows: null, bytes }));
  },
};
