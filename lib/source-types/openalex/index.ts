/** OpenAlex: works by id, DOI or search, with their references; authors, institutions, sources, topics, funders. */
import type { SourceType } from '../source-type.ts';
import { fetchFromOpenalex, fetchTogetherFromOpenalex } from './connector.ts';
import { openalexDiscover } from './discovery.ts';
import { entityKinds } from './entities.ts';
import { openalexSeedItems, openalexSeedOf } from './seeding.ts';
import {
  type OpenalexSeed,
  type OpenalexSettings,
  openalexHints,
  openalexSeed,
  openalexSeedHints,
  openalexSettings,
} from './settings.ts';

/** Others come out of a list together, or are asked for one after the other. */
const entitiesClaimed = 20;
/** Works that are claimed together; how many go into one request is the source's setting. */
const worksClaimed = 50;

export const openalex: SourceType<OpenalexSettings, OpenalexSeed> = {
  id: 'openalex',
  title: 'OpenAlex',
  description:
    'Scholarly works by id, DOI or search, the works they cite, and who wrote, published and funded them.',
  settingsSchema: openalexSettings,
  secretFields: {
    api_key: {
      label: 'API key',
      help: 'Free at openalex.org; single works can be read without one, searches need it.',
      widget: 'secret',
      group: 'API',
      required: false,
    },
  },
  fieldHints: openalexHints,
  seedSchema: openalexSeed,
  seedHints: openalexSeedHints,
  templates: [
    {
      id: 'openalex',
      title: 'OpenAlex',
      description: 'Works found by a search, with the references of those that match.',
      name: 'openalex',
      settings: {
        base_url: 'https://api.openalex.org',
        rate_limit_delay: 0.1,
        discovery: {
          enabled: true,
          discover_references: true,
          discover_related: false,
          max_depth: 1,
        },
        entity_matching: { entities: ['star wars'] },
      },
      seeds: [
        {
          resource_type: 'search',
          priority: 10,
          search_query: 'star wars',
          per_page: 25,
          max_pages: 1,
        },
      ],
    },
  ],
  secretOrigins: (settings) => [new URL(settings.base_url).origin],
  seedOf: (text) => openalexSeedOf(text),
  seedItems: openalexSeedItems,
  fetch: fetchFromOpenalex,
  batch: {
    sizes: {
      work: worksClaimed,
      ...Object.fromEntries(entityKinds.map((kind) => [kind, entitiesClaimed])),
    },
    otherSize: 1,
    fetch: fetchTogetherFromOpenalex,
  },
  discover: openalexDiscover,
  maxDepth: (settings) => (settings.discovery.enabled ? settings.discovery.max_depth : 0),
};
