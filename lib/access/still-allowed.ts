/**
 * Answers that go on while their reader takes them: a file of a list, a stream of events. A session or token that ends
 * meanwhile, or a role that becomes another, ends them too.
 */
import type { Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseLimits, parseRole } from './user-rows.ts';

/** Asked so often at most, ms: what was read before is with the reader anyway. */
export const checkEveryMs = 5_000;

/**
 * Whether whoever began to read may still: session or token neither over nor ended, the account active with the same role
 * and limits. A person who does nothing while a file is read goes on. Commands always may. One statement.
 */
export async function isStillAllowed(
  { q, engine }: Session,
  actor: Actor & { readonly sessionId?: string },
): Promise<boolean> {
  const { userId, token, sessionId, role, limits = null } = actor;
  if (userId === null || (token === undefined && sessionId === undefined)) return true;
  const account = q
    .selectFrom('users')
    .select(['users.role', 'users.limits'])
    .where('users.user_id', '=', userId)
    .where('users.active', '=', 1);
  const row = await (token === undefined
    ? account
        .innerJoin('sessions', 'sessions.user_id', 'users.user_id')
        .where('sessions.session_id', '=', sessionId ?? '')
        .where('sessions.ended_at', 'is', null)
        .where('sessions.expires_at', '>', engine.now())
    : account
        .innerJoin('api_tokens', 'api_tokens.user_id', 'users.user_id')
        .where('api_tokens.token_id', '=', token.id)
        .where('api_tokens.revoked_at', 'is', null)
        .where('api_tokens.expires_at', '>', engine.now())
  ).executeTakeFirst();
  return (
    row !== undefined &&
    parseRole(row.role) === role &&
    JSON.stringify(parseLimits(row.limits)) === JSON.stringify(limits)
  );
}

/**
 * The stream for as long as `mayGoOn`, asked before a part that comes `checkEveryMs` after it was asked last. Then it
 * fails with `not_signed_in`, so that half a file is not taken for one.
 * @param now a clock that only goes forwards, ms
 */
export function whileAllowed(
  stream: ReadableStream<Uint8Array>,
  mayGoOn: () => Promise<boolean>,
  now: () => number = () => performance.now(),
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let askedAt = now();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        if (now() - askedAt >= checkEveryMs) {
          askedAt = now();
          if (!(await mayGoOn())) {
            await reader.cancel();
            throw new AppError('not_signed_in', 'The session or token ended meanwhile.');
          }
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // What nobody has asked for yet is not read ahead.
    { highWaterMark: 0 },
  );
}
