/** Failures of the network as a person can act on them. */
import { errors } from 'undici';
import { AppError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import { describeUrl } from './url.ts';

const timeouts = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const lookupFailures = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ENODATA',
  'ESERVFAIL',
]);

/** Turns whatever a request threw into an AppError with an `egress_*` code. */
export function classifyFailure(error: unknown, url: string): AppError {
  if (error instanceof AppError) return error;
  const where = describeUrl(url);
  const of = (code: AppErrorCode, sentence: string) =>
    new AppError(code, sentence, { cause: error });
  const code = codeOf(error);
  if (timeouts.has(code)) {
    return of('egress_timeout', `${where} did not ${timeoutVerb(code)} in time.`);
  }
  if (lookupFailures.has(code)) {
    return of(
      'egress_dns_failed',
      `The host of ${where} is not known to the name service (${code}).`,
    );
  }

  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return of('egress_response_invalid', `${where} answered with headers that are too large.`);
  }
  if (/CERT|^ERR_(TLS|SSL)|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^EPROTO$/.test(code)) {
    return of('egress_tls_failed', `No trusted encrypted connection to ${where} (${code}).`);
  }
  if (
    /^HPE_|^Z_|^ERR_.*(BROTLI|ZSTD|PADDING)|^ERR__ERROR|^ZSTD_|^UND_ERR_RES_CONTENT_LENGTH/.test(
      code,
    )
  ) {
    return of(
      'egress_response_invalid',
      `${where} answered with something that cannot be read (${code}).`,
    );
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return of(
      'egress_url_invalid',
      `${where} cannot be asked like that: a header or the address is not valid.`,
    );
  }
  if (code === 'ECONNREFUSED')
    return of('egress_connect_failed', `${where} refuses the connection.`);
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return of(
      'egress_connect_failed',
      `${where} cut the connection before the answer was complete.`,
    );
  }
  return of('egress_connect_failed', `${where} could not be reached${code ? ` (${code})` : ''}.`);
}

export const tooLarge = (url: string, maxBytes: number): AppError =>
  new AppError(
    'egress_too_large',
    `The answer of ${describeUrl(url)} is larger than ${Math.round(maxBytes / 1024)} KiB.`,
  );

function timeoutVerb(code: string): string {
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'begin to answer';
  return code === 'UND_ERR_BODY_TIMEOUT' ? 'send its whole answer' : 'accept the connection';
}

/** The code of an error or of what caused it; an AggregateError counts as its first part. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // Not every fault the parser finds has a code of its own.
  if (error instanceof errors.HTTPParserError) return error.code ?? 'HPE_INVALID';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}
