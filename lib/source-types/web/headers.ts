/**
 * What servers say in the headers of a response: links, how long to wait, what is left of a budget, and how to
 * ask next time for what has changed.
 */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { addressIn } from '#lib/egress/response-headers.ts';
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

/** `; name=value; name="value"` from a place on, names in lower case, and where they end. */
function parametersAt(text: string, start: number) {
  const found: (readonly [name: string, value: string])[] = [];
  const parameter = /\s*;\s*([^\s=;,"]*)\s*(=\s*)?("|[^\s",;]*)/y;
  let end = start;
  while (end < text.length) {
    parameter.lastIndex = end;
    const match = parameter.exec(text);
    if (!match) break;
    end = parameter.lastIndex;
    const [, name = '', equals, value = ''] = match;
    if (value !== '"') found.push([name.toLowerCase(), equals === undefined ? '' : value]);
    else {
      const quoted = quotedAt(text, end);
      found.push([name.toLowerCase(), quoted.value]);
      end = quoted.end;
    }
  }
  return { found, end };
}

/** From behind the opening quote to behind the closing one; a quote that is never closed reaches to the end. */
function quotedAt(text: string, start: number) {
  let value = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') return { value, end: at + 1 };
    if (character === '\\') at += 1;
    value += text[at] ?? '';
  }
  return { value, end: text.length };
}

/** A server may ask for anything; beyond a day an operator should look. */
const longestMs = 24 * 60 * 60 * 1000;

/**
 * The wait a server asked for, ms, from 0 to 24 h; null when it asked for none that can be read.
 * A date is compared with the server's own `Date`, so that a wrong clock here changes nothing
 * (RFC 9110, 10.2.3).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | null {
  const wish = headers['retry-after']?.trim();
  if (wish === undefined || wish === '') return null;
  const clamp = (ms: number) => Math.min(Math.max(0, Math.round(ms)), longestMs);
  if (/^-?\d+(\.\d+)?$/.test(wish)) return clamp(Number(wish) * 1000);
  const until = Date.parse(wish);
  if (Number.isNaN(until)) return null;
  const sent = Date.parse(headers['date'] ?? '');
  return clamp(until - (Number.isNaN(sent) ? Date.now() : sent));
}

/** A reset beyond this is no number of seconds but a moment since 1970. */
const longestResetS = 100_000_000;

/**
 * `X-RateLimit-Limit/-Remaining/-Reset` as most APIs send them, and those that OpenAlex sends in dollars.
 * Null when nothing is said of what remains.
 */
export function budgetOf(headers: Readonly<Record<string, string>>): Budget | null {
  const numberIn = (name: string): number | null => {
    const text = headers[name]?.trim();
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : null;
  };
  const inDollars = numberIn('x-ratelimit-remaining-usd');
  const remaining = inDollars ?? numberIn('x-ratelimit-remaining');
  if (remaining === null) return null;
  const reset = numberIn('x-ratelimit-reset');
  return {
    limit: numberIn(inDollars === null ? 'x-ratelimit-limit' : 'x-ratelimit-limit-usd'),
    remaining,
    unit: inDollars === null ? 'requests' : 'usd',
    resets_in_s: reset === null ? null : Math.max(0, secondsUntil(reset, headers['date'])),
  };
}

function secondsUntil(reset: number, date: string | undefined): number {
  if (reset < longestResetS) return reset;
  const sent = Date.parse(date ?? '');
  return Math.round(reset - (Number.isNaN(sent) ? Date.now() : sent) / 1000);
}
