/** Plain HTTP: JSON APIs and web pages by address. */
import { countingLeftOut, reasonsOf } from '../left-out.ts';
import type { SourceType } from '../source-type.ts';
import { authenticationSecrets, originsOfSecrets } from '../web/authentication.ts';
import { fetchHttpItem } from './connector.ts';
import { httpDiscover } from './discovery.ts';
import { entriesTogether, readEntries } from './entries.ts';
import { httpSeedItems, kindOfSeeds } from './seeding.ts';
import {
  entryType,
  type HttpSeed,
  type HttpSettings,
  httpHints,
  httpSeed,
  httpSeedHints,
  httpSettings,
} from './settings.ts';
import { isWanted } from './site-rules.ts';

export const http: SourceType<HttpSettings, HttpSeed> = {
  id: 'http',
  title: 'HTTP',
  description: 'JSON APIs and web pages by their addresses.',
  settingsSchema: httpSettings,
  secretFields: authenticationSecrets,
  fieldHints: httpHints,
  seedSchema: httpSeed,
  seedHints: httpSeedHints,
  templates: [
    {
      id: 'http-api',
      title: 'Plain HTTP API',
      description: 'Addresses of a JSON API, at most one request a second.',
      name: 'my-api',
      settings: {
        base_url: 'https://api.example.org/v1/',
        response: 'json',
        rate_limit_delay: 1,
        headers: { Accept: 'application/json' },
        discovery: { enabled: false, links: ['$.items[*].url'], max_depth: 1 },
      },
      seeds: [{ resource_type: 'document', priority: 10, urls: ['items'] }],
    },
  ],
  secretOrigins: originsOfSecrets,
  seedOf: (text, { seeds }) => ({
    ...kindOfSeeds(seeds),
    urls: [text],
  }),
  leavesOut(address, { site }) {
    const { leave, leftOut } = countingLeftOut();
    return isWanted(address, site, leave) ? null : (reasonsOf(leftOut)[0] ?? null);
  },
  seedItems: httpSeedItems,
  readsDigits: true,
  fetch: fetchHttpItem,
  batch: { sizes: { [entryType]: entriesTogether }, otherSize: 1, fetch: readEntries },
  discover: httpDiscover,
  rereadsUnchanged: ({ entries }) => entries.key !== undefined,
  maxDepth: (settings) => (settings.discovery.enabled ? settings.discovery.max_depth : 0),
};
