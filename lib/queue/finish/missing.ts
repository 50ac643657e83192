/** Items whose resource was there once and is missing now: skipped, with the moment since when. */

import type { Instant, WorkItemRow } from '#db/schema.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';

/** `error_code` of such an item. */
export const missingCode = 'resource_missing' satisfies AppErrorCode;

/** Null when it was fetched since, or was never found missing. */
export const missingSince = ({
  missing_since: since,
  last_fetched_at: fetchedAt,
}: Pick<WorkItemRow, 'missing_since' | 'last_fetched_at'>): Instant | null =>
  since !== null && (fetchedAt === null || since > fetchedAt) ? since : null;
