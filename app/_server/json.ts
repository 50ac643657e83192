/** JSON routes for polling: the data, or the error with a fitting status. Never cached. */
import type { PublicError } from '#lib/errors/app-error.ts';
import { settle } from './action.ts';

const statuses: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  forbidden: 403,
  password_change_required: 403,
  not_found: 404,
  source_unknown: 404,
  input_invalid: 400,
  cursor_invalid: 400,
  conflict: 409,
  too_many_attempts: 429,
};

/** The HTTP status of an error's code, for every route: 503 where the database is at fault, else 500. */
export const statusOf = (code: string): number =>
  statuses[code] ?? (code.startsWith('db_') ? 503 : 500);

export async function answerJson<T>(work: () => Promise<T>): Promise<Response> {
  const result = await settle(work);
  if (!result.ok) return answerError(result.error);
  return Response.json(result.data, { headers: { 'cache-control': 'no-store' } });
}

export const answerError = (error: PublicError): Response =>
  Response.json(
    { error },
    { status: statusOf(error.code), headers: { 'cache-control': 'no-store' } },
  );
