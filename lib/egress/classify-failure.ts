/** Failures of the network as a person can act on them. */
import { errors } from 'undici';
import { AppError } from '#lib/errors/app-error.ts';
import { networkErrorOf } from './network-errors.ts';
import { describeUrl } from './url.ts';

/** Turns whatever a request threw into an AppError with an `egress_*` code. */
export function classifyFailure(error: unknown, url: string): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const { outcome, says } = networkErrorOf(code);
  const named = code === '' ? '' : ` (${code})`;
  return new AppError(outcome, `${describeUrl(url)} ${says}${named}.`, { cause: error });
}

export const tooLarge = (url: string, maxBytes: number): AppError =>
  new AppError(
    'egress_too_large',
    `The answer of ${describeUrl(url)} is larger than ${Math.round(maxBytes / 1024)} KiB.`,
  );

/** The code of an error or of what caused it; an AggregateError counts as its first part. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // Not every fault the parser finds has a code of its own.
  if (error instanceof errors.HTTPParserError) return error.code ?? 'HPE_INVALID';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}
