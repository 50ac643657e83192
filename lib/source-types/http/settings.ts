import { z } from 'zod';
import {
  commonHints,
  commonSettings,
  httpUrl,
  maxDepthHint,
  maxDepthSetting,
  seedPriority,
  seedPriorityHint,
} from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';
import { selectorFault } from './selector.ts';

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not the name of a header');
const headerValue = z
  .string('give header values as text')
  .max(4000, 'at most 4000 characters')
  .regex(/^[\x20-\x7e]*$/, 'use plain ASCII characters only');

/** Headers the HTTP client sets itself, and credentials, which are a secret of their own. */
const reservedHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'upgrade',
  'expect',
  'user-agent',
  'authorization',
  'cookie',
  'proxy-authorization',
]);

const selector = z
  .string('give selectors as text')
  .trim()
  .min(1, 'must not be empty')
  .superRefine((text, context) => {
    const fault = selectorFault(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

export const httpSettings = z.strictObject({
  base_url: httpUrl.optional(),
  headers: z
    .record(headerName, headerValue)
    .default({})
    .superRefine((headers, context) => {
      for (const name of Object.keys(headers)) {
        if (!reservedHeaders.has(name.toLowerCase())) continue;
        const message =
          name.toLowerCase() === 'authorization'
            ? 'store it as the secret authorization'
            : 'is set by the crawler itself';
        context.addIssue({ code: 'custom', path: [name], message });
      }
    }),
  response: z.enum(['auto', 'json', 'text']).default('auto'),
  respect_robots: z.boolean().default(true),
  discovery: z
    .strictObject({
      enabled: z.boolean().default(false),
      links: z.array(selector).max(50, 'at most 50').default(['a[href]']),
      same_host: z.boolean().default(true),
      max_depth: maxDepthSetting,
    })
    .prefault({}),
  ...commonSettings(0),
});
export type HttpSettings = z.infer<typeof httpSettings>;

export const httpHints: Readonly<Record<string, FieldHint>> = {
  base_url: {
    label: 'Base address',
    help: 'Seeds that are not absolute are resolved against it.',
    widget: 'url',
    placeholder: 'https://api.example.org/v1/',
    group: 'Server',
  },
  headers: {
    label: 'Headers',
    help: 'Sent with every request, one a line as Name: value. Credentials belong into the secret.',
    widget: 'headers',
    placeholder: 'Accept: application/json',
    group: 'Server',
  },
  response: {
    label: 'Answers are',
    help: 'json: anything else is an error, and robots.txt is not asked. text: stored as received. auto: by their content type.',
    widget: 'select',
    group: 'Server',
  },
  respect_robots: {
    label: 'Respect robots.txt',
    help: 'Fetch only what the site allows crawlers. Turn it off only for a site that allowed it to you.',
    widget: 'switch',
    group: 'Politeness',
  },
  'discovery.enabled': {
    label: 'Discover further addresses',
    help: 'Follow links found in the answers.',
    widget: 'switch',
    group: 'Discovery',
  },
  'discovery.links': {
    label: 'Links',
    help: 'Where links are, one a line: CSS selectors for pages (a.next), paths beginning with $ for JSON ($.items[*].url).',
    widget: 'lines',
    placeholder: 'a[href]',
    group: 'Discovery',
  },
  'discovery.same_host': {
    label: 'Same host only',
    help: 'Follow only links that stay on the host of the item.',
    widget: 'switch',
    group: 'Discovery',
  },
  'discovery.max_depth': maxDepthHint,
  ...commonHints,
};

export const httpSeed = z.strictObject({
  resource_type: z
    .string()
    .regex(
      /^[a-z][a-z0-9_-]{0,49}$/,
      'use lower-case letters, digits, - and _, beginning with a letter',
    )
    .default('document'),
  priority: seedPriority,
  urls: z
    .array(
      z
        .string('give addresses as text')
        .trim()
        .min(1, 'must not be empty')
        .max(2000, 'at most 2000 characters'),
    )
    .min(1, 'give at least one address')
    .max(10_000, 'at most 10,000 addresses'),
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
    help: 'One a line; absolute, or relative to the base address.',
    widget: 'lines',
    placeholder: 'https://example.org/',
  },
};
