/** Fetches a page or a category whole, through as many continuations as the wiki needs. */
import { retryAfterMs } from '#lib/egress/retry-after.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { WorkItem } from '#lib/work-items/model.ts';
import { beginningOf, jsonOf, looksLikeHtml, textOf } from '../body.ts';
import { type Exchange, failed, failureOfStatus, guarded } from '../exchange.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { userAgentOf } from '../user-agent.ts';
import { codeOfWikiError, type WikiAnswer, type WikiPage, wikiAnswer } from './answer.ts';
import { mergeAnswer, openMerge, pageOf, projectionOf } from './merge.ts';
import { apiUrl, queryOf } from './request.ts';
import { wikiItem } from './seeding.ts';
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle, titleFault, titleOfResourceId } from './title.ts';

/** 5,000 continuations of 500 entries are more than any page has; a wiki that goes on is in a loop. */
const maxRequests = 5000;

type WikiItem = Pick<WorkItem, 'resourceType' | 'resourceId' | 'priority' | 'revision' | 'depth'>;

export function fetchFromWiki(
  item: WikiItem,
  context: FetchContext<MediawikiSettings>,
): Promise<FetchOutcome> {
  return guarded(context, async (exchange) => {
    const fault = titleFault(item.resourceId);
    if (fault) return failed(exchange, 'title_invalid', `"${item.resourceId}": ${fault}.`);
    const { settings } = context;
    const query = queryOf(settings, item.resourceType, item.resourceId);
    const merge = openMerge();
    let next: Record<string, string> | null = query;
    for (let requests = 0; next !== null; requests += 1) {
      if (requests === maxRequests) {
        return failed(
          exchange,
          'api_error',
          `The wiki still continues after ${maxRequests} answers.`,
        );
      }
      const { answer, failure } = await askWiki(exchange, context, next);
      if (failure) return failure;
      mergeAnswer(merge, answer);
      if (requests === 0) {
        const outcome = judgeFirstAnswer(item, settings, exchange, answer);
        if (outcome) return outcome;
      }
      const previous: Record<string, string> = next;
      next = continued(query, answer);
      if (next !== null && JSON.stringify(next) === JSON.stringify(previous)) {
        return failed(exchange, 'api_error', 'The wiki continues with the very same request.');
      }
    }
    const page = pageOf(merge, item.resourceType);
    return {
      kind: 'fetched',
      facts: exchange.answered(),
      payload: page,
      text: null,
      contentType: 'application/json',
      projection: projectionOf(page),
      validators: { etag: null, lastModified: null, revision: revisionOf(merge.page) },
    };
  });
}

const revisionOf = (page: WikiPage | null): string | null =>
  page?.lastrevid === undefined ? null : String(page.lastrevid);

/** The whole `continue` object goes into the original parameters, or answers repeat. */
function continued(query: Readonly<Record<string, string>>, answer: WikiAnswer) {
  if (!answer.continue) return null;
  const added = Object.entries(answer.continue).map(([name, value]) => [name, String(value)]);
  return { ...query, ...Object.fromEntries(added) } as Record<string, string>;
}

type Asked =
  | { readonly answer: WikiAnswer; readonly failure: null }
  | { readonly answer: null; readonly failure: FetchOutcome };

async function askWiki(
  exchange: Exchange,
  { settings }: FetchContext<MediawikiSettings>,
  parameters: Readonly<Record<string, string>>,
): Promise<Asked> {
  const userAgent = userAgentOf(settings.user_agent, settings.email);
  const response = await exchange.ask(apiUrl(settings, parameters), {
    headers: { accept: 'application/json', ...(userAgent ? { 'user-agent': userAgent } : {}) },
  });
  const fail = (code: ErrorCode, message: string, wait: number | null = null): Asked => ({
    answer: null,
    failure: failed(exchange, code, message, wait),
  });
  const text = textOf(response);
  const body = jsonOf(text);
  const parsed = body === undefined ? null : wikiAnswer.safeParse(body);
  if (parsed?.success && parsed.data.error) {
    const { code, info } = parsed.data.error;
    const says = `The wiki answered with the error ${code}${info ? `: ${beginningOf(info)}` : ''}`;
    return fail(codeOfWikiError(code), says, retryAfterMs(response.headers));
  }
  const refused = failureOfStatus(exchange, response);
  if (looksLikeHtml(text) && (!refused || response.status === 403)) {
    return fail('blocked', `The wiki answered ${response.status} with a web page instead of data.`);
  }
  if (refused) return { answer: null, failure: refused };
  if (body === undefined) {
    return fail('payload_invalid', `The answer is not JSON; it begins "${beginningOf(text)}".`);
  }
  if (!parsed?.success || !parsed.data.query) {
    return fail(
      'payload_invalid',
      'The answer is not one of a MediaWiki API, version 1.25 or later.',
    );
  }
  return { answer: parsed.data, failure: null };
}

/** What the first answer decides already: missing, invalid, another page's name, unchanged. */
function judgeFirstAnswer(
  item: WikiItem,
  settings: MediawikiSettings,
  exchange: Exchange,
  answer: WikiAnswer,
): FetchOutcome | null {
  const title = titleOfResourceId(item.resourceId);
  const { pages = [], redirects = [], interwiki = [], categorymembers = [] } = answer.query ?? {};
  if (interwiki.length > 0) {
    return failed(exchange, 'title_invalid', `"${title}" names a page of another wiki.`);
  }
  const [page] = pages;
  if (!page) {
    // MediaWiki leaves out the page of a redirect that leads round in a circle.
    const message =
      redirects.length > 0
        ? `"${title}" is a redirect that leads round in a circle.`
        : `The wiki answered without the page "${title}".`;
    return failed(exchange, redirects.length > 0 ? 'page_missing' : 'payload_invalid', message);
  }
  if (page.invalid || page.special) {
    const reason = page.invalidreason ?? 'it is not the title of a page';
    return failed(
      exchange,
      'title_invalid',
      `The wiki does not accept "${title}": ${beginningOf(reason)}`,
    );
  }
  const canonicalId = resourceIdOfTitle(page.title);
  if (canonicalId !== item.resourceId) {
    const resourceType = page.ns === categoryNamespace ? 'category' : 'page';
    const follow = mayLeadTo(item, settings, page.ns);
    return {
      kind: 'alias',
      facts: exchange.answered({
        alias_of: page.title,
        wiki_redirects: redirects.map(({ from, to }) => ({ from, to })),
        ...(follow ? {} : { not_followed: 'namespace' }),
      }),
      canonical: follow
        ? { ...wikiItem(settings, resourceType, canonicalId, item.priority), isHop: false }
        : null,
    };
  }
  const emptyCategory = item.resourceType !== 'category' || categorymembers.length === 0;
  if (page.missing && emptyCategory) {
    return failed(exchange, 'page_missing', `The wiki has no page "${title}".`);
  }
  const revision = revisionOf(page);
  // A category's members change without a revision of its page.
  if (item.resourceType !== 'category' && revision !== null && revision === item.revision) {
    return {
      kind: 'unchanged',
      facts: exchange.answered(),
      validators: { etag: null, lastModified: null, revision },
    };
  }
  return null;
}

/**
 * Whether a redirect may be followed into a namespace. The source's namespaces bind, as they do for
 * links; what a person named as a seed is fetched wherever it leads.
 */
function mayLeadTo(
  item: WikiItem,
  settings: MediawikiSettings,
  namespace: number | undefined,
): boolean {
  if (item.depth === 0 || settings.namespaces.some((one) => one === namespace)) return true;
  return item.resourceType === 'category' && namespace === categoryNamespace;
}
