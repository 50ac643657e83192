/** JSON routes for polling: the data, or the error with a fitting status. Never cached. */
import { type ActionResult, settle } from './action.ts';

const statusOf: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
  input_invalid: 400,
  cursor_invalid: 400,
  conflict: 409,
  too_many_attempts: 429,
};

export async function answerJson<T>(work: () => Promise<T>): Promise<Response> {
  const result: ActionResult<T> = await settle(work);
  const headers = { 'cache-control': 'no-store' };
  if (result.ok) return Response.json(result.data, { headers });
  const { code } = result.error;
  const status = statusOf[code] ?? (code.startsWith('db_') ? 503 : 500);
  return Response.json({ error: result.error }, { status, headers });
}
