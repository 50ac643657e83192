/** Insert-if-absent with every value bound: SQLite reads bound values three times as fast as JSON. */
import { CompiledQuery } from 'kysely';
import type { Session, WorkItemInsert } from '../engine.ts';
import { send } from '../prepared.ts';
import { rowsAtOnce } from '../rows-at-once.ts';
import {
  type InsertColumn,
  insertColumns,
  insertValue,
  laterColumns,
  producerColumns,
} from '../work-item-insert.ts';
import { countTogether } from './count-together.ts';

const others = laterColumns.map((name) => ({ name, otherwise: insertValue({}, name) }));

/** See `Engine.insertWorkItemsIfAbsent`. */
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
    const columns = portion.every(isNew) ? producerColumns : insertColumns;
    const values: (string | number | null)[] = [];
    for (const row of portion) {
      for (const name of columns) {
        const value = insertValue(row, name);
        values.push(name === 'available_at' ? (value ?? now) : value);
      }
      values.push(now, now);
    }
    const { rows: found } = await send<{ work_item_id: string }>(
      session,
      CompiledQuery.raw(insertText(columns, portion.length), values),
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

const isNew = (row: WorkItemInsert): boolean =>
  others.every(({ name, otherwise }) => (row[name] ?? otherwise) === otherwise);

const texts = new Map<string, string>();

/** Handles prepare each text once, so it must be the same for the same shape. */
function insertText(columns: readonly InsertColumn[], rows: number): string {
  const shape = `${columns.length} × ${rows}`;
  const known = texts.get(shape);
  if (known !== undefined) return known;
  const row = `(${Array(columns.length + 2)
    .fill('?')
    .join(', ')})`;
  const text = `insert into work_items (${columns.join(', ')}, created_at, updated_at)
values ${Array(rows).fill(row).join(', ')}
on conflict (dedupe_key) do nothing returning work_item_id`;
  texts.set(shape, text);
  return text;
}
