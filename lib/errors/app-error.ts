import type { z } from 'zod';
import { DatabaseError } from '#db/errors.ts';
import { boundedMessage } from './bounded-message.ts';
import { type AppErrorCode, appErrorRemedies, type ErrorCode } from './codes.ts';
import type { Conflict } from './conflict.ts';

/** Messages per form field; the path is dotted (`settings.api_url`). */
export type FieldErrors = Readonly<Record<string, string>>;

const brand = Symbol.for('holocron.AppError');

/** A failure a person can act on: a code from the closed list, a sentence, a remedy. */
export class AppError extends Error {
  /**
   * The console's pages and its route handlers are bundled apart, each with a copy of this class, and
   * share one runtime: what a client made by one of them throws must be known to the other.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
  readonly [brand] = true;
  override readonly name = 'AppError';
  readonly code: AppErrorCode;
  readonly remedy: string;
  readonly fields: FieldErrors | undefined;
  /** For what ends by itself: after how long, ms. */
  readonly retryAfterMs: number | null;
  /** Of a `conflict` of two people: what the other changed. */
  readonly conflict: Conflict | undefined;

  constructor(
    code: AppErrorCode,
    message: string,
    options: {
      remedy?: string;
      fields?: FieldErrors;
      cause?: unknown;
      retryAfterMs?: number;
      conflict?: Conflict;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy ?? appErrorRemedies[code];
    this.fields = options.fields;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.conflict = options.conflict;
  }
}

/** What may leave the process: no stack, no cause. */
export interface PublicError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly fields?: FieldErrors;
  readonly conflict?: Conflict;
}

/** Turns anything thrown into what a person may see; unknown errors become `internal`. */
export function toPublicError(error: unknown): PublicError {
  if (error instanceof AppError) {
    const { code, message, remedy, fields, conflict } = error;
    return {
      code,
      message,
      remedy,
      ...(fields ? { fields } : {}),
      ...(conflict ? { conflict } : {}),
    };
  }
  if (error instanceof DatabaseError) {
    return { code: error.code, message: error.message, remedy: error.remedy };
  }
  return {
    code: 'internal',
    message: 'Something failed inside.',
    remedy: appErrorRemedies.internal,
  };
}

/** What an answer says of an input at most: nobody reads more, and a small input may have very many faults. */
const mostFields = 100;
const longestName = 200;
const longestFault = 400;

/** @throws AppError `input_invalid`; `fields` by dotted path, the first message of each, a hundred of them at most */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  message = 'Some fields need another value.',
): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const { path, message: fault } of parsed.error.issues.slice(0, mostFields))
    fields[boundedMessage(path.join('.'), longestName)] ??= boundedMessage(fault, longestFault);
  throw new AppError('input_invalid', message, { fields });
}
