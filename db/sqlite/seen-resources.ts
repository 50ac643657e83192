/** Upserts of `seen_resources`. */
import { CompiledQuery } from 'kysely';
import type { SeenResourceTouch, Session } from '../engine.ts';
import { send } from '../prepared.ts';
import { rowsAtOnce } from '../rows-at-once.ts';
import { seenResourceColumns } from '../seen-resource-columns.ts';

const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
const row = `(${seenResourceColumns.map(() => '?').join(', ')}, ${now}, ${now})`;

/** See `Engine.touchSeenResources`. */
export async function touchSeenResources(
  session: Session,
  rows: readonly SeenResourceTouch[],
): Promise<void> {
  for (const portion of rowsAtOnce(rows)) {
    const text = `insert into seen_resources (${seenResourceColumns.join(', ')}, first_seen_at, last_seen_at)
values ${Array(portion.length).fill(row).join(', ')}
on conflict (resource_key) do update set
  last_seen_at = excluded.last_seen_at, seen_count = seen_count + 1, last_run_id = excluded.last_run_id`;
    const values = portion.flatMap((one) => seenResourceColumns.map((name) => one[name]));
    await send(session, CompiledQuery.raw(text, values));
  }
}
