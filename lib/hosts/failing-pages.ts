/**
 * Whether a page that fails says something about its host. One that failed before and while the host answered
 * others is to blame itself; so is one that fails again before any other page was asked.
 */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { attemptOutcomes } from '#lib/errors/attempt-outcomes.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import { jsonFromText } from '#lib/json.ts';
import { breakerMs } from './pace.ts';

export interface FailedPage {
  /** Of its work item. */
  readonly id: string;
  /** Since when each of its attempts has failed, as an ISO instant; null when this is the first that did. */
  readonly failingSince: string | null;
}

/** So many are remembered: more than open the circuit, and no more than the column holds. */
const mostRemembered = 8;

const pages = z.array(z.string()).catch([]);

/** Those that have failed since the host answered last. */
export const pagesIn = (text: string | null): readonly string[] => pages.parse(jsonFromText(text));

export const withPage = (known: readonly string[], page: FailedPage | null): readonly string[] =>
  page === null ? known : [...known, page.id].slice(-mostRemembered);

/** @param lastGoodAt when the host last answered as it should, ISO; null = never */
export function countsAgainstHost(
  page: FailedPage | null,
  known: readonly string[],
  lastGoodAt: string | null,
): boolean {
  if (page === null) return true;
  if (known.includes(page.id)) return false;
  return page.failingSince === null || lastGoodAt === null || page.failingSince >= lastGoodAt;
}

/** Faults that no page can have of its own. */
const beyondPages = new Set<ErrorCode>([
  'egress_dns_failed',
  'egress_tls_failed',
  'http_rate_limited',
]);
const hostFaults = attemptOutcomes.flatMap(([code, rule]) => (rule.hostFault ? [code] : []));
/** A page that fails while its host is on probation comes after so many others, ms. */
const behindMs = 5 * 60_000;
/** Attempts of one page that are looked at. */
const mostAttempts = 20;

/** The page of a failure, with its history; null where it cannot be the page's fault. Reads only. */
export async function failedPage(
  s: Session,
  id: string,
  code: ErrorCode,
): Promise<FailedPage | null> {
  if (beyondPages.has(code)) return null;
  const attempts = await s.engine
    .take(
      s.q
        .selectFrom('work_item_attempts')
        .select(['outcome', 'error_code', 'finished_at'])
        .where('work_item_id', '=', id),
      mostAttempts,
    )
    .orderBy('finished_at', 'desc')
    .execute();
  const good = attempts.findIndex(
    ({ outcome }) => outcome === 'completed' || outcome === 'unchanged',
  );
  const failures = (good === -1 ? attempts : attempts.slice(0, good)).filter(
    ({ error_code: was }) => hostFaults.some((fault) => fault === was),
  );
  return { id, failingSince: failures.at(-1)?.finished_at ?? null };
}

/**
 * How long a page that fails now should wait at least, ms: until the host is asked again, so that its probe is another
 * page, which has not failed. 0 while the host is well.
 */
export async function behindProbesMs(s: Session, host: string | null): Promise<number> {
  if (host === null) return 0;
  const row = await s.q
    .selectFrom('hosts')
    .select((eb) => [
      'consecutive_failures',
      s.engine.diffMs(s.engine.now(), eb.ref('blocked_until')).as('blocked_ms'),
    ])
    .where('host', '=', host)
    .executeTakeFirst();
  if (!row) return 0;
  // Whether it is on probation, or would be with this failure.
  return breakerMs(row.consecutive_failures + 1) === null
    ? 0
    : Math.max(row.blocked_ms ?? 0, behindMs);
}
