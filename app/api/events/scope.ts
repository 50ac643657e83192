/** Which events a request asks for. */
import { z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';

const place = z.coerce.number().int().min(0).optional();
const scopeSchema = z.object({
  run: z.string().min(1).max(36).optional(),
  after: place,
  before: place,
});

/** @throws AppError `input_invalid` */
export function eventScope(params: URLSearchParams) {
  const parsed = scopeSchema.safeParse(Object.fromEntries(params));
  if (!parsed.success) throw new AppError('input_invalid', 'There is no such place in the log.');
  const { run: runId, after, before } = parsed.data;
  return { runId, after, before };
}
