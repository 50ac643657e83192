/** One question to a wiki's API, and the whole of its answer over as many continuations as it needs. */

import { retryAfterMs } from '#lib/egress/retry-after.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import { knownJson, parseJsonWithin } from '#lib/json-text.ts';
import type { FetchContext } from '../source-type.ts';
import { beginningOf, looksLikeHtml } from '../web/body.ts';
import {
  type Exchange,
  type Failure,
  failed,
  failureOf,
  isFailure,
  jsonRequestHeaders,
} from '../web/exchange.ts';
import { decodeBody } from '../web/heavy-reading.ts';
import { failureOfChallenge, failureOfStatus } from '../web/refusals.ts';
import {
  codeOfWikiError,
  mergeAnswer,
  openMerge,
  type WikiAnswer,
  type WikiMerge,
  wikiAnswer,
} from './answer.ts';
import { inTodaysForm } from './old-answers.ts';
import { apiUrl } from './request.ts';
import { forgetSession, sessionOf, signedOutErrors } from './session.ts';
import type { MediawikiSettings } from './settings.ts';

/** 5,000 continuations of 500 entries are more than any page has; a wiki that goes on is in a loop. */
const maxRequests = 5000;

type Parameters = Readonly<Record<string, string>>;

/**
 * Asks until the answer is complete, or until `isEnough` says so after the first part.
 * @returns what was answered, or the failure that ended it: half an answer is none.
 */
export async function askWhole(
  exchange: Exchange,
  context: FetchContext<MediawikiSettings>,
  query: Parameters,
  isEnough: (merge: WikiMerge) => boolean,
): Promise<WikiMerge | Failure> {
  const merge = openMerge();
  const asked = new Set<string>();
  let next: Parameters | null = query;
  for (let requests = 0; next !== null; requests += 1) {
    if (requests === maxRequests) {
      return failed(
        exchange,
        'api_error',
        `The wiki still continues after ${maxRequests} answers.`,
      );
    }
    const answer: WikiAnswer | Failure = await askWiki(exchange, context, next).catch(
      (error: unknown) => failureOf(error, exchange, context),
    );
    if (isFailure(answer)) return answer;
    mergeAnswer(merge, answer);
    if (requests === 0 && isEnough(merge)) return merge;
    asked.add(JSON.stringify(next));
    next = continued(query, answer);
    if (next !== null && asked.has(JSON.stringify(next))) {
      return failed(exchange, 'api_error', 'The wiki continues with a request it answered before.');
    }
  }
  return merge;
}

/** The whole `continue` object goes into the original parameters, or answers repeat. */
function continued(query: Parameters, answer: WikiAnswer): Parameters | null {
  if (!answer.continue) return null;
  const added = Object.entries(answer.continue).map(([name, value]) => [name, String(value)]);
  return { ...query, ...Object.fromEntries(added) };
}

/** One request. What is answered holds a `query` or a `parse`. */
export async function askWiki(
  exchange: Exchange,
  context: FetchContext<MediawikiSettings>,
  parameters: Parameters,
  isAgain = false,
): Promise<WikiAnswer | Failure> {
  const { settings } = context;
  const credential = await sessionOf(context);
  const url = apiUrl(settings, {
    ...parameters,
    curtimestamp: '1',
    // A session that is over is an error, and not the wiki as strangers see it.
    ...(credential === undefined ? {} : { assert: 'user' }),
  });
  const response = await exchange.ask(url, { headers: jsonRequestHeaders(settings), credential });
  const fail = (code: ErrorCode, message: string, wait: number | null = null) =>
    failed(exchange, code, message, wait);
  const { text } = await decodeBody(response);
  const body = parseJsonWithin(text, knownJson);
  const parsed = body === undefined ? null : wikiAnswer.safeParse(inTodaysForm(body));
  if (parsed?.success && parsed.data.error) {
    const { code, info } = parsed.data.error;
    if (credential !== undefined && !isAgain && signedOutErrors.has(code)) {
      forgetSession(context);
      return askWiki(exchange, context, parameters, true);
    }
    const says = `The wiki answered with the error ${code}${info ? `: ${beginningOf(info)}` : ''}`;
    return fail(codeOfWikiError(code), says, retryAfterMs(response.headers));
  }
  const challenge = failureOfChallenge(exchange, response);
  if (challenge) return challenge;
  const refused = failureOfStatus(exchange, response);
  if (looksLikeHtml(text) && (!refused || response.status === 403)) {
    return fail('blocked', `The wiki answered ${response.status} with a web page instead of data.`);
  }
  if (refused) return refused;
  if (body === undefined) {
    return fail('payload_invalid', `The response is not JSON; it begins "${beginningOf(text)}".`);
  }
  if (!parsed?.success || !(parsed.data.query || parsed.data.parse)) {
    return fail('payload_invalid', 'The response is not one of a MediaWiki API.');
  }
  return parsed.data;
}
