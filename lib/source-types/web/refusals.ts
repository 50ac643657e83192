/** Responses that are no success: what each status means, and pages that stand between a crawler and the site. */

import type { HttpResponse } from '#lib/egress/http-client.ts';
import { retryAfterMs } from '#lib/egress/retry-after.ts';
import { describeUrl, hostOf } from '#lib/egress/url.ts';
import type { AppErrorCode } from '#lib/errors/codes.ts';
import { spentForMs } from '#lib/hosts/budget.ts';
import { mediaTypeOf } from './body.ts';
import { type Exchange, type Failure, failed } from './exchange.ts';
import { budgetOf } from './headers.ts';

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
  only(202, 'not_ready', 'it has not made the answer yet'),
  only(205, 'payload_invalid', 'that has no content'),
  only(206, 'payload_invalid', 'a part, though the whole was asked for'),
  only(304, 'payload_invalid', 'not modified, though no condition was given'),
  only(401, 'http_unauthorized', 'it requires credentials'),
  only(403, 'http_forbidden', 'it refuses access'),
  only(404, 'http_not_found', 'it has no such resource'),
  only(407, 'http_unauthorized', 'a proxy on its side requires credentials'),
  only(408, 'http_server_error', 'it waited too long for the request'),
  only(410, 'http_gone', 'the resource is gone'),
  only(421, 'http_server_error', 'the connection led to the wrong server'),
  only(423, 'http_server_error', 'the resource is locked'),
  only(425, 'http_server_error', 'it asks for the request to be sent again'),
  only(429, 'http_rate_limited', 'too many requests'),
  only(451, 'http_forbidden', 'it refuses access for legal reasons'),
  only(501, 'http_client_error', 'it does not support the request'),
  only(505, 'http_client_error', 'it does not speak this version of HTTP'),
  { from: 100, to: 199, outcome: 'egress_response_invalid', says: 'that is not a final response' },
  { from: 300, to: 399, outcome: 'http_client_error', says: 'a redirect that leads nowhere' },
  { from: 400, to: 499, outcome: 'http_client_error', says: 'it does not accept the request' },
  { from: 500, to: 599, outcome: 'http_server_error', says: 'an internal fault' },
];

const beyond = only(0, 'egress_response_invalid', 'that is not an HTTP status');

/** Null for success with the thing itself: what is asked for is never asked for in parts or on condition here. */
function outcomeOfStatus(status: number): StatusOutcome | null {
  if (status >= 200 && status < 300 && ![202, 205, 206].includes(status)) return null;
  return statusOutcomes.find(({ from, to }) => status >= from && status <= to) ?? beyond;
}

/** Headers by which the usual guards say that their page is a challenge and not the site's answer. */
const guardHeaders: readonly (readonly [string, RegExp, string])[] = [
  ['cf-mitigated', /challenge/i, 'Cloudflare'],
  ['x-amzn-waf-action', /challenge|captcha/i, 'AWS WAF'],
  ['x-datadome', /protected/i, 'DataDome'],
  ['x-vercel-mitigated', /challenge|deny/i, 'Vercel'],
];

/** What only challenge pages hold, near their beginning. */
const guardMarks: readonly (readonly [RegExp, string])[] = [
  [/\/cdn-cgi\/challenge-platform\//, 'Cloudflare'],
  [/<title>(Just a moment\.\.\.|Attention Required! \| Cloudflare)<\/title>/i, 'Cloudflare'],
  [/\/\.within\.website\/x\/cmd\/anubis\//, 'Anubis'],
  [/_Incapsula_Resource/, 'Imperva'],
  [/geo\.captcha-delivery\.com/, 'DataDome'],
];

const beginning = 64 * 1024;

/**
 * A sentence when the answer is a challenge page, else null. Marks in the page count only where the
 * status is a refusal: a page may well be about challenge pages.
 */
function challengeIn(response: Pick<HttpResponse, 'status' | 'headers' | 'body'>): string | null {
  const { status, headers } = response;
  const guard =
    guardHeaders.find((guard) => guard[1].test(headers[guard[0]] ?? ''))?.[2] ??
    (isRefusal(status) && /html|^$/.test(mediaTypeOf(response)) ? guardIn(response.body) : null);
  return guard == null
    ? null
    : `${guard} protects the site and answered ${status} with a challenge.`;
}

const isRefusal = (status: number) => [401, 403, 405, 429, 503].includes(status);

function guardIn(body: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(body.subarray(0, beginning));
  return guardMarks.find(([mark]) => mark.test(text))?.[1] ?? null;
}

/** The error outcome of a challenge page; null for anything else. */
export function failureOfChallenge(exchange: Exchange, response: HttpResponse): Failure | null {
  const challenge = challengeIn(response);
  return challenge === null ? null : failed(exchange, 'blocked', challenge);
}

/** Statuses by which a server may say that its limit is used up; GitHub's, for one, is 403. */
const mayMeanSpent = new Set([403, 429, 503]);

/** The error outcome of a status that is not a success; null for one that is. */
export function failureOfStatus(exchange: Exchange, response: HttpResponse): Failure | null {
  const { status } = response;
  if (status === 206 && exchange.askedForPart()) return null;
  const row = outcomeOfStatus(status);
  if (!row) return null;
  const spentMs = mayMeanSpent.has(status) ? spentForMs(budgetOf(response.headers)) : null;
  const wait = retryAfterMs(response.headers) ?? spentMs;
  if (status === 403 && spentMs !== null) {
    return failed(
      exchange,
      'http_rate_limited',
      'The source answered 403: its limit of requests is used up.',
      wait,
    );
  }
  return failed(exchange, row.outcome, `The source answered ${status}: ${row.says}.`, wait);
}

/** How sites and identity providers call the page where people sign in. */
const signInPath =
  /[/._-](?:log-?_?[io]n|sign-?_?[io]n|wp-login|sso|saml2?|oauth2?|openid(?:-connect)?|adfs|cas|auth(?:enticate|entication|orize)?|sessions?\/new)(?:[/._-]|$)/i;
const leadsToSignIn = (url: string) => signInPath.test(new URL(url).pathname);
const asksForPassword = /<input\b[^<>]{0,1000}\btype\s{0,9}=\s{0,9}["']?password/i;

/**
 * The error outcome of a page that asks to sign in, to which a redirect led from another: it is not what was asked for,
 * though it answers 200. Null for anything else.
 */
function failureOfSignIn(exchange: Exchange, response: HttpResponse): Failure | null {
  const { finalUrl, redirects, body } = response;
  if (redirects.length === 0) return null;
  const asked = exchange.facts()?.requestUri;
  if (asked === undefined) return null;
  if (!leadsToSignIn(finalUrl) || leadsToSignIn(asked)) return null;
  if (!/html|^$/.test(mediaTypeOf(response))) return null;
  const text = new TextDecoder('latin1').decode(body.subarray(0, 4 * beginning));
  if (hostOf(finalUrl) === hostOf(asked) && !asksForPassword.test(text)) return null;
  const message = `The source redirects to ${describeUrl(finalUrl)}, where it asks to sign in.`;
  return failed(exchange, 'http_unauthorized', message);
}

/** The error outcome of a response that is no success, whichever way; null for one that is. */
export const refusalOf = (exchange: Exchange, response: HttpResponse): Failure | null =>
  failureOfChallenge(exchange, response) ??
  failureOfStatus(exchange, response) ??
  failureOfSignIn(exchange, response);
