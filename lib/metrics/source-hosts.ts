/** Which sources ask which hosts: noted as minutes of attempts are counted, so that no page looks through items. */
import { sql } from 'kysely';
import { chunksOf, rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';

const keptMs = 400 * 86_400_000;

export interface AskedHost {
  readonly host: string;
  readonly askedAt: Instant;
  /** Null when no block is in force. */
  readonly blockedUntil: Instant | null;
}

/** The hosts that a source asked, the latest first. */
export async function hostsOfSource(
  { q, engine }: Session,
  source: { readonly type: string; readonly name: string },
  most: number,
): Promise<AskedHost[]> {
  const asked = q
    .selectFrom('source_hosts')
    .select(['host', 'asked_at'])
    .where('source_system', '=', source.type)
    .where('source_name', '=', source.name)
    .orderBy('asked_at', 'desc');
  const rows = await q
    .selectFrom(engine.take(asked, most).as('asked'))
    .leftJoin('hosts', 'hosts.host', 'asked.host')
    .select([
      'asked.host as name',
      'asked.asked_at',
      sql<Instant | null>`case when hosts.blocked_until > ${engine.now()} then hosts.blocked_until end`.as(
        'blocked_until',
      ),
    ])
    .orderBy('asked.asked_at', 'desc')
    .orderBy('asked.host')
    .execute();
  return rows.map((row) => ({
    host: row.name,
    askedAt: row.asked_at,
    blockedUntil: row.blocked_until,
  }));
}

/** Notes the hosts of the attempts of a minute; as `addToSourceDays`. A few statements for each source, however many hosts. */
export async function noteSourceHosts(
  { q, engine }: Session,
  from: Instant,
  to: Instant,
): Promise<void> {
  const pairs = await q
    .selectFrom('work_item_attempts')
    .select(['host', 'source_system', 'source_name'])
    .where('finished_at', '>=', engine.instantParam(from))
    .where('finished_at', '<', engine.instantParam(to))
    .where('host', 'is not', null)
    .distinct()
    .execute();
  const asked_at = engine.instantParam(from);
  const bySource = Map.groupBy(pairs, (pair) =>
    JSON.stringify([pair.source_system, pair.source_name]),
  );
  for (const ofSource of bySource.values()) {
    for (const some of chunksOf(ofSource)) {
      const [first] = some;
      if (first === undefined) continue;
      const { source_system, source_name } = first;
      const hosts = some.flatMap(({ host }) => host ?? []);
      const those = engine.listed(hosts, 'exactly');
      await q
        .updateTable('source_hosts')
        .set({ asked_at })
        .where('source_system', '=', source_system)
        .where('source_name', '=', source_name)
        .where('host', 'in', those)
        .execute();
      const rows = await q
        .selectFrom('source_hosts')
        .select('host')
        .where('source_system', '=', source_system)
        .where('source_name', '=', source_name)
        .where('host', 'in', those)
        .execute();
      const known = new Set(rows.map(({ host }) => host));
      const fresh = hosts
        .filter((host) => !known.has(host))
        .map((host) => ({ host, source_system, source_name, asked_at }));
      for (const portion of rowsAtOnce(fresh)) {
        await q.insertInto('source_hosts').values(portion).execute();
      }
    }
  }
}

export async function purgeOldSourceHosts({ q, engine }: Db): Promise<void> {
  await q.deleteFrom('source_hosts').where('asked_at', '<', engine.nowPlus(-keptMs)).execute();
}
