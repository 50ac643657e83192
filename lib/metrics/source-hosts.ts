/**
 * Which sources ask which hosts: noted as minutes of attempts are counted, so that no page looks through items. Of the
 * minutes that were not counted yet, attempts themselves say it.
 */
import { type RawBuilder, sql } from 'kysely';
import { chunksOf, rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { uncountedAttempts } from './source-days.ts';

const keptMs = 400 * 86_400_000;

export interface AskedHost {
  readonly host: string;
  readonly askedAt: Instant;
  /** Null when no block is in force. */
  readonly blockedUntil: Instant | null;
}

/** Who asked whom, when last. */
export interface Asking {
  readonly host: string;
  readonly source_system: string;
  readonly source_name: string;
  readonly asked_at: Instant;
}

/**
 * Who asked whom, the latest first: what was noted, and what is not yet.
 * @param of a condition on `host`, `source_system` and `source_name`
 */
export async function readAsking(
  session: Session,
  of: RawBuilder<boolean>,
  most: number,
): Promise<Asking[]> {
  const { q, engine } = session;
  const noted = q
    .selectFrom('source_hosts')
    .select(['host', 'source_system', 'source_name', 'asked_at'])
    .where(of)
    .orderBy('asked_at', 'desc')
    .orderBy('host')
    .orderBy('source_name');
  const recent = uncountedAttempts(session)
    .select(['host', 'source_system', 'source_name'])
    .select((eb) => eb.fn.max('finished_at').as('asked_at'))
    .where('host', 'is not', null)
    .where(of)
    .groupBy(['host', 'source_system', 'source_name'])
    .orderBy('asked_at', 'desc')
    .orderBy('host')
    .orderBy('source_name');
  const latest = new Map<string, Asking>();
  for (const row of [
    ...(await engine.take(recent, most).execute()),
    ...(await engine.take(noted, most).execute()),
  ]) {
    const { host, source_system, source_name, asked_at } = row;
    const key = JSON.stringify([host, source_system, source_name]);
    if (host !== null && !latest.has(key))
      latest.set(key, { host, source_system, source_name, asked_at });
  }
  return [...latest.values()]
    .toSorted((a, b) => (a.asked_at < b.asked_at ? 1 : a.asked_at > b.asked_at ? -1 : 0))
    .slice(0, most);
}

/** The hosts that a source asked, the latest first. */
export async function hostsOfSource(
  session: Session,
  source: { readonly type: string; readonly name: string },
  most: number,
): Promise<AskedHost[]> {
  const { q, engine } = session;
  const ofSource = sql<boolean>`source_system = ${source.type} and source_name = ${source.name}`;
  const asked = await readAsking(session, ofSource, most);
  const rows = await q
    .selectFrom('hosts')
    .select(['host', 'blocked_until'])
    .where(
      'host',
      'in',
      engine.listed(
        asked.map(({ host }) => host),
        'exactly',
      ),
    )
    .where('blocked_until', '>', engine.now())
    .execute();
  const blocked = new Map(rows.map((row) => [row.host, row.blocked_until]));
  return asked.map(({ host, asked_at }) => ({
    host,
    askedAt: asked_at,
    blockedUntil: blocked.get(host) ?? null,
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
