/** Until when the certificates of hosts hold, as they were shown to the workers. */
import type { Db } from '#db/engine.ts';
import { endOfTime } from '#db/instant.ts';
import type { Instant } from '#db/schema.ts';
import type { SeenCertificate } from '#lib/egress/guarded-connect.ts';

/** In one round; what is beyond is told at the host's next connection. */
const mostAtOnce = 200;
/** The same certificate is noted anew so long after the last time, ms: whether it is still shown is known to a few hours. */
const notedEveryMs = 6 * 3_600_000;

/** What one process has noted already. */
export type NotedCertificates = Map<string, { readonly until: number; readonly at: number }>;
const mostNoted = 10_000;

/** A certificate may name years that no database knows. */
const instantOf = (ms: number): Instant =>
  new Date(Math.min(Math.max(ms, 0), Date.parse(endOfTime))).toISOString();

/** Notes what is new beside the hosts it is of. A host that items have not asked has no row, and none is made for it. */
export async function recordCertificates(
  db: Db,
  seen: readonly SeenCertificate[],
  noted: NotedCertificates,
): Promise<void> {
  const news = seen.filter(({ host, until, seenAt }) => {
    const before = noted.get(host);
    return !before || before.until !== until || seenAt - before.at >= notedEveryMs;
  });
  for (const { host, from, until, seenAt } of news.slice(0, mostAtOnce)) {
    const { numUpdatedRows } = await db.q
      .updateTable('hosts')
      .set({
        certificate_from: instantOf(from),
        certificate_until: instantOf(until),
        certificate_seen_at: db.engine.now(),
      })
      .where('host', '=', host)
      .executeTakeFirst();
    // Its row is made with its first answer: the next connection may find it.
    if (numUpdatedRows === 0n) continue;
    if (noted.size >= mostNoted) noted.clear();
    noted.set(host, { until, at: seenAt });
  }
}
