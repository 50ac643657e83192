/** JSON routes for polling: the data, or the error with a fitting status. Never cached. */
import type { PublicError } from '#lib/errors/app-error.ts';
import { statusOf } from '#lib/errors/http-status.ts';
import { settle } from './action.ts';

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
