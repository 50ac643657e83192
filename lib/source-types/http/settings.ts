import { z } from 'zod';
import { isSecretHeader, redactSecrets } from '#lib/redact-secrets.ts';
import {
  commonHints,
  commonSettings,
  discoveryHint,
  grouped,
  httpUrl,
  maxDepthHint,
  maxDepthSetting,
  secretHints,
  secretSettings,
  seedPriority,
  seedPriorityHint,
} from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import {
  authenticationFault,
  authenticationHints,
  authenticationSettings,
} from '../web/authentication.ts';
import { charsetOf } from '../web/body.ts';
import { selectorFault } from '../web/selector.ts';
import { errorHints, errorSettings } from './api-errors.ts';
import { changesHints, changesSettings } from './changes.ts';
import { entryHints, entrySettings } from './entry-settings.ts';
import { pagingHints, pagingSettings } from './paging.ts';
import { siteHints, siteSettings } from './site-settings.ts';
import { expandTemplate, mostAddresses, templateFault } from './template.ts';

/** Resource type of sitemaps; their pages have the type of the seed. */
export const sitemapType = 'sitemap';
/** Resource type of the entries of lists. */
export const entryType = 'entry';

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not the name of a header');
const headerValue = z
  .string('give header values as text')
  .max(4000, 'at most 4000 characters')
  .regex(/^[\x20-\x7e]*$/, 'use plain ASCII characters only');

/** Headers the HTTP client sets itself. */
const reservedHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'upgrade',
  'expect',
  'user-agent',
]);

const selector = z
  .string('give selectors as text')
  .trim()
  .min(1, 'must not be empty')
  .superRefine((text, context) => {
    const fault = selectorFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

export const httpSettings = z
  .strictObject({
    base_url: httpUrl.optional(),
    headers: z
      .record(headerName, headerValue)
      .default({})
      .superRefine((headers, context) => {
        for (const name of Object.keys(headers)) {
          if (isSecretHeader(name)) {
            const path = [name];
            context.addIssue({ code: 'custom', path, message: 'is a secret; see authentication' });
            continue;
          }
          if (!reservedHeaders.has(name.toLowerCase())) continue;
          const message = 'is set by the crawler itself';
          context.addIssue({ code: 'custom', path: [name], message });
        }
      }),
    authentication: authenticationSettings,
    response: z.enum(['auto', 'json', 'jsonl', 'text']).default('auto'),
    read_as: z
      .string('give a charset as text')
      .trim()
      .max(100, 'at most 100 characters')
      .refine((label) => charsetOf(label) !== null, 'is no charset of the Encoding standard')
      .optional(),
    respect_robots: z.boolean().default(true),
    robots_token: z
      .string('give a name as text')
      .trim()
      .regex(/^[A-Za-z_-]{1,100}$/, 'use letters, - and _ only (RFC 9309, 2.2.1)')
      .optional(),
    one_address: z.boolean().default(true),
    discovery: z
      .strictObject({
        enabled: z.boolean().default(false),
        links: z.array(selector).max(50, 'at most 50').default(['a[href]']),
        same_host: z.boolean().default(true),
        drop_parameters: z
          .array(
            z
              .string('give names as text')
              .regex(/^[^\s=&#*]+\*?$/, 'give a name, or its beginning and a *'),
          )
          .max(50, 'at most 50')
          .default([]),
        max_depth: maxDepthSetting,
      })
      .prefault({}),
    site: siteSettings,
    paging: pagingSettings,
    errors: errorSettings,
    changes: changesSettings,
    entries: entrySettings,
    ...commonSettings(0),
    ...secretSettings,
  })
  .superRefine((settings, context) => {
    const fault = authenticationFault(settings);
    if (fault) context.addIssue({ code: 'custom', ...fault });
    const { changes, entries, paging } = settings;
    if (changes.parameter !== undefined && paging.by !== 'none' && paging.max_pages > 0) {
      const message = 'must be 0 with changes: what is cut off would be missed for good';
      context.addIssue({ code: 'custom', path: ['paging', 'max_pages'], message });
    }
    const mayGo = entries.key !== undefined && entries.unlisted === 'gone';
    if (mayGo && paging.by !== 'none' && paging.max_pages > 0) {
      const message = 'must be 0 where entries no longer listed are gone: those cut off would be';
      context.addIssue({ code: 'custom', path: ['paging', 'max_pages'], message });
    }
  });
export type HttpSettings = z.infer<typeof httpSettings>;

export const httpHints: Readonly<Record<string, FieldHint>> = {
  ...grouped('Server', {
    base_url: {
      label: 'Base address',
      help: 'Seeds that are not absolute are resolved against it.',
      widget: 'url',
      placeholder: 'https://api.example.org/v1/',
    },
    headers: {
      label: 'Headers',
      help: 'Sent with every request. Keys and passwords belong under Authentication.',
      widget: 'headers',
      placeholder: 'Accept: application/json',
    },
    response: {
      label: 'Answers are',
      help: 'json: anything else is an error, and robots.txt is not asked. jsonl: the same for JSON Lines, read as a list. text: stored as received. auto: by their content type.',
      widget: 'select',
    },
    read_as: {
      label: 'Read as',
      help: 'The charset that texts are read in, such as windows-1251 or shift_jis, where the server names a wrong one. A byte order mark wins. Empty = as header or page say, else UTF-8 or windows-1252.',
      widget: 'text',
      placeholder: 'windows-1251',
    },
    one_address: {
      label: 'One address per page',
      help: 'A page that moved for good, or that names another address of its host where the same can be read, is stored under that one.',
      widget: 'switch',
    },
  }),
  ...authenticationHints,
  ...grouped('Politeness', {
    respect_robots: {
      label: 'Respect robots.txt',
      help: 'Fetch only what the site allows crawlers, and follow no links of pages that say nofollow. Turn it off only for a site that allowed it to you.',
      widget: 'switch',
    },
  }),
  ...grouped('Politeness', {
    robots_token: {
      label: 'Name for robots.txt',
      help: 'The product token that robots.txt and robots directives of pages call this crawler by. Empty = every name in its user agent.',
      widget: 'text',
      placeholder: 'ExampleBot',
    },
  }),
  ...grouped('Discovery', {
    'discovery.enabled': discoveryHint('addresses', 'Follow links found in the answers.'),
    'discovery.links': {
      label: 'Links',
      help: 'Where links are, one a line: CSS selectors for pages (a.next), paths beginning with $ for JSON ($.items[*].url, $..href).',
      widget: 'lines',
      placeholder: 'a[href]',
    },
    'discovery.same_host': {
      label: 'Same host only',
      help: 'Follow only links that stay on the host of the item, with its www or without, or on the one a seed redirects to.',
      widget: 'switch',
    },
    'discovery.drop_parameters': {
      label: 'Parameters left out',
      help: 'Query parameters taken off links, one a line; a * at the end stands for anything (utm_*).',
      widget: 'lines',
      placeholder: 'utm_*',
    },
    'discovery.max_depth': maxDepthHint,
  }),
  ...siteHints,
  ...pagingHints,
  ...entryHints,
  ...changesHints,
  ...errorHints,
  ...commonHints,
  ...secretHints,
};

const address = z
  .string('give addresses as text')
  .trim()
  .min(1, 'must not be empty')
  .max(2000, 'at most 2000 characters');

const template = address.superRefine((text, context) => {
  const fault = templateFault(text);
  if (fault) context.addIssue({ code: 'custom', message: fault });
});

export const httpSeed = z
  .strictObject({
    resource_type: z
      .string()
      .regex(
        /^[a-z][a-z0-9_-]{0,49}$/,
        'use lower-case letters, digits, - and _, beginning with a letter',
      )
      .refine((name) => name !== sitemapType, 'is the kind of sitemaps; choose another')
      .refine((name) => name !== entryType, 'is the kind of entries of lists; choose another')
      .default('document'),
    priority: seedPriority,
    urls: z.array(template).max(mostAddresses, 'at most 10,000 addresses').optional(),
    sitemaps: z.array(address).max(1000, 'at most 1,000 sitemaps').optional(),
    method: z.enum(['GET', 'POST']).default('GET'),
    body: z
      .string('give the body as text')
      .trim()
      .min(1, 'leave it out rather than empty')
      .max(100_000, 'at most 100,000 characters')
      .refine((text) => redactSecrets(text) === text, 'holds a secret; see authentication')
      .optional(),
  })
  .superRefine((seed, context) => {
    const { urls = [], sitemaps = [] } = seed;
    if (urls.length + sitemaps.length === 0) {
      context.addIssue({ code: 'custom', path: ['urls'], message: 'give at least one address' });
    }
    if (seed.body !== undefined && seed.method === 'GET') {
      context.addIssue({ code: 'custom', path: ['body'], message: 'is sent by POST only' });
    }
    let count = 0;
    for (const url of urls) count += templateFault(url) === null ? expandTemplate(url).length : 1;
    if (count > mostAddresses) {
      const message = 'stand for more than 10,000 addresses together';
      context.addIssue({ code: 'custom', path: ['urls'], message });
    }
  });
export type HttpSeed = z.infer<typeof httpSeed>;

export const httpSeedHints: Readonly<Record<string, FieldHint>> = {
  resource_type: {
    label: 'Kind',
    help: 'Names what the addresses are, such as document or record.',
    widget: 'text',
  },
  priority: seedPriorityHint,
  urls: {
    label: 'Addresses',
    help: 'One a line; absolute, or relative to the base address. {1..50} stands for a range, {en,de} for a list.',
    widget: 'lines',
    placeholder: 'https://example.org/page/{1..50}',
  },
  method: {
    label: 'Method',
    help: 'GET, or POST with the body below. Sitemaps are always fetched by GET.',
    widget: 'select',
  },
  body: {
    label: 'Body',
    help: 'What is sent with each of the addresses: JSON, or a form such as a=1&b=2. Paging may put its parameters there.',
    widget: 'area',
    placeholder: '{"query": "status:open", "offset": 0}',
    when: { path: 'method', is: ['POST'] },
  },
  sitemaps: {
    label: 'Sitemaps',
    help: 'Addresses of sitemaps, of their index, of the robots.txt that names them or of feeds, one a line; packed ones too. Their pages are fetched, and again when they changed. A sitemap on another host than its pages is followed when their robots.txt names it.',
    widget: 'lines',
    placeholder: 'https://example.org/sitemap.xml',
  },
};
