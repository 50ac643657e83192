/** Input that a schema refuses, with a message per field. */
import type { z } from 'zod';
import { AppError } from './app-error.ts';

/** @throws AppError `input_invalid`; `fields` by dotted path, the first message of each */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  message = 'Some fields need another value.',
): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) fields[issue.path.join('.')] ??= issue.message;
  throw new AppError('input_invalid', message, { fields });
}
