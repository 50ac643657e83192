/** Until when something that a person halts is to stay so. */
import { z } from 'zod';
import type { Instant } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { noteText } from '#lib/people-text.ts';

/** An end further away than this is a slip, ms: a year. */
const longestMs = 366 * 24 * 3_600_000;

/** In so many minutes, at a moment, or, null, when a person says so. */
export const endSchema = z.union([
  z.null(),
  z.strictObject({ minutes: z.number().int().min(1).max(527_040) }),
  z.strictObject({ at: z.iso.datetime({ offset: true, error: 'Give date and time.' }) }),
]);

type End = z.output<typeof endSchema>;

/** @throws AppError `input_invalid` when it is past or more than a year away */
export function endAt(end: End, now: Instant): Instant | null {
  if (end === null) return null;
  const from = Date.parse(now);
  const at = 'minutes' in end ? from + end.minutes * 60_000 : Date.parse(end.at);
  const fault =
    at <= from ? 'It is past already.' : at > from + longestMs ? 'At most a year from now.' : null;
  if (fault !== null) {
    throw new AppError('input_invalid', 'The end cannot be used.', { fields: { end: fault } });
  }
  return new Date(at).toISOString();
}

export const reasonSchema = noteText({
  most: 400,
  missing: 'Say why: it is shown to everybody who asks why nothing runs.',
});
