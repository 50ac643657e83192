/**
 * What goes wrong on the way to a response, by the code the system, TLS, Node or undici gives it: one
 * table, which says how each code is treated. Codes: Node's errors.md, undici's Errors.md,
 * nodejs.org/api/tls.html (X509 codes).
 */

import { errors } from 'undici';
import { AppError } from '#lib/errors/app-error.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import { describeUrl } from './url.ts';

interface NetworkError {
  readonly outcome: AppErrorCode;
  /** Whole codes, or beginnings of codes with a `*`. */
  readonly codes: readonly string[];
  /** After the address: `… did not start its response in time.` */
  readonly says: string;
}

/** The first row that fits decides. A code in none of them is a failed connection. */
export const networkErrors: readonly NetworkError[] = [
  {
    outcome: 'egress_timeout',
    codes: ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'],
    says: 'did not accept the connection in time',
  },
  {
    outcome: 'egress_timeout',
    codes: ['UND_ERR_HEADERS_TIMEOUT'],
    says: 'did not start its response in time',
  },
  {
    outcome: 'egress_timeout',
    codes: ['UND_ERR_BODY_TIMEOUT'],
    says: 'did not send its whole response in time',
  },
  {
    outcome: 'egress_dns_failed',
    codes: ['ENOTFOUND', 'EAI_*', 'ENODATA', 'ESERVFAIL', 'EREFUSED'],
    says: 'has a host name that cannot be resolved',
  },
  {
    outcome: 'egress_too_large',
    codes: ['UND_ERR_RES_EXCEEDED_MAX_SIZE'],
    says: 'sent more than the size limit',
  },
  {
    outcome: 'egress_response_invalid',
    codes: ['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW', 'ERR_HTTP2_HEADERS_*'],
    says: 'answered with headers that are too large',
  },
  {
    outcome: 'egress_tls_failed',
    codes: [
      'CERT_*',
      'ERR_TLS_*',
      'ERR_SSL_*',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_*',
      'INVALID_CA',
      'HOSTNAME_MISMATCH',
      'EPROTO',
    ],
    says: 'has a certificate or encryption that cannot be trusted',
  },
  {
    outcome: 'egress_response_invalid',
    codes: [
      'HPE_*',
      'Z_*',
      'ZSTD_*',
      'ERR__ERROR_*',
      'ERR_BROTLI_*',
      'ERR_PADDING_*',
      'ERR_BUFFER_*',
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
      'UND_ERR_RESPONSE',
      'ERR_HTTP2_INVALID_*',
    ],
    says: 'answered with something that cannot be read',
  },
  {
    outcome: 'egress_url_invalid',
    codes: [
      'UND_ERR_INVALID_ARG',
      'ERR_INVALID_URL',
      'ERR_INVALID_CHAR',
      'ERR_UNESCAPED_CHARACTERS',
    ],
    says: 'cannot be requested: a header or the address is not valid',
  },
  {
    outcome: 'egress_connect_failed',
    codes: ['ECONNREFUSED'],
    says: 'refuses the connection',
  },
  {
    outcome: 'egress_connect_failed',
    codes: [
      'UND_ERR_SOCKET',
      'UND_ERR_INFO',
      'ECONNRESET',
      'ECONNABORTED',
      'EPIPE',
      'ERR_STREAM_PREMATURE_CLOSE',
      'ERR_HTTP2_*',
    ],
    says: 'cut the connection before the response was complete',
  },
  {
    outcome: 'egress_connect_failed',
    codes: ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'],
    says: 'cannot be reached over the network',
  },
];

const unknown: NetworkError = {
  outcome: 'egress_connect_failed',
  codes: [],
  says: 'could not be reached',
};

const networkErrorOf = (code: string): NetworkError =>
  networkErrors.find(({ codes }) =>
    codes.some((one) => (one.endsWith('*') ? code.startsWith(one.slice(0, -1)) : one === code)),
  ) ?? unknown;

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
    `The response of ${describeUrl(url)} is larger than ${Math.round(maxBytes / 1024)} KiB.`,
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
