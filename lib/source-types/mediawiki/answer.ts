/** What a wiki's API answers, and the errors it hides in answers with status 200. */
import { z } from 'zod';
import type { AppErrorCode } from '#lib/errors/codes.ts';

const reference = z.looseObject({ ns: z.number(), title: z.string() });

const wikiPage = z.looseObject({
  title: z.string(),
  ns: z.number().optional(),
  pageid: z.number().optional(),
  lastrevid: z.number().optional(),
  missing: z.boolean().optional(),
  invalid: z.boolean().optional(),
  invalidreason: z.string().optional(),
  special: z.boolean().optional(),
  revisions: z.array(z.looseObject({ revid: z.number().optional() })).optional(),
  links: z.array(reference).optional(),
  categories: z.array(reference).optional(),
});
export type WikiPage = z.infer<typeof wikiPage>;

const wikiMember = z.looseObject({ ns: z.number(), title: z.string() });

export const wikiAnswer = z.looseObject({
  error: z.looseObject({ code: z.string(), info: z.string().optional() }).optional(),
  /** The answer of `action=parse`. */
  parse: z
    .looseObject({ title: z.string(), revid: z.number().optional(), text: z.string() })
    .optional(),
  /** When the wiki began to answer, by its own clock; as asked for with each request. */
  curtimestamp: z.string().optional(),
  /** Parameters of the next request; absent when the answer is complete. */
  continue: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  query: z
    .looseObject({
      normalized: z
        .array(
          z.looseObject({ from: z.string(), to: z.string(), fromencoded: z.boolean().optional() }),
        )
        .optional(),
      redirects: z.array(z.looseObject({ from: z.string(), to: z.string() })).optional(),
      interwiki: z.array(z.looseObject({ title: z.string() })).optional(),
      pages: z.array(wikiPage).optional(),
      categorymembers: z.array(wikiMember).optional(),
      search: z.array(wikiMember).optional(),
      recentchanges: z
        .array(
          z.looseObject({
            type: z.string(),
            timestamp: z.string(),
            /** Absent when the wiki hides what the entry is about. */
            title: z.string().optional(),
            revid: z.number().optional(),
            logparams: z.unknown().optional(),
          }),
        )
        .optional(),
      searchinfo: z.looseObject({ totalhits: z.number().optional() }).optional(),
    })
    .optional(),
});
export type WikiAnswer = z.infer<typeof wikiAnswer>;

interface WikiError {
  /** Whole codes, or beginnings of codes with a `*`. */
  readonly codes: readonly string[];
  readonly outcome: AppErrorCode;
}

/**
 * Codes of the API's errors, the first row that fits; any other is `api_error`.
 * See https://www.mediawiki.org/wiki/API:Errors_and_warnings
 */
export const wikiErrors: readonly WikiError[] = [
  { codes: ['ratelimited', 'actionthrottledtext'], outcome: 'http_rate_limited' },
  {
    codes: ['maxlag', 'readonly', 'timeout', 'internal_api_error_*', 'dbqueryerror'],
    outcome: 'api_busy',
  },
  {
    codes: ['blocked', 'autoblocked', 'globalblocking-*', 'wikimedia-globalblocking-*'],
    outcome: 'blocked',
  },
  { codes: ['readapidenied', 'permissiondenied', 'notloggedin'], outcome: 'http_unauthorized' },
  { codes: ['missingtitle', 'nosuchpageid', 'nosuchrevid'], outcome: 'page_missing' },
  { codes: ['invalidtitle', 'pagecannotexist'], outcome: 'title_invalid' },
];

export const codeOfWikiError = (code: string): AppErrorCode =>
  wikiErrors.find(({ codes }) =>
    codes.some((one) => (one.endsWith('*') ? code.startsWith(one.slice(0, -1)) : one === code)),
  )?.outcome ?? 'api_error';
