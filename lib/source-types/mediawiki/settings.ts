import { z } from 'zod';
import {
  commonHints,
  commonSettings,
  contactHint,
  discoveryHint,
  grouped,
  httpUrl,
  maxDepthHint,
  maxDepthSetting,
  secretHints,
  secretSettings,
  seedPriority,
  seedPriorityHint,
  wholeNumber,
} from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { titleFault } from './title.ts';

/** Number of the namespace `Category`, fixed by MediaWiki. */
export const categoryNamespace = 14;

export const mediawikiSettings = z.strictObject({
  api_url: httpUrl,
  bot_user: z
    .string('give a name as text')
    .trim()
    .min(1, 'leave it out rather than empty')
    .max(255, 'at most 255 characters')
    .regex(/^[^\p{Cc}]+$/u, 'no control characters')
    .optional(),
  email: z.email('give an e-mail address the wiki can reach you at'),
  namespaces: z
    .array(z.int('give whole numbers').min(0, 'must not be negative').max(9999, 'at most 9999'))
    .min(1, 'give at least one namespace')
    .max(50, 'at most 50 namespaces')
    .default([0]),
  content_format: z.enum(['wikitext', 'html']).default('html'),
  changes_feed: z.boolean().default(true),
  discovery: z
    .strictObject({
      enabled: z.boolean().default(true),
      discover_links: z.boolean().default(true),
      discover_categories: z.boolean().default(false),
      discover_content: z.boolean().default(false),
      max_depth: maxDepthSetting,
    })
    .prefault({}),
  ...commonSettings(1),
  ...secretSettings,
});
export type MediawikiSettings = z.infer<typeof mediawikiSettings>;

export const mediawikiHints: Readonly<Record<string, FieldHint>> = {
  ...grouped('Wiki', {
    api_url: {
      label: 'API address',
      help: "The full address of the wiki's api.php.",
      widget: 'url',
      placeholder: 'https://en.wikipedia.org/w/api.php',
    },
    bot_user: {
      label: 'Bot user',
      help: 'For a wiki that is read signed in: the name that Special:BotPasswords gives, such as Reader@holocron. Its password is the secret.',
      widget: 'text',
      placeholder: 'Reader@holocron',
    },
    email: contactHint(
      'Named in the user agent, as wikis demand; without one they block crawlers.',
    ),
    namespaces: {
      label: 'Namespaces',
      help: 'Numbers of the namespaces whose pages are followed, one a line; 0 = articles.',
      widget: 'lines',
    },
    content_format: {
      label: 'Content as',
      help: 'How content items are fetched: html as readers see it, one request each; wikitext as it was written.',
      widget: 'select',
    },
    changes_feed: {
      label: 'Ask what has changed',
      help: "In a recrawl, read the wiki's list of recent changes once instead of asking for each page's revision. Turn it off for a wiki that is filled by scripts which leave no trace in that list.",
      widget: 'switch',
    },
  }),
  ...grouped('Discovery', {
    'discovery.enabled': discoveryHint('pages', 'Follow what a page links to.'),
    'discovery.discover_links': {
      label: 'Follow links',
      help: 'Links to pages of the chosen namespaces.',
      widget: 'switch',
    },
    'discovery.discover_categories': {
      label: 'Follow categories',
      help: 'The categories of a page, and all their pages and subcategories.',
      widget: 'switch',
    },
    'discovery.discover_content': {
      label: 'Fetch the content too',
      help: 'For each page an item of the kind content, in the format chosen above. Pages have their wikitext anyway.',
      widget: 'switch',
    },
    'discovery.max_depth': maxDepthHint,
  }),
  ...commonHints,
  ...secretHints,
};

const title = z
  .string('give page titles as text')
  .trim()
  .min(1, 'must not be empty')
  .superRefine((text, context) => {
    const fault = titleFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

/** As wikis number pages and revisions. */
const wikiNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER);

export const mediawikiSeed = z
  .strictObject({
    resource_type: z.enum(['page', 'category', 'content', 'search']).default('page'),
    priority: seedPriority,
    titles: z.array(title).max(10_000, 'at most 10,000 titles').optional(),
    page_ids: z.array(wikiNumber).max(10_000, 'at most 10,000').optional(),
    revisions: z.array(wikiNumber).max(10_000, 'at most 10,000').optional(),
    search_query: z
      .string('give a search as text')
      .trim()
      .min(1, 'must not be empty')
      .max(300, 'at most 300 characters')
      .optional(),
    max_pages: wholeNumber(0, 200).default(10),
  })
  .superRefine((seed, context) => {
    const isSearch = seed.resource_type === 'search';
    if (isSearch && seed.search_query === undefined) {
      context.addIssue({ code: 'custom', path: ['search_query'], message: 'give a search' });
    }
    const named = [seed.titles, seed.page_ids, seed.revisions];
    if (!isSearch && named.every((list = []) => list.length === 0)) {
      context.addIssue({ code: 'custom', path: ['titles'], message: 'give at least one title' });
    }
  });
export type MediawikiSeed = z.infer<typeof mediawikiSeed>;

export const mediawikiSeedHints: Readonly<Record<string, FieldHint>> = {
  resource_type: {
    label: 'Kind',
    help: 'page; category for the members of categories (titles with their prefix); content for the text alone; search for the pages a search finds.',
    widget: 'select',
  },
  priority: seedPriorityHint,
  titles: {
    label: 'Titles',
    help: 'Page titles, one a line; not for a search.',
    widget: 'lines',
    placeholder: 'Star Wars',
  },
  page_ids: {
    label: 'Page numbers',
    help: 'Numbers of pages (pageid, curid), one a line; each is stored under its title.',
    widget: 'lines',
  },
  revisions: {
    label: 'Revisions',
    help: 'Numbers of old revisions (oldid), one a line; the wikitext of each is an item of the kind revision.',
    widget: 'lines',
  },
  search_query: {
    label: 'Search',
    help: 'As in the search field of the wiki, over the chosen namespaces; only for the kind search.',
    widget: 'text',
    placeholder: 'incategory:"Films" droid',
  },
  max_pages: {
    label: 'Result pages',
    help: 'Pages of 50 results that are read of a search; 0 = all that the wiki gives.',
    widget: 'number',
  },
};
