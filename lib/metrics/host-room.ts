/** What the page of a host shows: how it answers, when it was left alone, who asks it and who waits. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import { type HostBlock, listBlocks } from '#lib/hosts/block-history.ts';
import { type HostHour, readHostHours } from '#lib/hosts/host-hours.ts';
import {
  getHost,
  type Host,
  type HostTotals,
  noItems,
  readHostTotals,
} from '#lib/hosts/list-hosts.ts';
import { readNow } from '#lib/now.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import { readStoredRobots, type StoredRobots } from '#lib/source-types/web/try-robots.ts';
import { readAsking } from './source-hosts.ts';

const hours = 7 * 24;
const mostSources = 30;
/** Items of a source that are looked through, from the front of its queue. */
const searched = 5_000;

export interface AskingSource {
  /** Null when it was deleted. */
  readonly sourceId: string | null;
  readonly type: string;
  readonly name: string;
  readonly askedAt: Instant;
  /** Ready items of this host among the first 5,000 of the source. */
  readonly waiting: number;
  /** The source has more than were looked through. */
  readonly isAtLeast: boolean;
  readonly oldest: Instant | null;
}

export interface HostRoom {
  readonly host: Host;
  readonly totals: HostTotals;
  /** The last seven days, oldest first. */
  readonly hours: readonly HostHour[];
  /** The latest first. */
  readonly blocks: readonly HostBlock[];
  /** Null when it was never read. */
  readonly robots: StoredRobots | null;
  /** Those that asked it last, first. */
  readonly sources: readonly AskingSource[];
}

/**
 * Null for a host that was never asked, or by no source that is seen. Its own figures are those of everybody who asks it.
 * Each part reads a bounded number of rows.
 */
export async function readHostRoom(
  session: Session,
  name: string,
  sight: Sight = null,
): Promise<HostRoom | null> {
  const host = await getHost(session, name, sight);
  if (host === null) return null;
  const now = await readNow(session);
  return {
    host,
    totals: (await readHostTotals(session, [name])).get(name) ?? noItems,
    hours: await readHostHours(session, name, now, hours),
    blocks: await listBlocks(session, name),
    robots: await readStoredRobots(session, name),
    sources: await sourcesOf(session, name, sight),
  };
}

async function sourcesOf(session: Session, host: string, sight: Sight): Promise<AskingSource[]> {
  const { q, engine } = session;
  const seen = sight === null ? sql`1 = 1` : ofSources(engine, sql.ref('source_name'), sight);
  const rows = await readAsking(session, sql<boolean>`host = ${host} and ${seen}`, mostSources);
  const there = await q
    .selectFrom('sources')
    .select(['source_id', 'source_type', 'name'])
    .where('name', 'in', engine.listed(rows.map((row) => row.source_name)))
    .where('deleted_at', 'is', null)
    .execute();
  const ids = new Map(there.map((row) => [`${row.source_type}:${row.name}`, row.source_id]));
  const asking: AskingSource[] = [];
  for (const row of rows) {
    const source = { type: row.source_system, name: row.source_name };
    asking.push({
      ...source,
      sourceId: ids.get(`${source.type}:${source.name}`) ?? null,
      askedAt: row.asked_at,
      ...(await waitingOf(session, source, host)),
    });
  }
  return asking;
}

async function waitingOf(
  { q, engine }: Session,
  { type, name }: { readonly type: string; readonly name: string },
  host: string,
) {
  const front = engine.take(
    q
      .selectFrom('ready_items')
      .select(['host', 'created_at'])
      .where('source_system', '=', type)
      .where('source_name', '=', name)
      .orderBy('priority')
      .orderBy('created_at'),
    searched,
  );
  const row = await q
    .selectFrom(front.as('front'))
    .select((eb) => [
      sql<number>`count(*)`.as('looked'),
      sql<number | null>`sum(case when host = ${host} then 1 else 0 end)`.as('waiting'),
      eb.fn.min(sql<Instant | null>`case when host = ${host} then created_at end`).as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  return {
    waiting: Number(row.waiting ?? 0),
    isAtLeast: Number(row.looked) === searched,
    oldest: row.oldest,
  };
}
