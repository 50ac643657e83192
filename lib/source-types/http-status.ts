/** What an answer that is no success means: one table, first row that fits. RFC 9110, 15. */
import type { AppErrorCode } from '#lib/errors/codes.ts';

interface StatusOutcome {
  /** Inclusive. */
  readonly from: number;
  readonly to: number;
  readonly outcome: AppErrorCode;
  /** After `The source answered 404: `. */
  readonly says: string;
}

const only = (status: number, outcome: AppErrorCode, says: string): StatusOutcome => ({
  from: status,
  to: status,
  outcome,
  says,
});

export const statusOutcomes: readonly StatusOutcome[] = [
  only(401, 'http_unauthorized', 'it wants credentials'),
  only(403, 'http_forbidden', 'it refuses access'),
  only(404, 'http_not_found', 'it has no such resource'),
  only(407, 'http_unauthorized', 'a proxy on its side wants credentials'),
  only(408, 'http_server_error', 'it waited too long for the request'),
  only(410, 'http_gone', 'the resource is gone'),
  only(421, 'http_server_error', 'the connection led to the wrong server'),
  only(423, 'http_server_error', 'the resource is locked'),
  only(425, 'http_server_error', 'it wants the request again'),
  only(429, 'http_rate_limited', 'too many requests'),
  only(451, 'http_forbidden', 'it refuses access for legal reasons'),
  only(501, 'http_client_error', 'it cannot do what was asked'),
  only(505, 'http_client_error', 'it does not speak this version of HTTP'),
  { from: 100, to: 199, outcome: 'egress_response_invalid', says: 'that is no final answer' },
  { from: 300, to: 399, outcome: 'http_client_error', says: 'a redirect that leads nowhere' },
  { from: 400, to: 499, outcome: 'http_client_error', says: 'it does not accept the request' },
  { from: 500, to: 599, outcome: 'http_server_error', says: 'a fault of its own' },
];

const beyond = only(0, 'egress_response_invalid', 'that is no status of HTTP');

/** Null for 2xx, and for 304, which is an answer of its own. */
export function outcomeOfStatus(status: number): StatusOutcome | null {
  if ((status >= 200 && status < 300) || status === 304) return null;
  return statusOutcomes.find(({ from, to }) => status >= from && status <= to) ?? beyond;
}
