/** Carrying a request out once, however often it is sent: double click, retry, back button. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { backoffMs, pause } from '#db/transaction.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';

/** The key a page makes for one intention: 16 random bytes as hexadecimal digits. */
export const requestKeySchema = z.string().regex(/^[0-9a-f]{32}$/, 'must be a request key');

/** Keys of other makers (a schedule's occurrence, a program) are text of at most this length. */
const maxKeyLength = 100;

export interface KeyedRequest {
  /** Undefined = the request has none, and is carried out each time it is sent: it is given one of its own. */
  readonly key: string | undefined;
  /** `bulk-action.start`: a key belongs to one kind of request. */
  readonly action: string;
}

/**
 * The result of `work`, or of the request that was carried out under this key before. The key is stored
 * in the same transaction as the work, and before it: of two that run at the same time the second waits
 * there for the first, fails on the unique key, is run again by `Db.transaction`, and finds the first's
 * result. Stored afterwards, the second's work would meet what the first had just committed.
 * @throws AppError `duplicate_request` when the key was used for another kind of request, `input_invalid`
 *   when it is empty or too long
 */
async function once<T>(
  tx: Session,
  request: KeyedRequest & { readonly key: string; readonly isNew: boolean },
  result: z.ZodType<T>,
  work: () => Promise<T>,
): Promise<T> {
  if (request.key === '' || request.key.length > maxKeyLength) {
    throw new AppError('input_invalid', `A request key has 1 to ${maxKeyLength} characters.`);
  }
  const before = request.isNew ? undefined : await readKey(tx, request.key);
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

const readKey = ({ q }: Session, key: string) =>
  q
    .selectFrom('request_keys')
    .select(['action', 'result'])
    .where('request_key', '=', key)
    .executeTakeFirst();

/** A connection that is cut is made anew at once; a database that is away is nothing to wait for here. */
const mostRuns = 3;

/**
 * Does the work again when its answer was lost on the way, for nobody knows then whether it was done.
 * @param work told which run it is, from 1; whatever it does must be the same when it is done twice
 */
export async function againWhenLost<T>(work: (run: number) => Promise<T>): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await work(run);
    } catch (error) {
      const isLost = error instanceof DatabaseError && error.code === 'db_connection_lost';
      if (!isLost || run >= mostRuns) throw error;
      await pause(backoffMs(run));
    }
  }
}

/**
 * `once`, in a transaction of its own. When the answer to its commit is lost, it is asked for again under the same key,
 * which is made where the request has none.
 */
export function onceIn<T>(
  db: Db,
  { key: given, action }: KeyedRequest,
  result: z.ZodType<T>,
  work: (tx: Session) => Promise<T>,
): Promise<T> {
  const key = given ?? newId();
  return againWhenLost((run) => {
    // Nobody has seen a key that was made just now, until an answer was lost.
    const isNew = given === undefined && run === 1;
    return db.transaction((tx) => once(tx, { key, action, isNew }, result, () => work(tx)));
  });
}
