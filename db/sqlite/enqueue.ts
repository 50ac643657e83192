/**
 * Inserts what is absent, with every value bound: SQLite reads bound values three times as fast as JSON.
 */
import { CompiledQuery } from 'kysely';
import { rowsAtOnce } from '../chunks.ts';
import type { Session } from '../engine.ts';
import { send } from '../prepared.ts';
import { insertColumns, insertValue, seenResourceColumns } from '../queue/insert-columns.ts';
import type { SeenResourceTouch, WorkItemInsert } from '../queue/storage.ts';
import { countTogether } from './count-together.ts';

/** See `QueueStorage.insertWorkItemsIfAbsent`. */
export function insertWorkItemsIfAbsent(
  session: Session,
  rows: readonly WorkItemInsert[],
): Promise<Set<string>> {
  return countTogether(session, rows.length, async () => {
    const inserted = await insertAbsent(session, rows);
    const moves = rows
      .filter((row) => inserted.has(row.work_item_id))
      .map((item) => ({ item, from: null, to: item.status }));
    return { result: inserted, moves };
  });
}

async function insertAbsent(
  session: Session,
  rows: readonly WorkItemInsert[],
): Promise<Set<string>> {
  const inserted = new Set<string>();
  const now = await readMoment(session);
  for (const portion of rowsAtOnce(rows)) {
    const values: (string | number | null)[] = [];
    for (const row of portion) {
      for (const name of insertColumns) {
        const value = insertValue(row, name);
        values.push(name === 'available_at' ? (value ?? now) : value);
      }
      values.push(now, now);
    }
    const { rows: found } = await send<{ work_item_id: string }>(
      session,
      CompiledQuery.raw(insertText(portion.length), values),
    );
    for (const row of found) inserted.add(row.work_item_id);
  }
  return inserted;
}

/** All rows of one insert are of one moment, however many statements it takes. */
async function readMoment(session: Session): Promise<string> {
  const { rows } = await send<{ now: string }>(session, clock);
  const [row] = rows;
  if (!row) throw new Error('a select without a table yields one row');
  return row.now;
}

const clock: CompiledQuery<{ now: string }> = CompiledQuery.raw(
  `select strftime('%Y-%m-%dT%H:%M:%fZ', 'now') as now`,
);

const texts = new Map<number, string>();

/** Handles prepare each text once, so it must be the same for the same number of rows. */
function insertText(rows: number): string {
  const known = texts.get(rows);
  if (known !== undefined) return known;
  const row = `(${Array(insertColumns.length + 2)
    .fill('?')
    .join(', ')})`;
  const text = `insert into work_items (${insertColumns.join(', ')}, created_at, updated_at)
values ${Array(rows).fill(row).join(', ')}
on conflict (dedupe_key) do nothing returning work_item_id`;
  texts.set(rows, text);
  return text;
}

const seenAt = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
const seenRow = `(${seenResourceColumns.map(() => '?').join(', ')}, ${seenAt}, ${seenAt})`;

/** New keys are inserted, known ones counted once more. Keys distinct. */
export async function touchSeenResources(
  session: Session,
  rows: readonly SeenResourceTouch[],
): Promise<void> {
  for (const portion of rowsAtOnce(rows)) {
    const text = `insert into seen_resources (${seenResourceColumns.join(', ')}, first_seen_at, last_seen_at)
values ${Array(portion.length).fill(seenRow).join(', ')}
on conflict (resource_key) do update set
  last_seen_at = excluded.last_seen_at, seen_count = seen_count + 1, last_run_id = excluded.last_run_id`;
    const values = portion.flatMap((one) => seenResourceColumns.map((name) => one[name]));
    await send(session, CompiledQuery.raw(text, values));
  }
}
