/**
 * What servers say in the headers of a response: links, how long to wait, what is left of a budget, and how to
 * ask next time for what has changed.
 */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { addressIn } from '#lib/egress/response-headers.ts';
import { httpDate } from '#lib/egress/retry-after.ts';
import type { Budget } from '#lib/hosts/budget.ts';
import type { Validators } from '#lib/queue/model.ts';

/** Of sources that offer none. */
export const noValidators: Validators = { etag: null, lastModified: null, revision: null };

/** By what the item is asked for next time. A 304 may leave them out: those of the item stay (RFC 9110, 15.4.5). */
export function validatorsOf(
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  item: Pick<Validators, 'etag' | 'lastModified'>,
): Validators {
  const kept = status === 304 ? item : noValidators;
  return {
    etag: fitting(headers['etag'], longestEtag) ?? kept.etag,
    lastModified: fitting(headers['last-modified'], longestLastModified) ?? kept.lastModified,
    revision: null,
  };
}

/** What the columns of a work item hold, characters. */
const longestEtag = 500;
const longestLastModified = 100;

/** Null for what cannot be kept whole or sent back as it came: a page is worth more than its validator. */
const fitting = (value: string | undefined, longest: number): string | null =>
  value !== undefined && value.length <= longest && /^[\x20-\x7e]+$/.test(value) ? value : null;

/** If-None-Match where there is an ETag, else If-Modified-Since (RFC 9110, 13.1.3). */
export function conditionOf({
  etag,
  lastModified,
}: Pick<Validators, 'etag' | 'lastModified'>): Record<string, string> {
  if (etag !== null) return { 'if-none-match': etag };
  return lastModified === null ? {} : { 'if-modified-since': lastModified };
}

/**
 * The first address of a Link header (RFC 8288) with the relation, as it was written; null when there is none.
 * `<https://api.example.org/items?page=2>; rel="next"`. Read from left to right once, whatever it holds.
 */
export function linkOf(header: string | undefined, relation: string): string | null {
  const text = addressIn(header) ?? '';
  for (let at = text.indexOf('<'); at !== -1; ) {
    const end = text.indexOf('>', at);
    if (end === -1) return null;
    const address = text.slice(at + 1, end).trim();
    const parameters = parametersAt(text, end + 1);
    // The first `rel` counts (RFC 8288, 3.3).
    const rel = parameters.found.find(([name]) => name === 'rel')?.[1] ?? '';
    if (rel.toLowerCase().split(/\s+/).includes(relation)) return address;
    at = text.indexOf('<', parameters.end);
  }
  return null;
}

/** `; name=value; name="value"; name='value'` from a place on, names in lower case, and where they end. */
function parametersAt(text: string, start: number) {
  const found: (readonly [name: string, value: string])[] = [];
  const parameter = /\s*;\s*([^\s=;,"]*)\s*(=\s*)?("|'(?=[^']*')|[^\s",;]*)/y;
  let end = start;
  while (end < text.length) {
    parameter.lastIndex = end;
    const match = parameter.exec(text);
    if (!match) break;
    end = parameter.lastIndex;
    const [, name = '', equals, value = ''] = match;
    if (value !== '"' && value !== "'")
      found.push([name.toLowerCase(), equals === undefined ? '' : value]);
    else {
      const quoted = quotedAt(text, end, value);
      found.push([name.toLowerCase(), quoted.value]);
      end = quoted.end;
    }
  }
  return { found, end };
}

/**
 * From behind the opening quote to behind the closing one; a quote that is never closed reaches to the end. Single ones
 * are none of the grammar's, and servers write them.
 */
function quotedAt(text: string, start: number, quote: string) {
  let value = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === quote) return { value, end: at + 1 };
    if (character === '\\') at += 1;
    value += text[at] ?? '';
  }
  return { value, end: text.length };
}

/** A reset beyond this is no number of seconds but a moment since 1970; beyond the other, one in milliseconds. */
const longestResetS = 100_000_000;
const longestEpochS = 100_000_000_000;

/** As most APIs name them, as some do, and as the drafts of a standard did (draft-ietf-httpapi-ratelimit-headers-07). */
const families = ['x-ratelimit-', 'x-rate-limit-', 'ratelimit-'];

type Headers = Readonly<Record<string, string>>;

/**
 * What a server says is left: `X-RateLimit-Limit/-Remaining/-Reset` and its relatives, `RateLimit` of the newer
 * drafts, and those that OpenAlex sends in dollars. Null when nothing is said of what remains.
 */
export function budgetOf(headers: Headers): Budget | null {
  const inDollars = numberIn(headers['x-ratelimit-remaining-usd']);
  if (inDollars !== null) {
    return {
      limit: numberIn(headers['x-ratelimit-limit-usd']),
      remaining: inDollars,
      unit: 'usd',
      resets_in_s: resetsIn(headers['x-ratelimit-reset'], headers['date']),
    };
  }
  for (const family of families) {
    const remaining = numberIn(headers[`${family}remaining`]);
    if (remaining === null) continue;
    return {
      limit: numberIn(headers[`${family}limit`]),
      remaining,
      unit: 'requests',
      resets_in_s:
        resetsIn(headers[`${family}reset-after`], headers['date']) ??
        resetsIn(headers[`${family}reset`], headers['date']),
    };
  }
  return budgetOfPolicies(headers['ratelimit'] ?? '');
}

/**
 * `"burst";r=50;t=30, "day";r=0;t=3600` (draft 08 and later) or `limit=100, remaining=50, reset=5` (before): the policy
 * with the least left binds.
 */
function budgetOfPolicies(text: string): Budget | null {
  if (text === '') return null;
  const short = text.slice(0, 4000);
  const partOf = (part: string, name: string) =>
    numberIn(new RegExp(`(?:^|[;,\\s])${name}=([0-9.-]+)`, 'i').exec(part)?.[1]);
  const policies = /(?:^|[,\s])remaining=/i.test(short)
    ? [
        {
          limit: partOf(short, 'limit'),
          r: partOf(short, 'remaining'),
          t: partOf(short, 'reset'),
        },
      ]
    : short.split(',').map((one) => ({ limit: null, r: partOf(one, 'r'), t: partOf(one, 't') }));
  const told = policies.flatMap(({ limit, r, t }) =>
    r === null ? [] : [{ limit, remaining: r, unit: 'requests', resets_in_s: t }],
  );
  return told.toSorted((a, b) => a.remaining - b.remaining)[0] ?? null;
}

/** The least number of a header that may have been sent twice; what comes after a `;` explains it. */
function numberIn(text: string | undefined): number | null {
  if (text === undefined) return null;
  const numbers = text
    .slice(0, 1000)
    .split(',')
    .map((part) => part.split(';', 1)[0]?.trim());
  const values = numbers.filter((one) => /^-?\d+(\.\d+)?$/.test(one ?? '')).map(Number);
  return values.length === 0 ? null : Math.min(...values);
}

/** From the answer to the next period, s, from a number of seconds or a moment in whichever form; null when it is none. */
function resetsIn(text: string | undefined, date: string | undefined): number | null {
  const number = numberIn(text);
  const moment =
    number === null
      ? httpDate(text ?? '')
      : number < longestResetS
        ? null
        : number * (number < longestEpochS ? 1000 : 1);
  if (moment === null) return number === null ? null : Math.max(0, number);
  return Math.max(0, Math.round((moment - (httpDate(date ?? '') ?? Date.now())) / 1000));
}
