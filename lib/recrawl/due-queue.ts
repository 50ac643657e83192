/**
 * What is due, the most useful first, however many items there are: a queue per source and class of
 * change rates (`refreshClasses`), each in the order of an index, and the best of their heads is taken.
 * Costs a few dozen reads to begin, and after that as much as is taken.
 */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { missingCode } from '#lib/queue/finish/missing.ts';
import { statusIs } from '#lib/queue/lease/leased-item.ts';
import type { ItemAsRead } from '#lib/queue/status-and-run.ts';
import {
  pinnedClass,
  rateOfClass,
  refreshClasses,
  refreshUtility,
} from '#lib/revisit/freshness.ts';

export interface ScopeSource {
  readonly type: string;
  readonly name: string;
}

/** Rows of one class that are read at once. */
const readAtOnce = 100;

export interface DueItem extends ItemAsRead {
  readonly source_system: string;
  readonly resource_type: string;
  readonly last_fetched_at: Instant | null;
  readonly next_fetch_at: Instant | null;
}

export interface DueQueue {
  /** The next items in order, at most `count`; none when nothing more is due. */
  next(count: number): Promise<DueItem[]>;
}

interface ClassQueue {
  readonly source: ScopeSource;
  readonly refreshClass: DueClass;
  /** Read and not yet given out. */
  rows: DueItem[];
}

/**
 * @param dueBy what comes due after this moment is left out
 * @param now the moment that ages are reckoned from
 */
export async function openDueQueue(
  s: Session,
  sources: readonly ScopeSource[],
  dueBy: Instant,
  now: Instant,
): Promise<DueQueue> {
  const queues: ClassQueue[] = [];
  for (const source of sources) queues.push(...(await openQueues(s, source, dueBy)));
  return {
    next: async (count) => {
      const taken: DueItem[] = [];
      while (taken.length < count) {
        const queue = bestOf(queues, now);
        const item = queue?.rows.shift();
        if (queue === undefined || item === undefined) break;
        taken.push(item);
        if (queue.rows.length === 0) queue.rows = await readOn(s, queue, dueBy, item);
      }
      return taken;
    },
  };
}

function bestOf(queues: readonly ClassQueue[], now: Instant): ClassQueue | undefined {
  let best: ClassQueue | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const queue of queues) {
    const [head] = queue.rows;
    if (head === undefined) continue;
    const utility = utilityOf(head, queue.refreshClass, now);
    if (best !== undefined && utility <= most) continue;
    best = queue;
    most = utility;
  }
  return best;
}

/** `missing`: what was no longer there when it was looked at last. */
type DueClass = number | null | 'missing';

const dueClasses: readonly DueClass[] = [...refreshClasses, 'missing'];

/**
 * A person's pin goes before every estimate, and so does what nobody has looked at yet; what is missing comes
 * last, for most of it stays away.
 */
function utilityOf(item: DueItem, refreshClass: DueClass, now: Instant): number {
  if (refreshClass === 'missing') return -1;
  if (refreshClass === pinnedClass || item.last_fetched_at === null) return Infinity;
  const ageMs = Date.parse(now) - Date.parse(item.last_fetched_at);
  return refreshUtility(rateOfClass(refreshClass), ageMs);
}

/** The classes of a source that have something due, with their first items; one statement. */
async function openQueues(s: Session, source: ScopeSource, dueBy: Instant): Promise<ClassQueue[]> {
  const heads = dueClasses.map((dueClass, index) =>
    s.q
      .selectFrom(s.engine.take(dueRows(s, source, dueClass, dueBy), 1).as('head'))
      .selectAll()
      .select(sql.lit(index).as('queue')),
  );
  const [first, ...others] = heads;
  if (first === undefined) return [];
  const rows = await others.reduce((all, one) => all.unionAll(one), first).execute();
  return rows.map(({ queue, ...row }) => ({
    source,
    refreshClass: dueClasses[Number(queue)] ?? null,
    rows: [row],
  }));
}

/** For when the item that is due longest was planned; null when nothing is due. Reads the head of each class. */
export async function dueSince(
  s: Session,
  source: ScopeSource,
  dueBy: Instant,
): Promise<Instant | null> {
  const queues = await openQueues(s, source, dueBy);
  const times = queues.flatMap(({ rows }) => rows.flatMap((row) => row.next_fetch_at ?? []));
  return times.toSorted()[0] ?? null;
}

function readOn(s: Session, queue: ClassQueue, dueBy: Instant, after: DueItem): Promise<DueItem[]> {
  if (after.next_fetch_at === null) return Promise.resolve([]);
  const dueAt = s.engine.instantParam(after.next_fetch_at);
  const rows = dueRows(s, queue.source, queue.refreshClass, dueBy)
    .where('next_fetch_at', '>=', dueAt)
    .where((eb) =>
      eb.or([eb('next_fetch_at', '>', dueAt), eb('work_item_id', '>', after.work_item_id)]),
    );
  return s.engine.take(rows, readAtOnce).execute();
}

/** In the order of IX_work_items_refresh or IX_work_items_missing, whose predicates are repeated. */
function dueRows(s: Session, source: ScopeSource, dueClass: DueClass, dueBy: Instant) {
  const rows = s.q
    .selectFrom('work_items')
    .select([
      'work_item_id',
      'status',
      'run_id',
      'source_system',
      'resource_type',
      'last_fetched_at',
      'next_fetch_at',
    ])
    .where(s.engine.isExactly(sql.ref('source_name'), source.name))
    .where('source_system', '=', source.type)
    .where('next_fetch_at', 'is not', null)
    .where('next_fetch_at', '<=', s.engine.instantParam(dueBy))
    .orderBy('next_fetch_at')
    .orderBy('work_item_id');
  if (dueClass === 'missing') {
    return rows
      .where('status', '=', statusIs('skipped'))
      .where('error_code', '=', sql.lit(missingCode));
  }
  const completed = rows.where('status', '=', statusIs('completed'));
  return dueClass === null
    ? completed.where('refresh_class', 'is', null)
    : completed.where('refresh_class', '=', dueClass);
}

/**
 * How much of a source is due, by kind, counted up to `most` items in all. Reads that many entries at most.
 */
export async function countDue(
  s: Session,
  source: ScopeSource,
  dueBy: Instant,
  most: number,
): Promise<{ readonly resourceType: string; readonly count: number }[]> {
  const queues = dueClasses.map((dueClass) =>
    s.q
      .selectFrom(s.engine.take(dueRows(s, source, dueClass, dueBy), most).as('queue'))
      .select('resource_type'),
  );
  const [first, ...others] = queues;
  if (first === undefined) return [];
  const all = others.reduce((some, one) => some.unionAll(one), first);
  const due = s.engine.take(s.q.selectFrom(all.as('queues')).select('resource_type'), most);
  const rows = await s.q
    .selectFrom(due.as('due'))
    .select((eb) => ['resource_type', eb.fn.countAll<number>().as('count')])
    .groupBy('resource_type')
    .execute();
  return rows.map((row) => ({ resourceType: row.resource_type, count: Number(row.count) }));
}

export interface DueAtHost {
  readonly host: string | null;
  readonly resource_type: string;
  readonly last_fetched_at: Instant | null;
  readonly next_fetch_at: Instant | null;
}

/** What of a source is or comes due, with its hosts, at most `most` items; reads that many entries of each class at most. */
export async function readDue(
  s: Session,
  source: ScopeSource,
  dueBy: Instant,
  most: number,
): Promise<DueAtHost[]> {
  const queues = dueClasses.map((dueClass) =>
    s.q
      .selectFrom(
        s.engine.take(dueRows(s, source, dueClass, dueBy).select('host'), most).as('queue'),
      )
      .select(['host', 'resource_type', 'last_fetched_at', 'next_fetch_at']),
  );
  const [first, ...others] = queues;
  if (first === undefined) return [];
  const all = others.reduce((some, one) => some.unionAll(one), first);
  return s.engine.take(s.q.selectFrom(all.as('queues')).selectAll(), most).execute();
}
