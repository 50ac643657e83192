/** What the robots.txt of a host, as it was read last, says of an address: tried without sending a request. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { askedBy } from '#lib/hosts/asked-for.ts';
import { isUnreachable } from './robots.ts';
import { productsOf, type RobotsDecision, RobotsRules } from './robots-rules.ts';

export interface StoredRobots {
  /** HTTP status; null when the server could not be reached. */
  readonly status: number | null;
  /** Null where none came. */
  readonly body: string | null;
  readonly readAt: Instant;
}

/** Null when it was never read. @throws AppError `not_found` for a host that no source that is seen has asked */
export async function readStoredRobots(
  s: Session,
  host: string,
  sight: Sight = null,
): Promise<StoredRobots | null> {
  const row = await s.q
    .selectFrom('hosts')
    .select(['robots_status', 'robots_body', 'robots_fetched_at'])
    .where('host', '=', host)
    .$if(sight !== null, (some) => some.where(askedBy(s, sql.ref('hosts.host'), sight ?? [])))
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', `The host ${host} is not known.`);
  return row.robots_fetched_at === null
    ? null
    : { status: row.robots_status, body: row.robots_body, readAt: row.robots_fetched_at };
}

export const tryRobotsSchema = z.strictObject({
  host: z.string().min(1).max(300),
  /** Of the host, or its path alone. */
  address: z.string().trim().min(1, 'Give an address or a path.').max(4000),
  /** As a source calls itself: a User-Agent or a product token. */
  agent: z.string().trim().min(1, 'Give a name.').max(300),
});

export interface RobotsTrial extends RobotsDecision {
  readonly url: string;
  readonly readAt: Instant;
  readonly status: number | null;
  /** Why the file as a whole decides, where no line does; null when its lines were asked. */
  readonly because: string | null;
}

/**
 * Which line decides, for one name. Throws `not_found` when the host or its file is not known, `input_invalid` for an
 * address of another host.
 */
export async function tryRobots(
  session: Session,
  { host, address, agent }: z.output<typeof tryRobotsSchema>,
  sight: Sight = null,
): Promise<RobotsTrial> {
  const url = addressOn(host, address);
  const robots = await readStoredRobots(session, host, sight);
  if (robots === null) {
    throw new AppError('not_found', `The robots.txt of ${host} has not been read yet.`);
  }
  const { status, readAt } = robots;
  const asWhole = (allowed: boolean, because: string): RobotsTrial => ({
    ...{ url, readAt, status, allowed, because },
    ...{ rule: null, agents: [] },
  });
  // As `judgeRobots` has it: RFC 9309, 2.3.1.
  if (isUnreachable(robots) || status === null) {
    const found =
      status === null ? 'The file could not be reached' : `The server answered ${status}`;
    return asWhole(false, `${found}, so nothing may be fetched.`);
  }
  if (status >= 400) {
    return asWhole(true, `There is no such file (${status}), so all is allowed.`);
  }
  if (status >= 300) {
    return asWhole(true, `Its redirects lead nowhere (${status}), so all is allowed.`);
  }
  const decision = new RobotsRules(robots.body ?? '').decide(url, productsOf(agent));
  return { url, readAt, status, because: null, ...decision };
}

function addressOn(host: string, address: string): string {
  const base = `https://${host.replace(/:80$/, '')}`;
  const parsed = URL.parse(address, base);
  const isHttp = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
  if (!parsed || !isHttp || `${parsed.host}`.replace(/:80$/, '') !== new URL(base).host) {
    throw new AppError('input_invalid', 'The address cannot be tried here.', {
      fields: { address: `Give an address of ${host}, or a path such as /page.` },
    });
  }
  return parsed.href;
}
