/** Settings and seeds, and the ids of works as people write them: OpenAlex's own and DOIs. */
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
import { entityKinds, entityOf, kindsListed } from './entities.ts';

/** `2741809807`, `W2741809807` or its address → `W2741809807`; null when it is none. */
export function workIdOf(text: string): string | null {
  const id = /^(?:https?:\/\/(?:api\.)?openalex\.org\/(?:works\/)?)?[wW]?(\d{1,18})$/.exec(
    text.trim(),
  )?.[1];
  return id === undefined ? null : `W${id}`;
}

/** A DOI, its address or `doi:…` → the DOI in lower case (DOIs ignore case); null when it is none. */
export function doiOf(text: string): string | null {
  const doi = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:)?(10\.\d{4,9}\/\S{1,400})$/i.exec(
    text.trim(),
  )?.[1];
  return doi?.toLowerCase() ?? null;
}

const entityId = z
  .string('give ids as text')
  .refine((text) => !['work', undefined].includes(entityOf(text)?.kind), {
    message: 'give an OpenAlex id such as A5023888391, I27837315 or S137773608',
  });

const texts = z.array(z.string().trim().min(1, 'must not be empty')).max(10_000, 'at most 10,000');

const workId = z
  .string('give work ids as text')
  .refine((text) => workIdOf(text) !== null, 'give an OpenAlex work id such as W2741809807');

const doi = z
  .string('give DOIs as text')
  .refine((text) => doiOf(text) !== null, 'give a DOI such as 10.7717/peerj.4375');

export const openalexSettings = z.strictObject({
  base_url: httpUrl.default('https://api.openalex.org'),
  email: z.email('give an e-mail address').optional(),
  works_together: wholeNumber(1, 100).default(50),
  select: z
    .array(z.string().regex(/^[a-z_]{1,60}$/, 'give names of fields such as title'))
    .max(100, 'at most 100')
    .default([]),
  discovery: z
    .strictObject({
      enabled: z.boolean().default(true),
      discover_references: z.boolean().default(true),
      discover_related: z.boolean().default(false),
      entities: z.array(z.enum(entityKinds)).default([]),
      max_depth: maxDepthSetting,
    })
    .prefault({}),
  entity_matching: z
    .strictObject({
      entities: texts.default([]),
      identifiers: z
        .strictObject({
          doi: z.array(doi).max(10_000, 'at most 10,000').default([]),
          openalex_id: z.array(workId).max(10_000, 'at most 10,000').default([]),
        })
        .prefault({}),
      case_sensitive: z.boolean().default(false),
    })
    .prefault({}),
  ...commonSettings(0.1),
  ...secretSettings,
});
export type OpenalexSettings = z.infer<typeof openalexSettings>;

export const openalexHints: Readonly<Record<string, FieldHint>> = {
  ...grouped('API', {
    base_url: {
      label: 'API address',
      help: 'Address of the OpenAlex API.',
      widget: 'url',
      placeholder: 'https://api.openalex.org',
    },
    email: contactHint('Named in the user agent; OpenAlex itself asks for an API key instead.'),
    works_together: {
      label: 'Works in one request',
      help: 'With an API key. Lists cost a little of its budget, single works nothing: 1 = each by itself.',
      widget: 'number',
    },
    select: {
      label: 'Fields',
      help: 'Names of the fields that are asked for, one a line; empty = all. Ids are always among them. What is not asked for leads nowhere: references need referenced_works, matching needs title.',
      widget: 'lines',
      placeholder: 'title',
    },
  }),
  ...grouped('Discovery', {
    'discovery.enabled': discoveryHint('works', 'Follow the references of works that match.'),
    'discovery.discover_references': {
      label: 'Follow references',
      help: 'The works a matching work cites.',
      widget: 'switch',
    },
    'discovery.discover_related': {
      label: 'Follow related works',
      help: 'The works OpenAlex counts as related.',
      widget: 'switch',
    },
    'discovery.entities': {
      label: 'Follow to',
      help: 'What else a matching work leads to, one a line: author, institution, source, topic, funder or publisher.',
      widget: 'lines',
    },
    'discovery.max_depth': maxDepthHint,
  }),
  ...grouped('Matching', {
    'entity_matching.entities': {
      label: 'Entities',
      help: 'A work matches when its title contains one of these or a concept equals one. With no entity and no identifier every work matches.',
      widget: 'lines',
      placeholder: 'star wars',
    },
    'entity_matching.identifiers.doi': {
      label: 'DOIs',
      help: 'Works with one of these DOIs match.',
      widget: 'lines',
    },
    'entity_matching.identifiers.openalex_id': {
      label: 'OpenAlex ids',
      help: 'Works with one of these ids match.',
      widget: 'lines',
    },
    'entity_matching.case_sensitive': {
      label: 'Case matters',
      help: 'Whether entities must match in upper and lower case.',
      widget: 'switch',
    },
  }),
  ...commonHints,
  ...secretHints,
};

export const openalexSeed = z
  .strictObject({
    resource_type: z.enum(['work', 'search']).optional(),
    priority: seedPriority,
    entity: z.enum(kindsListed).default('work'),
    search_query: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(500, 'at most 500 characters')
      .optional(),
    filters: z
      .array(z.string().trim().min(1, 'must not be empty'))
      .max(100, 'at most 100')
      .optional(),
    per_page: wholeNumber(1, 100).default(25),
    max_pages: wholeNumber(0, 100_000).default(10),
    work_ids: z.array(workId).max(10_000, 'at most 10,000').optional(),
    dois: z.array(doi).max(10_000, 'at most 10,000').optional(),
    entity_ids: z.array(entityId).max(10_000, 'at most 10,000').optional(),
  })
  .superRefine((seed, context) => {
    const searches = seed.search_query !== undefined || (seed.filters?.length ?? 0) > 0;
    const works = (seed.work_ids?.length ?? 0) + (seed.dois?.length ?? 0) > 0;
    const entities = (seed.entity_ids?.length ?? 0) > 0;
    const message =
      seed.resource_type === 'search' && !searches
        ? 'a search needs search_query or filters'
        : seed.resource_type === 'work' && !works
          ? 'works need work_ids or dois'
          : 'give search_query, filters, work_ids, dois or entity_ids';
    const fits =
      seed.resource_type === 'search'
        ? searches
        : seed.resource_type === 'work'
          ? works
          : searches || works || entities;
    if (!fits) context.addIssue({ code: 'custom', message });
  });
export type OpenalexSeed = z.infer<typeof openalexSeed>;

export const openalexSeedHints: Readonly<Record<string, FieldHint>> = {
  resource_type: {
    label: 'Kind',
    help: 'work or search; when left out, whatever the seed gives.',
    widget: 'select',
  },
  priority: seedPriorityHint,
  entity: {
    label: 'Searches',
    help: 'What is searched and filtered: works, or authors, institutions, sources, topics, funders or publishers.',
    widget: 'select',
  },
  search_query: {
    label: 'Search',
    help: 'Full-text search over works, or over names.',
    widget: 'text',
    placeholder: 'star wars',
  },
  filters: {
    label: 'Filters',
    help: 'OpenAlex filters, one a line.',
    widget: 'lines',
    placeholder: 'publication_year:2024',
  },
  per_page: {
    label: 'Results a page',
    help: 'Results in one page, at most 100.',
    widget: 'number',
  },
  max_pages: {
    label: 'Pages',
    help: 'Pages of results that are read; 0 = all of them. Searches cost budget at OpenAlex.',
    widget: 'number',
  },
  work_ids: {
    label: 'Work ids',
    help: 'OpenAlex ids, one a line.',
    widget: 'lines',
    placeholder: 'W2741809807',
  },
  dois: {
    label: 'DOIs',
    help: 'DOIs, one a line.',
    widget: 'lines',
    placeholder: '10.7717/peerj.4375',
  },
  entity_ids: {
    label: 'Other ids',
    help: 'OpenAlex ids of authors (A…), institutions (I…), sources (S…), topics (T…), funders (F…) and publishers (P…), one a line.',
    widget: 'lines',
    placeholder: 'A5023888391',
  },
};
