/** How the answers of failed attempts began: of an item the last few, each its first kilobytes. */
import type { Session } from '#db/engine.ts';
import type { FailingAnswer } from '../model.ts';

/** As much of a body is kept, bytes; an error page says what it has to say long before. */
const mostBytes = 16 * 1024;
/** Of an item. */
const mostAnswers = 3;
const mostHeaders = 60;
const longestHeader = 1_000;
const longestUrl = 2_000;

/** As it is kept: a copy, so that the whole body is not held for it. */
export const failingAnswer = (answer: FailingAnswer): FailingAnswer => ({
  ...answer,
  url: answer.url.slice(0, longestUrl),
  headers: Object.fromEntries(
    Object.entries(answer.headers)
      .slice(0, mostHeaders)
      .map(([name, value]) => [name.slice(0, longestHeader), value.slice(0, longestHeader)]),
  ),
  body: Uint8Array.from(answer.body.subarray(0, mostBytes)),
});

/** Of an attempt that has just failed; older ones of its item go. */
export async function recordFailingAnswer(
  tx: Session,
  attempt: { readonly attemptId: string; readonly workItemId: string },
  answer: FailingAnswer,
): Promise<void> {
  const { q, engine } = tx;
  const { url, httpStatus, headers, body, bodyBytes } = answer;
  await q
    .insertInto('attempt_answers')
    .values({
      attempt_id: attempt.attemptId,
      work_item_id: attempt.workItemId,
      answered_at: engine.now(),
      url,
      http_status: httpStatus,
      headers: JSON.stringify(headers),
      body_bytes: bodyBytes,
      body: Buffer.from(body),
    })
    .execute();
  // Ids of attempts grow with time.
  const kept = q
    .selectFrom('attempt_answers')
    .select('attempt_id')
    .where('work_item_id', '=', attempt.workItemId)
    .orderBy('attempt_id', 'desc');
  await q
    .deleteFrom('attempt_answers')
    .where('work_item_id', '=', attempt.workItemId)
    .where('attempt_id', '<', (eb) =>
      eb
        .selectFrom(engine.take(kept, mostAnswers).as('kept'))
        .select((of) => of.fn.min('kept.attempt_id').as('oldest')),
    )
    .execute();
}
