/**
 * Pages that a wiki does not have under their title: files whose description stands on a shared repository, and pages
 * that were moved away without leaving a redirect, of which the wiki's log tells.
 */
import { z } from 'zod';
import type { JsonObject } from '#lib/json.ts';
import type { FetchContext, FetchOutcome } from '../source-type.ts';
import { type Exchange, failureOf, fetchedJson, isFailure } from '../web/exchange.ts';
import type { WikiPage } from './answer.ts';
import { askWiki } from './ask.ts';
import { aliasOf, type WikiItem, writeAliasChain } from './judge.ts';
import { apiUrl, logQuery, sharedFileQuery } from './request.ts';
import type { MediawikiSettings } from './settings.ts';
import { titleFault, titleOfResourceId } from './title.ts';

/** Number of the namespace `File`, fixed by MediaWiki. */
const fileNamespace = 6;

interface Asking {
  readonly exchange: Exchange;
  readonly context: FetchContext<MediawikiSettings>;
}

/**
 * What became of a page that is missing; null when nothing more is known of it. Asks only for files, and for what was
 * there before.
 */
export async function lookElsewhere(
  item: WikiItem,
  page: WikiPage,
  asking: Asking,
): Promise<FetchOutcome | null> {
  if (item.resourceType === 'page' && page.ns === fileNamespace) {
    return sharedFile(item, page, asking);
  }
  return item.lastFetchedAt === null ? null : movedPage(item, page, asking);
}

const sharedShape = z.looseObject({
  imagerepository: z.string(),
  imageinfo: z.array(z.looseObject({ sha1: z.string().optional() })).min(1),
});

/** Its description, as the repository that has it gives it. */
async function sharedFile(
  item: WikiItem,
  { title }: WikiPage,
  { exchange, context }: Asking,
): Promise<FetchOutcome | null> {
  const answer = await askWiki(exchange, context, sharedFileQuery(title)).catch((error: unknown) =>
    failureOf(error, exchange, context),
  );
  if (isFailure(answer)) return answer;
  const page = answer.query?.pages?.find((one) => one.title === title);
  const shared = sharedShape.safeParse(page);
  if (!shared.success || ['', 'local'].includes(shared.data.imagerepository)) return null;
  const revision = shared.data.imageinfo[0]?.sha1 ?? null;
  const validators = { etag: null, lastModified: null, revision };
  const facts = {
    ...exchange.answered({ shared_repository: shared.data.imagerepository }),
    requestUri: apiUrl(context.settings, sharedFileQuery(title)),
  };
  if (revision !== null && revision === item.revision)
    return { kind: 'unchanged', facts, validators };
  // It was parsed from JSON, so it holds JSON values only.
  const payload = { ...(page as JsonObject), links: [], categories: [] } as JsonObject;
  return fetchedJson(facts, payload, {
    projection: { title, files: payload['imageinfo'] ?? null },
    validators,
  });
}

const logShape = z.looseObject({
  query: z.looseObject({
    logevents: z.array(
      z.looseObject({
        type: z.string(),
        action: z.string().optional(),
        params: z
          .looseObject({ target_title: z.string().optional(), new_title: z.string().optional() })
          .optional()
          .catch(undefined),
        /** Of wikis before 1.25. */
        move: z.looseObject({ new_title: z.string() }).optional().catch(undefined),
      }),
    ),
  }),
});

/** The title it has now, whose other name this one is. */
async function movedPage(
  item: WikiItem,
  { ns }: WikiPage,
  { exchange, context }: Asking,
): Promise<FetchOutcome | null> {
  const title = titleOfResourceId(item.resourceId);
  const answer = await askWiki(exchange, context, logQuery(title)).catch((error: unknown) =>
    failureOf(error, exchange, context),
  );
  if (isFailure(answer)) return null;
  const [last] = logShape.safeParse(answer).data?.query.logevents ?? [];
  const to = last?.params?.target_title ?? last?.params?.new_title ?? last?.move?.new_title;
  if (last?.type !== 'move' || to === undefined || titleFault(to) !== null) return null;
  const chain = { namespace: ns ?? 0, titles: [title, to] };
  const { canonical, details } = aliasOf(item, context.settings, chain);
  return {
    kind: 'alias',
    facts: exchange.answered({ ...details, moved_to: to }),
    canonical,
    validators: { etag: writeAliasChain(chain), lastModified: null, revision: null },
  };
}
