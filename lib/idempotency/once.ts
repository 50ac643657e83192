/** Carrying a request out once, however often it is sent: double click, retry, back button. */
import type { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';

export interface KeyedRequest {
  /** Undefined = the request has none, and is carried out each time it is sent. */
  readonly key: string | undefined;
  /** `bulk-action.start`: a key belongs to one kind of request. */
  readonly action: string;
}

/**
 * The result of `work`, or of the request that was carried out under this key before. The key is noted
 * in the same transaction as the work, and before it: of two that run at the same time the second waits
 * there for the first, fails on the unique key, is run again by `Db.transaction`, and finds the first's
 * result. Noted afterwards, the second's work would meet what the first had just committed.
 * @throws AppError `duplicate_request` when the key was used for another kind of request
 */
export async function once<T>(
  tx: Session,
  request: KeyedRequest,
  result: z.ZodType<T>,
  work: () => Promise<T>,
): Promise<T> {
  if (request.key === undefined) return work();
  const before = await tx.q
    .selectFrom('request_keys')
    .select(['action', 'result'])
    .where('request_key', '=', request.key)
    .executeTakeFirst();
  if (before) {
    if (before.action === request.action) return result.parse(JSON.parse(before.result));
    throw new AppError('duplicate_request', 'Another request was carried out under this key.', {
      remedy: 'Reload the page and repeat the action.',
    });
  }
  await tx.q
    .insertInto('request_keys')
    .values({
      request_key: request.key,
      action: request.action,
      result: JSON.stringify(null),
      created_at: tx.engine.now(),
    })
    .execute();
  const done = await work();
  await tx.q
    .updateTable('request_keys')
    .set({ result: JSON.stringify(done) })
    .where('request_key', '=', request.key)
    .execute();
  return done;
}
