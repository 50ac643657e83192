/** Totals of work items, kept by triggers in the transaction of each change, and their comparison with the items. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Db, Session } from '../engine.ts';
import { type Database, workItemStatuses } from '../schema.ts';
import type { HostTotal, SourceTotal, TotalsDrift, TotalsPart, TotalsStorage } from '../totals.ts';
import { pause } from '../transaction.ts';

/** Rows that one step of a comparison counts: some milliseconds on the event loop of a worker. */
const stepRows = 10_000;
/** Rest between two steps, so that the process does its work meanwhile, ms. */
const restMs = 10;

function readTotals({ q }: Session): Promise<SourceTotal[]> {
  return q
    .selectFrom('source_totals')
    .select(['source_system', 'source_name', 'status', 'item_count'])
    .where('item_count', '<>', 0)
    .orderBy('source_system')
    .orderBy('source_name')
    .orderBy('status')
    .execute();
}

async function readHostTotals({ q }: Session, hosts: readonly string[]): Promise<HostTotal[]> {
  if (hosts.length === 0) return [];
  return q
    .selectFrom('host_totals')
    .select(['host', 'status', 'item_count'])
    .where('host', 'in', hosts)
    .where('item_count', '<>', 0)
    .orderBy('host')
    .orderBy('status')
    .execute();
}

/**
 * In one snapshot, step by step: readers hold up no writer, and what was kept is of the same moment as
 * what is counted, however long the counting takes.
 */
async function measureDrift(db: Db, part: TotalsPart): Promise<TotalsDrift[]> {
  const snapshot = await db.q.startTransaction().setAccessMode('read only').execute();
  try {
    return part.of === 'hosts'
      ? await measureHosts(snapshot)
      : await measureSource(snapshot, part.sourceName);
  } finally {
    await snapshot.rollback().execute();
  }
}

async function measureSource(q: Kysely<Database>, sourceName: string): Promise<TotalsDrift[]> {
  const counted = new Tally();
  for (const status of workItemStatuses) {
    let after: Place | null = null;
    do {
      const stretch = stretchOf(sourceName, status, after);
      after = await placeAt(q, stretch);
      const { rows } = await sql<{ source_system: string; n: number }>`
        select source_system, count(*) as n from work_items
        where ${stretch} ${after ? sql`and (created_at, work_item_id) <= (${after.created_at}, ${after.work_item_id})` : sql``}
        group by source_system`.execute(q);
      for (const row of rows) counted.add([row.source_system, sourceName, status], row.n);
      await pause(restMs);
    } while (after);
  }
  const kept = await q
    .selectFrom('source_totals')
    .selectAll()
    .where('source_name', '=', sourceName)
    .execute();
  return counted.against(
    kept.map((row) => [[row.source_system, row.source_name, row.status], row.item_count]),
  );
}

interface Place {
  readonly created_at: string;
  readonly work_item_id: string;
}

/** What lies behind a place in the index of a source's totals. */
const stretchOf = (sourceName: string, status: string, after: Place | null): RawBuilder<unknown> =>
  sql`source_name = ${sourceName} and status = ${sql.lit(status)} ${
    after
      ? sql`and (created_at, work_item_id) > (${after.created_at}, ${after.work_item_id})`
      : sql``
  }`;

/** The last row of the next step; null when the rest is less than one. */
async function placeAt(q: Kysely<Database>, stretch: RawBuilder<unknown>): Promise<Place | null> {
  const { rows } = await sql<Place>`
    select created_at, work_item_id from work_items where ${stretch}
    order by created_at, work_item_id limit 1 offset ${stepRows - 1}`.execute(q);
  return rows[0] ?? null;
}

/** The items have no index by host: they are read only when the hosts' sums are not those of the sources. */
async function measureHosts(q: Kysely<Database>): Promise<TotalsDrift[]> {
  if (await sumsAgree(q)) return [];
  const counted = new Tally();
  let after: string | null = '';
  while (after !== null) {
    const { rows }: { rows: { host: string; status: string; n: number; last: string }[] } =
      await sql<{
        host: string;
        status: string;
        n: number;
        last: string;
      }>`
      select coalesce(host, '') as host, status, count(*) as n, max(work_item_id) as last
      from (select host, status, work_item_id from work_items where work_item_id > ${after}
            order by work_item_id limit ${stepRows})
      group by coalesce(host, ''), status`.execute(q);
    for (const row of rows) counted.add([row.host, row.status], row.n);
    after = rows.reduce<string | null>(
      (last, row) => (last === null || row.last > last ? row.last : last),
      null,
    );
    await pause(restMs);
  }
  const kept = await q.selectFrom('host_totals').selectAll().execute();
  return counted.against(kept.map((row) => [[row.host, row.status], row.item_count]));
}

async function sumsAgree(q: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql`
    select status, sum(n) from (
      select status, item_count as n from host_totals
      union all select status, -item_count from source_totals)
    group by status having sum(n) <> 0`.execute(q);
  return rows.length === 0;
}

/** Counts by key. */
class Tally {
  readonly #counts = new Map<string, { readonly key: readonly string[]; count: number }>();

  add(key: readonly string[], count: number): void {
    const name = JSON.stringify(key);
    const known = this.#counts.get(name);
    if (known) known.count += count;
    else this.#counts.set(name, { key, count });
  }

  /** Where the kept numbers differ from these. */
  against(kept: readonly (readonly [readonly string[], number])[]): TotalsDrift[] {
    const difference = new Tally();
    for (const { key, count } of this.#counts.values()) difference.add(key, count);
    for (const [key, count] of kept) difference.add(key, -count);
    return [...difference.#counts.values()]
      .filter(({ count }) => count !== 0)
      .map(({ key, count }) => ({
        key,
        itemCount: this.#counts.get(JSON.stringify(key))?.count ?? 0,
        difference: count,
      }));
  }
}

async function repairTotals(
  { q }: Session,
  part: TotalsPart,
  drift: readonly TotalsDrift[],
): Promise<void> {
  for (const { key, difference } of drift) {
    await (part.of === 'hosts'
      ? sql`
        insert into host_totals (host, status, item_count) values (${sql.join(key)}, ${difference})
        on conflict (host, status) do update set item_count = item_count + excluded.item_count`
      : sql`
        insert into source_totals (source_system, source_name, status, item_count)
        values (${sql.join(key)}, ${difference})
        on conflict (source_system, source_name, status)
        do update set item_count = item_count + excluded.item_count`
    ).execute(q);
  }
}

/** Recounts all of them in the one write transaction there can be. */
function reconcileTotals(db: Db): Promise<TotalsDrift[]> {
  return db.transaction(async (tx) => {
    const drifted: TotalsDrift[] = [];
    for (const [part, keys, counters] of [
      [
        { of: 'source', sourceName: '' },
        sql.raw('source_system, source_name, status'),
        sql.table('source_totals'),
      ],
      [{ of: 'hosts' }, sql.raw('host, status'), sql.table('host_totals')],
    ] as const) {
      const from =
        part.of === 'hosts'
          ? sql`(select coalesce(host, '') as host, status from work_items)`
          : sql.table('work_items');
      const { rows } = await sql<Record<string, string | number>>`
        select ${keys}, sum(counted) as item_count, sum(counted) - sum(kept) as difference from (
          select ${keys}, count(*) as counted, 0 as kept from ${from} group by ${keys}
          union all select ${keys}, 0, item_count from ${counters})
        group by ${keys} having sum(counted) <> sum(kept)`.execute(tx.q);
      const found = rows.map(({ item_count, difference, ...key }) => ({
        key: Object.values(key).map(String),
        itemCount: Number(item_count),
        difference: Number(difference),
      }));
      await repairTotals(tx, part, found);
      drifted.push(...found);
    }
    // What another process is comparing just now was of before.
    await tx.q.updateTable('totals_checks').set({ turn_id: null }).execute();
    return drifted;
  });
}

export const totals: Omit<
  TotalsStorage,
  'countTogether' | 'addToRun' | 'rollUpRun' | 'addToHost' | 'rollUpHost'
> = {
  readTotals,
  readHostTotals,
  // The triggers keep the totals themselves: nothing is left to roll up.
  hasDeltas: () => sql<number>`0`,
  rollUpTotals: async () => 0,
  measureDrift,
  repairTotals,
  reconcileTotals,
};
