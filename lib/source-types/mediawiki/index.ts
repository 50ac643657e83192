/** MediaWiki: pages and categories of any wiki with an api.php. */
import type { SourceType } from '../source-type.ts';
import { fetchFromWiki, fetchTogetherFromWiki } from './connector.ts';
import { mediawikiDiscover } from './discovery.ts';
import { maxTitles } from './request.ts';
import { mediawikiSeedItems, mediawikiSeedOf } from './seeding.ts';
import {
  type MediawikiSeed,
  type MediawikiSettings,
  mediawikiHints,
  mediawikiSeed,
  mediawikiSeedHints,
  mediawikiSettings,
} from './settings.ts';

export const mediawiki: SourceType<MediawikiSettings, MediawikiSeed> = {
  id: 'mediawiki',
  title: 'MediaWiki',
  description: 'Pages of a wiki with their text, links and categories.',
  settingsSchema: mediawikiSettings,
  secretFields: {
    bot_password: {
      label: 'Bot password',
      help: 'As Special:BotPasswords gives it to the bot user; the right to read is enough. Sent to the wiki only.',
      widget: 'secret',
      group: 'Wiki',
      required: false,
      isEncoded: true,
    },
  },
  fieldHints: mediawikiHints,
  seedSchema: mediawikiSeed,
  seedHints: mediawikiSeedHints,
  templates: [
    {
      id: 'wikipedia',
      title: 'Wikipedia',
      description: 'Articles of the English Wikipedia, following links one hop from the seeds.',
      name: 'wikipedia',
      settings: {
        api_url: 'https://en.wikipedia.org/w/api.php',
        email: '',
        rate_limit_delay: 1,
        discovery: {
          enabled: true,
          discover_links: true,
          discover_categories: false,
          max_depth: 1,
        },
      },
      seeds: [{ resource_type: 'page', priority: 10, titles: ['Star Wars'] }],
    },
  ],
  secretOrigins: ({ api_url: url, bot_user: user }) =>
    user === undefined ? [] : [new URL(url).origin],
  seedOf: (text, { settings, seeds }) => mediawikiSeedOf(text, settings, seeds),
  seedItems: mediawikiSeedItems,
  fetch: fetchFromWiki,
  batch: {
    // Rendered pages are one request each: few enough that they all end within a lease or two.
    sizes: { category: 1, search: 1, content: 10 },
    otherSize: maxTitles,
    fetch: fetchTogetherFromWiki,
  },
  discover: mediawikiDiscover,
  maxDepth: (settings) => (settings.discovery.enabled ? settings.discovery.max_depth : 0),
};
