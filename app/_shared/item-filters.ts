/** The filters of the work-item list as a person meets them: names, kinds, and values in words. */

import { type WorkItemParameter, workItemParameterNames } from '#lib/items/list/parameters.ts';
import type { FilterSuggestions } from '#lib/items/list/suggest.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import type { WorkItemStatus } from '#lib/queue/model.ts';
import { listAddress } from './list-address.ts';

/** `view` is the saved view that the list was opened with; `everything` opens none, not even one's own. */
export type ListParameter = WorkItemParameter | 'view';
export const everything = 'all';

/** The list's parameters that are given, as text. */
export type ListParameters = Readonly<Partial<Record<ListParameter, string>>>;
export type ListChanges = Readonly<Partial<Record<ListParameter, string | null>>>;

export const listParameterNames: readonly ListParameter[] = [...workItemParameterNames, 'view'];

/** Parameters that are filters, not order or position. */
export type FilterParameter = Exclude<WorkItemParameter, 'sort' | 'dir' | 'cursor'>;

export const statusWords = {
  pending: 'Pending',
  in_progress: 'In progress',
  completed: 'Completed',
  failed: 'Failed',
  skipped: 'Skipped',
} as const satisfies Record<WorkItemStatus, string>;

export interface FilterDefinition {
  readonly parameter: FilterParameter;
  readonly label: string;
  readonly help: string;
  readonly kind: 'text' | 'number' | 'date' | 'status' | 'flag';
  /** Where values to suggest come from. */
  readonly values?: keyof FilterSuggestions;
  /** Values worth a click. */
  readonly examples?: readonly string[];
  readonly unit?: string;
}

export interface FilterGroup {
  readonly title: string;
  readonly filters: readonly FilterDefinition[];
}

/** What the filter box offers. */
export const filterGroups: readonly FilterGroup[] = [
  {
    title: 'Freshness',
    filters: [
      {
        parameter: 'stale',
        label: 'Stale for',
        help: 'Fetched once, and not for at least so many days; retired items are left out.',
        kind: 'number',
        unit: 'days',
        examples: ['7', '30', '90', '365'],
      },
      {
        parameter: 'due',
        label: 'Due for recrawl',
        help: 'The next fetch was due before now.',
        kind: 'flag',
      },
      { parameter: 'fetched_from', label: 'Fetched since', help: 'A UTC day.', kind: 'date' },
      {
        parameter: 'fetched_to',
        label: 'Fetched until',
        help: 'A UTC day, included.',
        kind: 'date',
      },
    ],
  },
  {
    title: 'Resource',
    filters: [
      {
        parameter: 'source',
        label: 'Source',
        help: 'Items of one source.',
        kind: 'text',
        values: 'sources',
      },
      {
        parameter: 'q',
        label: 'Text',
        help: 'Anywhere in the resource id, the URI or the error message.',
        kind: 'text',
      },
      {
        parameter: 'type',
        label: 'Type',
        help: 'The resource type exactly, such as page, category or work.',
        kind: 'text',
        values: 'types',
      },
      {
        parameter: 'resource',
        label: 'Id starts with',
        help: 'The beginning of the resource id, case-sensitive. The fastest way to find one.',
        kind: 'text',
      },
      {
        parameter: 'contains',
        label: 'Id contains',
        help: 'Anywhere in the resource id.',
        kind: 'text',
      },
      {
        parameter: 'uri',
        label: 'URI contains',
        help: 'Anywhere in the request URI.',
        kind: 'text',
      },
      {
        parameter: 'from',
        label: 'Discovered from',
        help: 'The id of the item whose payload named it.',
        kind: 'text',
      },
      {
        parameter: 'host',
        label: 'Host',
        help: 'Host and port of the request URI, such as api.example.org or 127.0.0.1:8080.',
        kind: 'text',
        values: 'hosts',
      },
    ],
  },
  {
    title: 'Work',
    filters: [
      {
        parameter: 'status',
        label: 'Status',
        help: 'One status, or several with commas between them.',
        kind: 'status',
      },
      {
        parameter: 'run',
        label: 'Run',
        help: 'A run by its name, or any by its id.',
        kind: 'text',
        values: 'runs',
      },
      {
        parameter: 'attempts',
        label: 'Attempts at least',
        help: 'Claimed at least so many times since it was last enqueued.',
        kind: 'number',
        examples: ['2', '3', '5'],
      },
      {
        parameter: 'http',
        label: 'HTTP status',
        help: 'The last answer of the source.',
        kind: 'number',
        examples: ['403', '404', '429', '500', '503'],
      },
      {
        parameter: 'error',
        label: 'Error code',
        help: 'The code of the last error.',
        kind: 'text',
        values: 'errors',
      },
      {
        parameter: 'lease',
        label: 'Leased by',
        help: 'The worker that holds the lease.',
        kind: 'text',
        values: 'workers',
      },
      {
        parameter: 'held',
        label: 'On hold',
        help: 'Queued, but claimed by nobody: put on hold, or left over by a run that was stopped.',
        kind: 'flag',
      },
      {
        parameter: 'priority_from',
        label: 'Priority from',
        help: 'Lower numbers go first.',
        kind: 'number',
      },
      {
        parameter: 'priority_to',
        label: 'Priority to',
        help: 'Lower numbers go first.',
        kind: 'number',
      },
      { parameter: 'created_from', label: 'Created since', help: 'A UTC day.', kind: 'date' },
      {
        parameter: 'created_to',
        label: 'Created until',
        help: 'A UTC day, included.',
        kind: 'date',
      },
      { parameter: 'updated_from', label: 'Changed since', help: 'A UTC day.', kind: 'date' },
      {
        parameter: 'updated_to',
        label: 'Changed until',
        help: 'A UTC day, included.',
        kind: 'date',
      },
    ],
  },
];

export const filterDefinitions: ReadonlyMap<string, FilterDefinition> = new Map(
  filterGroups.flatMap((group) => group.filters).map((filter) => [filter.parameter, filter]),
);

/** Every filter parameter, for clearing them all. */
export const filterParameters: readonly FilterParameter[] = filterGroups.flatMap((group) =>
  group.filters.map((filter) => filter.parameter),
);

/** A value as a chip shows it. */
export function valueInWords(filter: FilterDefinition, value: string): string {
  if (filter.kind === 'flag') return 'yes';
  return filter.unit ? `${value} ${filter.unit}` : value;
}

/** The parameters after a change (`null` removes), at the first page of the list. */
export function changedParameters(current: ListParameters, changes: ListChanges): ListParameters {
  const after: Partial<Record<ListParameter, string>> = {};
  for (const name of listParameterNames) {
    const value = name in changes || name === 'cursor' ? changes[name] : current[name];
    if (value) after[name] = value;
  }
  // With nothing left the address would mean the view it was opened with, and bring it all back.
  return Object.keys(after).every((name) => name === 'view') ? { view: everything } : after;
}

export function listHref(current: ListParameters, changes: ListChanges): string {
  const after = changedParameters(current, changes);
  return listAddress('/work-items', after, { cursor: after.cursor });
}

/** The known parameters of an address as texts, for links that keep them. */
export function listParametersOf(raw: RawParameters): ListParameters {
  const given: Partial<Record<ListParameter, string>> = {};
  for (const name of listParameterNames) {
    const value = raw[name];
    const text = typeof value === 'string' ? value : value?.join(',');
    if (text) given[name] = text;
  }
  return given;
}

/** The filter alone: no order, no position, no view. */
export function filterOf(current: ListParameters): Partial<Record<FilterParameter, string>> {
  return Object.fromEntries(
    filterParameters.flatMap((name) => (current[name] ? [[name, current[name]]] : [])),
  );
}

/** Filter and order, as a view keeps them. */
export function queryOf(current: ListParameters): string {
  const { view: _view, cursor: _cursor, ...kept } = current;
  return new URLSearchParams(kept).toString();
}
