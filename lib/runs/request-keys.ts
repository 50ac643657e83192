/** Launches that were carried out, by the key of the request that asked for them. */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';

const maxKeyLength = 100;
const action = 'run.launch';
const launchedSchema = z.object({ runId: z.string(), itemsTotal: z.number() });

export type Launched = z.infer<typeof launchedSchema>;

/** What the same request launched before, if it did. */
export async function launchedBefore(
  tx: Session,
  requestKey: string | undefined,
): Promise<Launched | null> {
  if (requestKey === undefined) return null;
  if (requestKey === '' || requestKey.length > maxKeyLength) {
    throw new AppError('input_invalid', `A request key has 1 to ${maxKeyLength} characters.`);
  }
  const row = await tx.q
    .selectFrom('request_keys')
    .select('result')
    .where('request_key', '=', requestKey)
    .where('action', '=', action)
    .executeTakeFirst();
  return row ? launchedSchema.parse(JSON.parse(row.result)) : null;
}

/**
 * Notes the launch in its own transaction. Of two that run at the same time one fails on the unique
 * key; its transaction is run again and finds the other's launch.
 */
export async function rememberLaunch(
  tx: Session,
  requestKey: string | undefined,
  launched: Launched,
): Promise<void> {
  if (requestKey === undefined) return;
  await tx.q
    .insertInto('request_keys')
    .values({
      request_key: requestKey,
      action,
      result: JSON.stringify(launched),
      created_at: tx.engine.now(),
    })
    .execute();
}
