import { z } from 'zod';
import {
  commonHints,
  commonSettings,
  grouped,
  httpUrl,
  seedPriority,
  seedPriorityHint,
  wholeNumber,
} from '../common-settings.ts';
import type { FieldHint } from '../source-type.ts';

const dayS = 86_400;
const seconds = (byDefault: number) => wholeNumber(60, 30 * dayS).default(byDefault);

export const feedSettings = z
  .strictObject({
    pages: z.boolean().default(false),
    respect_robots: z.boolean().default(true),
    max_pages: wholeNumber(1, 10_000).default(10),
    least_interval: seconds(900),
    most_interval: seconds(dayS),
    ...commonSettings(1),
  })
  .superRefine(({ least_interval: least, most_interval: most }, context) => {
    if (most >= least) return;
    const message = 'must not be shorter than the shortest interval';
    context.addIssue({ code: 'custom', path: ['most_interval'], message });
  });
export type FeedSettings = z.infer<typeof feedSettings>;

export const feedHints: Readonly<Record<string, FieldHint>> = {
  ...grouped('Feeds', {
    max_pages: {
      label: 'Pages of a feed',
      help: 'Pages with older entries that are read of one feed, the first included (rel=next, archives, next_url).',
      widget: 'number',
    },
    least_interval: {
      label: 'Shortest interval',
      help: 'Seconds between two readings of a feed at least, whatever it says of itself.',
      widget: 'number',
    },
    most_interval: {
      label: 'Longest interval',
      help: 'Seconds after which a feed is due again at the latest.',
      widget: 'number',
    },
  }),
  ...grouped('Pages', {
    pages: {
      label: 'Fetch linked pages',
      help: 'For each entry the page it links to as well, as an item of the kind page. Entries have the content that the feed gives anyway.',
      widget: 'switch',
    },
    respect_robots: {
      label: 'Respect robots.txt',
      help: 'Of linked pages only what the site allows crawlers. A feed that you name is read as a feed reader does, without asking.',
      widget: 'switch',
    },
  }),
  ...commonHints,
};

export const feedSeed = z.strictObject({
  priority: seedPriority,
  feeds: z.array(httpUrl).min(1, 'give at least one feed').max(10_000, 'at most 10,000 feeds'),
});
export type FeedSeed = z.infer<typeof feedSeed>;

export const feedSeedHints: Readonly<Record<string, FieldHint>> = {
  priority: seedPriorityHint,
  feeds: {
    label: 'Feeds',
    help: 'Addresses of RSS, Atom or JSON feeds, one a line.',
    widget: 'lines',
    placeholder: 'https://example.org/feed.xml',
  },
};
