/** Pages that stand between a crawler and what it asked for: asking on is what gets it banned. */
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { mediaTypeOf } from './body.ts';

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
export function challengeIn(
  response: Pick<HttpResponse, 'status' | 'headers' | 'body'>,
): string | null {
  const { status, headers } = response;
  const guard =
    guardHeaders.find(([name, value]) => value.test(headers[name] ?? ''))?.[2] ??
    (isRefusal(status) && /html|^$/.test(mediaTypeOf(response)) ? guardIn(response.body) : null);
  return guard == null
    ? null
    : `${guard} stands before the site and answered ${status} with a challenge.`;
}

const isRefusal = (status: number) => [401, 403, 405, 429, 503].includes(status);

function guardIn(body: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(body.subarray(0, beginning));
  return guardMarks.find(([mark]) => mark.test(text))?.[1] ?? null;
}
