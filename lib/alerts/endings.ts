/** What holds for a time and is near its end: certificates of hosts, API tokens, secrets of sources. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { readSettings } from '#lib/sources/read-sources.ts';
import type { Ending } from './model.ts';

const dayMs = 86_400_000;
/** What ends later is not read: no threshold is longer. */
const aheadMs = 90 * dayMs;
/** A certificate that was not shown for so long may have been replaced since. */
const shownMs = 3 * dayMs;
/** A token that no program has shown for so long is missed by nobody. */
const usedMs = 30 * dayMs;
/** What ended longer ago is no news. */
const overMs = 7 * dayMs;
const mostRead = 1_000;

/** Of the hosts that showed theirs in the last days, the next to end first. */
export async function readCertificates({ q, engine }: Session): Promise<Ending[]> {
  const query = q
    .selectFrom('hosts')
    .select(['host', 'certificate_until'])
    .select(engine.diffMs(engine.now(), sql.ref('certificate_until')).as('left_ms'))
    .select(engine.diffMs(sql.ref('certificate_from'), sql.ref('certificate_until')).as('life_ms'))
    .where('certificate_until', '<', engine.nowPlus(aheadMs))
    .where('certificate_until', '>', engine.nowPlus(-overMs))
    .where('certificate_seen_at', '>', engine.nowPlus(-shownMs))
    .orderBy('certificate_until');
  const rows = await engine.take(query, mostRead).execute();
  return rows.flatMap(({ host, certificate_until: endsAt, left_ms, life_ms }) =>
    endsAt === null
      ? []
      : [
          {
            subject: host,
            name: `The certificate of ${host}`,
            sourceName: null,
            endsAt,
            leftMs: Number(left_ms),
            lifeMs: Number(life_ms),
            href: `/hosts/${encodeURIComponent(host)}`,
          },
        ],
  );
}

/** Tokens that programs use, the next to end first. One whose owner is gone opens nothing anyway. */
export async function readSecretEnds({ q, engine }: Session): Promise<Ending[]> {
  const query = q
    .selectFrom('api_tokens')
    .innerJoin('users', 'users.user_id', 'api_tokens.user_id')
    .select(['api_tokens.token_id', 'api_tokens.name', 'api_tokens.expires_at', 'users.email'])
    .select(engine.diffMs(engine.now(), sql.ref('api_tokens.expires_at')).as('left_ms'))
    .select(
      engine
        .diffMs(sql.ref('api_tokens.created_at'), sql.ref('api_tokens.expires_at'))
        .as('life_ms'),
    )
    .where('api_tokens.revoked_at', 'is', null)
    .where('users.active', '=', 1)
    .where('api_tokens.expires_at', '<', engine.nowPlus(aheadMs))
    .where('api_tokens.expires_at', '>', engine.nowPlus(-overMs))
    .where('api_tokens.last_used_at', '>', engine.nowPlus(-usedMs))
    .orderBy('api_tokens.expires_at');
  const rows = await engine.take(query, mostRead).execute();
  return rows.map((row) => ({
    subject: row.token_id,
    name: `The API token ${row.name} of ${row.email}`,
    sourceName: null,
    endsAt: row.expires_at,
    leftMs: Number(row.left_ms),
    lifeMs: Number(row.life_ms),
    href: '/settings/tokens',
  }));
}

const dayOfIso = /^\d{4}-\d{2}-\d{2}$/;

/** Secrets of sources of which somebody has written down until when they hold: to the end of that day. */
export async function readSourceSecretEnds(
  { q, engine }: Session,
  now: Instant,
): Promise<Ending[]> {
  const rows = await q
    .selectFrom('sources')
    .innerJoin('source_secrets', 'source_secrets.source_id', 'sources.source_id')
    .select(['sources.source_id', 'sources.name', 'sources.settings'])
    .select('source_secrets.updated_at as since')
    .where('sources.deleted_at', 'is', null)
    .where(engine.contains(sql.ref('sources.settings'), '"secrets_valid_until"'))
    .orderBy('source_secrets.updated_at')
    .execute();
  // Of several secrets of a source, the one that was stored first.
  const first = new Map(rows.toReversed().map((row) => [row.source_id, row]));
  return [...first.values()].flatMap(({ source_id: sourceId, name, settings, since }) => {
    const { secrets_valid_until: day } = readSettings(settings);
    if (typeof day !== 'string' || !dayOfIso.test(day)) return [];
    const end = Date.parse(`${day}T00:00:00Z`) + dayMs;
    const leftMs = end - Date.parse(now);
    if (leftMs > aheadMs || leftMs < -overMs) return [];
    return [
      {
        subject: `source ${sourceId}`,
        name: `The secret of ${name}`,
        sourceName: name,
        endsAt: new Date(end).toISOString(),
        leftMs,
        lifeMs: Math.max(dayMs, end - Date.parse(since)),
        href: `/sources/${sourceId}/edit`,
      },
    ];
  });
}
