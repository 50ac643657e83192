/** How the answers of an item's failed attempts began, for a person to read. */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { jsonFromText } from '#lib/json.ts';
import { decode, isBinary } from '#lib/source-types/web/body.ts';

export interface ShownAnswer {
  readonly attemptId: string;
  readonly answeredAt: Instant;
  readonly url: string;
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body as text; null when it is none. */
  readonly text: string | null;
  /** Of the whole, as far as it was read. */
  readonly bodyBytes: number;
  readonly isCut: boolean;
}

const headersSchema = z.record(z.string(), z.string()).catch({});

/** Newest first. */
export async function failingAnswersOf(
  { q }: Session,
  workItemId: string,
): Promise<readonly ShownAnswer[]> {
  const rows = await q
    .selectFrom('attempt_answers')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .orderBy('attempt_id', 'desc')
    .execute();
  return rows.map((row) => {
    const headers = headersSchema.parse(jsonFromText(row.headers));
    const response = { headers, body: row.body };
    const bodyBytes = Number(row.body_bytes);
    return {
      attemptId: row.attempt_id,
      answeredAt: row.answered_at,
      url: row.url,
      httpStatus: row.http_status,
      headers,
      text: isBinary(response) ? null : decode(response).text,
      bodyBytes,
      isCut: row.body.byteLength < bodyBytes,
    };
  });
}
