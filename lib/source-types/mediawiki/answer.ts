/** What a wiki's API answers, and the errors it hides in answers with status 200. */
import { z } from 'zod';
import type { ErrorCode } from '#lib/errors/codes.ts';

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
    })
    .optional(),
});
export type WikiAnswer = z.infer<typeof wikiAnswer>;

/** Whether an API error passes by itself. See https://www.mediawiki.org/wiki/API:Errors_and_warnings */
export function codeOfWikiError(code: string): ErrorCode {
  const passing =
    code === 'ratelimited' ||
    code === 'maxlag' ||
    code === 'readonly' ||
    code === 'timeout' ||
    code.startsWith('internal_api_error_');
  if (passing) return 'api_busy';
  return code === 'blocked' || code === 'autoblocked' ? 'blocked' : 'api_error';
}
