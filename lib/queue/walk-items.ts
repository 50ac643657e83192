/**
 * Walks over items of a source, of a run, or of all, in the order of their creation, portion by portion: each is a
 * stretch of an index, however few of its items are wanted and however many were created in one moment.
 */
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Database, WorkItemStatus } from '#db/schema.ts';
import { statusIs } from './lease/leased-item.ts';

/** Items that one portion looks at, all from the index; those that are tested are looked up. */
const portionSize = 5_000;

export interface Walked {
  readonly sourceName?: string | undefined;
  readonly runId?: string | undefined;
  readonly statuses: readonly WorkItemStatus[];
}

export type ItemRows = SelectQueryBuilder<Database, 'work_items', object>;

/** Creation and id of an item, with a blank between them; '' = before all. */
type Position = string;

interface Placed {
  readonly id: string;
  readonly createdText: string;
}

export interface Portion<O> {
  readonly rows: readonly O[];
  /** Where the next portion goes on; null = that was the last. There may be more although this one has no rows. */
  readonly next: Position | null;
}

/**
 * The next items, at most `limit`. An item keeps its place whatever becomes of it, so it is met once; what changes
 * into one of the statuses behind the position is not.
 * @param rows what is selected, and asked of each item beyond the walk
 * @param isTested whether it asks anything: then a portion ends after so many items, however few were found
 */
export async function walkItems<O>(
  s: Session,
  walked: Walked,
  position: Position,
  limit: number,
  rows: (from: ItemRows) => SelectQueryBuilder<Database, 'work_items', O>,
  isTested = true,
): Promise<Portion<O>> {
  if (walked.statuses.length === 0) return { rows: [], next: null };
  const end = isTested ? await portionEnd(s, walked, position) : null;
  const found = await firstOf(s, walked, position, limit, (from) => {
    const selected = rows(end === null ? from : from.where(upTo(s, end)));
    return selected.select('work_items.work_item_id as id').select(createdText(s));
  });
  const last = found.at(-1);
  const isCut = found.length === limit;
  const at = isCut ? last : end;
  return {
    rows: found,
    next: at ? `${at.createdText} ${at.id}` : null,
  };
}

/** The place of the last item of a portion; null when the walk ends within it. */
async function portionEnd(s: Session, walked: Walked, position: Position): Promise<Placed | null> {
  const share = Math.floor(portionSize / walked.statuses.length);
  const places = await stretches(s, walked, position, (from) =>
    s.engine.nth(
      from
        .select('work_items.work_item_id as id')
        .select(createdText(s))
        .orderBy('created_at')
        .orderBy('work_item_id'),
      share - 1,
    ),
  );
  return places[0] ?? null;
}

const firstOf = <O extends Placed>(
  s: Session,
  walked: Walked,
  position: Position,
  limit: number,
  rows: (from: ItemRows) => SelectQueryBuilder<Database, 'work_items', O>,
): Promise<O[]> =>
  stretches(s, walked, position, (from) =>
    s.engine.take(rows(from).orderBy('created_at').orderBy('work_item_id'), limit),
  ).then((found) => found.slice(0, limit));

/** What is asked of the stretch of each status, all together in order. */
async function stretches<O extends Placed>(
  s: Session,
  { sourceName, runId, statuses }: Walked,
  position: Position,
  ask: (from: ItemRows) => SelectQueryBuilder<Database, 'work_items', O>,
): Promise<O[]> {
  const { engine, q } = s;
  const blank = position.indexOf(' ');
  const created = blank < 0 ? '0001-01-01T00:00:00.000Z' : position.slice(0, blank);
  const id = blank < 0 ? '' : position.slice(blank + 1);
  const at = engine.instantParam(created);
  // “Beyond the position” as one OR is sought by no engine.
  const beyond = [
    sql<boolean>`created_at = ${at} and work_item_id > ${id}`,
    sql<boolean>`created_at > ${at}`,
  ];
  const parts = statuses.flatMap((status) =>
    beyond.map((where) => {
      let from: ItemRows = q
        .selectFrom('work_items')
        .where('status', '=', statusIs(status))
        .where(where);
      if (sourceName !== undefined) {
        from = from.where(engine.isExactly(sql.ref('source_name'), sourceName));
      }
      if (runId !== undefined) from = from.where('run_id', '=', runId);
      return q.selectFrom(ask(from).as('stretch')).selectAll();
    }),
  );
  const [first, ...others] = parts;
  if (first === undefined) return [];
  const all = others.reduce((query, one) => query.unionAll(one), first);
  const found = q.selectFrom(all.as('found')).selectAll();
  const rows = await found.orderBy(sql`${sql.ref('createdText')}, id`).execute();
  // The columns are those that `ask` selects; nested subqueries lose their names for the compiler.
  return rows as unknown as O[];
}

const createdText = ({ engine }: Session) =>
  engine.cursorText(sql.ref('work_items.created_at')).as('createdText');

function upTo({ engine }: Session, { createdText: text, id }: Placed): RawBuilder<boolean> {
  const at = engine.instantParam(text);
  return sql<boolean>`created_at <= ${at} and (created_at < ${at} or work_item_id <= ${id})`;
}
