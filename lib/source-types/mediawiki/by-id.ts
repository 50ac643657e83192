/** Pages by their number (`pageid`, `curid`), which are another name of a title, and old revisions (`oldid`), which never change. */
import { z } from 'zod';
import type { JsonObject } from '#lib/json.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import {
  type Exchange,
  type Failure,
  failed,
  failureOf,
  fetchedJson,
  isFailure,
} from '../web/exchange.ts';
import { contentOf, textOf, type WikiAnswer, type WikiPage } from './answer.ts';
import { askWiki } from './ask.ts';
import type { WikiItem } from './judge.ts';
import { apiUrl, queryOf } from './request.ts';
import { wikiItem } from './seeding.ts';
import { categoryNamespace, type MediawikiSettings } from './settings.ts';
import { resourceIdOfTitle } from './title.ts';

type Context = FetchContext<MediawikiSettings>;

export const isById = ({ resourceType: type }: Pick<WikiItem, 'resourceType'>): boolean =>
  type === 'pageid' || type === 'revision';

/** Long texts come in several answers. */
const mostAnswers = 100;

/** The outcomes of items of one of the two kinds; at most fifty. */
export async function fetchById(
  items: readonly WikiItem[],
  exchange: Exchange,
  context: Context,
): Promise<Map<WikiItem, FetchOutcome>> {
  const kind = items[0]?.resourceType ?? '';
  const query = queryOf(
    context.settings,
    kind,
    items.map((item) => item.resourceId),
  );
  const pages: WikiPage[] = [];
  let next: Readonly<Record<string, string>> | null = query;
  for (let answers = 0; next !== null && answers < mostAnswers; answers += 1) {
    const answer: WikiAnswer | Failure = await askWiki(exchange, context, next).catch(
      (error: unknown) => failureOf(error, exchange, context),
    );
    if (isFailure(answer)) return new Map(items.map((item) => [item, answer]));
    pages.push(...(answer.query?.pages ?? []));
    const more: string[][] = Object.entries(answer.continue ?? {}).map(([name, value]) => [
      name,
      `${value}`,
    ]);
    next = more.length === 0 ? null : { ...query, ...Object.fromEntries(more) };
  }
  const outcomeOf = kind === 'revision' ? revisionOutcome : pageOutcome;
  return new Map(items.map((item) => [item, outcomeOf(item, pages, exchange, context)]));
}

const factsOf = (item: WikiItem, exchange: Exchange, { settings }: Context, more: JsonObject) => ({
  ...exchange.answered(more),
  requestUri: apiUrl(settings, queryOf(settings, item.resourceType, [item.resourceId])),
});

/** The page's title is what it is stored under. */
function pageOutcome(
  item: WikiItem,
  pages: readonly WikiPage[],
  exchange: Exchange,
  context: Context,
): FetchOutcome {
  const page = pages.find(({ pageid }) => String(pageid) === item.resourceId);
  if (page === undefined || page.missing || page.title === '') {
    return failed(
      exchange,
      'page_missing',
      `The wiki has no page of the number ${item.resourceId}.`,
    );
  }
  const type = page.ns === categoryNamespace ? 'category' : 'page';
  const target = wikiItem(context.settings, type, resourceIdOfTitle(page.title), item.priority);
  return {
    kind: 'alias',
    facts: factsOf(item, exchange, context, { alias_of: page.title }),
    canonical: { ...target, isHop: false },
  };
}

const revisionShape = z.looseObject({
  revid: z.number(),
  timestamp: z.string().optional(),
  texthidden: z.boolean().optional(),
});

function revisionOutcome(
  item: WikiItem,
  pages: readonly WikiPage[],
  exchange: Exchange,
  context: Context,
): FetchOutcome {
  for (const page of pages) {
    for (const one of page.revisions ?? []) {
      if (String(one.revid) !== item.resourceId) continue;
      const { revid, timestamp = null, texthidden } = revisionShape.parse(one);
      // It was parsed from JSON, so it holds JSON values only.
      const text = textOf([one as JsonObject]);
      if (texthidden || text === null) {
        return failed(exchange, 'http_forbidden', `The wiki hides the text of revision ${revid}.`);
      }
      const payload = {
        ...contentOf({ ...page, lastrevid: revid }, 'wikitext', text),
        timestamp,
      };
      const validators = { etag: null, lastModified: null, revision: String(revid) };
      const facts = factsOf(item, exchange, context, {});
      // What a revision says does not change.
      return { ...fetchedJson(facts, payload, { validators }), revisitMs: null };
    }
  }
  return failed(exchange, 'page_missing', `The wiki has no revision ${item.resourceId}.`);
}
