/** robots.txt files in the database, so that a fleet asks each origin once a day, not once a worker. */
import type { Db, Session } from '#db/engine.ts';
import type { RobotsCache, RobotsEntry } from '#lib/egress/robots.ts';
import { insertHost } from './insert-host.ts';

/** RFC 9309, 2.4. */
const maxAgeMs = 24 * 60 * 60_000;
/** An unreachable file is asked for again soon, or a short outage would stop a day's crawl. */
const unreachableAgeMs = 60_000;
/** So long a worker trusts what it has read before it looks into the database again. */
const rereadMs = 60_000;
const mostRemembered = 1000;

/** @param clock monotonic, ms; for what this process remembers only */
export function createRobotsCache(
  db: Db,
  clock: () => number = () => performance.now(),
): RobotsCache {
  const remembered = new Map<string, { readonly entry: RobotsEntry; readonly at: number }>();
  const remember = (origin: string, entry: RobotsEntry) => {
    remembered.delete(origin);
    const oldest = remembered.size >= mostRemembered ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(origin, { entry, at: clock() });
  };
  return {
    async get(origin) {
      const known = remembered.get(origin);
      if (known && !isUnreachable(known.entry) && clock() - known.at < rereadMs) return known.entry;
      const entry = await readEntry(db, origin);
      if (entry) remember(origin, entry);
      return entry;
    },
    async set(origin, entry) {
      await db.transaction((tx) => writeEntry(tx, origin, entry));
      remember(origin, entry);
    },
  };
}

const isUnreachable = ({ status }: RobotsEntry) => status === null || status >= 500;

/** `http` and `https` may have different files: the first on its usual port has a row of its own. */
function hostOf(origin: string): string {
  const { protocol, host, port } = new URL(origin);
  return protocol === 'http:' && port === '' ? `${host}:80` : host;
}

async function readEntry(db: Db, origin: string): Promise<RobotsEntry | null> {
  const { engine } = db;
  const row = await db.q
    .selectFrom('hosts')
    .select((eb) => [
      'robots_status',
      'robots_body',
      engine.diffMs(eb.ref('robots_fetched_at'), engine.now()).as('age_ms'),
    ])
    .where('host', '=', hostOf(origin))
    .where('robots_fetched_at', 'is not', null)
    .executeTakeFirst();
  if (!row) return null;
  const entry = { status: row.robots_status, body: row.robots_body };
  return row.age_ms < (isUnreachable(entry) ? unreachableAgeMs : maxAgeMs) ? entry : null;
}

async function writeEntry(tx: Session, origin: string, entry: RobotsEntry): Promise<void> {
  const host = hostOf(origin);
  const now = tx.engine.now();
  const robots = {
    robots_status: entry.status,
    robots_body: entry.body,
    robots_fetched_at: now,
    updated_at: now,
  };
  const updated = await tx.q
    .updateTable('hosts')
    .set(robots)
    .where('host', '=', host)
    .executeTakeFirst();
  if (Number(updated.numUpdatedRows) > 0) return;
  await insertHost(tx, host, robots);
}
