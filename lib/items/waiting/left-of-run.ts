/** What the end of a run follows from: what ended lately, what is open and where, and how fast each may be asked. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Run } from '#lib/runs/model.ts';
import type { ItemRate } from '#lib/runs/run-progress.ts';
import type { LeftOfRun, Open, Paces } from '#lib/runs/time-left.ts';

/** Items of a source, next in turn, that are looked at for their hosts. */
const sampled = 500;
/** Of more sources than this, hosts are not looked at. */
const mostSources = 20;

/** @param open items that are queued or in progress, by the numbers of the run */
export async function readLeftOfRun(
  session: Session,
  run: Pick<Run, 'runId' | 'sourceRevisions'>,
  { ended, retried }: ItemRate,
  open: number,
): Promise<LeftOfRun> {
  const names = Object.keys(run.sourceRevisions);
  const bySource = await openBySource(session, names, open);
  const parts: Open[] = [];
  for (const [source, items] of bySource) {
    const hosts = new Set(ended.filter((one) => one.source === source).map(({ host }) => host));
    const isSpread = hosts.size > 1 && bySource.size <= mostSources;
    const [only = null] = hosts;
    parts.push(
      ...(isSpread
        ? await byHost(session, run.runId, source, items)
        : [{ source, host: hosts.size === 1 ? only : null, items }]),
    );
  }
  return {
    ended,
    open: parts,
    paces: await readPaces(session, parts),
    retried,
    retryInMs: retried === 0 ? 0 : await lastRetryIn(session, run.runId),
  };
}

/** By what is counted of the sources, scaled to what is open of the run: others may have items of the same sources. */
async function openBySource(
  session: Session,
  names: readonly string[],
  open: number,
): Promise<ReadonlyMap<string, number>> {
  const [first, ...others] = names;
  if (first === undefined) return new Map();
  if (others.length === 0) return new Map([[first, open]]);
  const counted = new Map<string, number>();
  for (const { source_name: name, status, item_count } of await session.engine.readTotals(
    session,
  )) {
    if (!names.includes(name) || (status !== 'pending' && status !== 'in_progress')) continue;
    counted.set(name, (counted.get(name) ?? 0) + Number(item_count));
  }
  const all = [...counted.values()].reduce((sum, items) => sum + items, 0);
  if (all === 0) return new Map([[first, open]]);
  return new Map([...counted].map(([name, items]) => [name, (items / all) * open]));
}

/** As its items that are next in turn are spread. */
async function byHost(
  session: Session,
  runId: string,
  source: string,
  items: number,
): Promise<Open[]> {
  const { engine, q } = session;
  const next = q
    .selectFrom(engine.pendingBy('turn').as('item'))
    .select('host')
    .where('run_id', '=', runId)
    .where('source_name', '=', source);
  const rows = await engine.take(next, sampled).execute();
  if (rows.length === 0) return [{ source, host: null, items }];
  const counts = Map.groupBy(rows, ({ host }) => host);
  return [...counts].map(([host, some]) => ({
    source,
    host,
    items: (some.length / rows.length) * items,
  }));
}

async function readPaces({ q, engine }: Session, open: readonly Open[]): Promise<Paces> {
  const sources = await q
    .selectFrom('sources')
    .select(['name', 'rate_delay_ms'])
    .where('name', 'in', engine.listed([...new Set(open.map(({ source }) => source))]))
    .where('deleted_at', 'is', null)
    .where('rate_delay_ms', '>', 0)
    .execute();
  const names = [...new Set(open.flatMap(({ host }) => host ?? []))];
  const hosts = await q
    .selectFrom('hosts')
    .select(['host', 'pace_ms'])
    .where('host', 'in', engine.listed(names, 'exactly'))
    .where('pace_ms', '>', 0)
    .execute();
  return {
    sources: new Map(sources.map((row) => [row.name, Number(row.rate_delay_ms)])),
    hosts: new Map(hosts.map((row) => [row.host, Number(row.pace_ms)])),
  };
}

/** Until the last of the next 500 items that wait for a moment, ms. */
async function lastRetryIn(session: Session, runId: string): Promise<number> {
  const { engine, q } = session;
  const waiting = q
    .selectFrom(engine.pendingBy('due').as('item'))
    .select('available_at')
    .where('run_id', '=', runId)
    .orderBy('available_at');
  const row = await q
    .selectFrom(engine.take(waiting, sampled).as('waiting'))
    .select(
      sql<number | null>`${engine.diffMs(engine.now(), sql`max(waiting.available_at)`)}`.as('ms'),
    )
    .executeTakeFirst();
  return Math.max(0, Number(row?.ms ?? 0));
}
