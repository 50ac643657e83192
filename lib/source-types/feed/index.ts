/** Feeds: RSS, Atom and JSON Feed, their entries as items. */
import type { SourceType } from '../source-type.ts';
import { fetchFromFeed } from './connector.ts';
import { entriesTogether, readEntries } from './entries.ts';
import { entryType, feedDiscover, feedSeedItems } from './items.ts';
import {
  type FeedSeed,
  type FeedSettings,
  feedHints,
  feedSeed,
  feedSeedHints,
  feedSettings,
} from './settings.ts';

export const feed: SourceType<FeedSettings, FeedSeed> = {
  id: 'feed',
  title: 'Feeds',
  description: 'RSS, Atom and JSON feeds: their entries, and the pages they link to.',
  settingsSchema: feedSettings,
  secretFields: {},
  fieldHints: feedHints,
  seedSchema: feedSeed,
  seedHints: feedSeedHints,
  templates: [
    {
      id: 'feed',
      title: 'News feed',
      description: 'The entries of a feed, read as often as it asks to be.',
      name: 'news',
      settings: { pages: false, rate_limit_delay: 1 },
      seeds: [{ priority: 10, feeds: ['https://example.org/feed.xml'] }],
    },
  ],
  secretOrigins: () => [],
  seedOf: (text) => ({ feeds: [text] }),
  seedItems: feedSeedItems,
  fetch: fetchFromFeed,
  batch: { sizes: { [entryType]: entriesTogether }, otherSize: 1, fetch: readEntries },
  discover: feedDiscover,
  // An unchanged feed is looked through again: a run may have left entries out.
  maxDepth: () => 1,
};
