/** What the filter box offers for what was typed: fields, values, or the text itself. Pure. */

import {
  type FilterDefinition,
  type FilterParameter,
  filterGroups,
  type ListParameters,
  statusWords,
} from '#app/_shared/item-filters.ts';
import type { FilterSuggestions } from '#lib/items/list/suggest.ts';

export interface FilterOption {
  readonly id: string;
  /** The field in front of a value; absent where the label says all. */
  readonly field?: string;
  readonly label: string;
  readonly hint?: string;
  /** What the field is about. */
  readonly about?: string;
  /** The heading it stands under. */
  readonly group: string;
  readonly choice:
    | { readonly kind: 'ask'; readonly filter: FilterDefinition }
    | { readonly kind: 'set'; readonly parameter: FilterParameter; readonly value: string };
}

const none: FilterSuggestions = {
  sources: [],
  types: [],
  hosts: [],
  errors: [],
  runs: [],
  workers: [],
};

/** Of one field while no field is chosen: the rest is a word more away. */
const mostOfAField = 6;
const mostInAField = 60;

/** `todayMs` only words the dates that are suggested. */
export function optionsFor(input: {
  readonly text: string;
  /** The field whose value is being typed; null = anything. */
  readonly field: FilterDefinition | null;
  /** Null until they have come. */
  readonly values: FilterSuggestions | null;
  readonly current: ListParameters;
  readonly todayMs: number;
}): FilterOption[] {
  const { field, current, todayMs } = input;
  const values = input.values ?? none;
  const text = input.text.trim();
  if (field) return valuesOf(field, text, values, current, todayMs).slice(0, mostInAField);
  const fields = filterGroups.flatMap(({ title, filters }) =>
    filters
      .filter(({ label }) => includes(label, text))
      .map((filter) => fieldOption(title, filter)),
  );
  if (text === '') return fields;
  return [
    setOption('q', 'Text contains', text, 'Search'),
    setOption('resource', 'Id starts with', text, 'Search'),
    ...fields.map((option) => ({ ...option, group: 'Fields' })),
    ...filterGroups.flatMap(({ filters }) =>
      filters
        .filter((filter) => filter.kind === 'status' || filter.values !== undefined)
        .flatMap((filter) =>
          valuesOf(filter, text, values, current, todayMs)
            .slice(0, mostOfAField)
            .map((option) => ({ ...option, field: filter.label, group: 'Values' })),
        ),
    ),
  ];
}

function fieldOption(group: string, filter: FilterDefinition): FilterOption {
  return {
    id: `field-${filter.parameter}`,
    label: filter.label,
    about: filter.help,
    group,
    choice:
      filter.kind === 'flag'
        ? { kind: 'set', parameter: filter.parameter, value: '1' }
        : { kind: 'ask', filter },
  };
}

const setOption = (
  parameter: FilterParameter,
  field: string,
  value: string,
  group: string,
): FilterOption => ({
  id: `value-${parameter}-${value}`,
  field,
  label: value,
  group,
  choice: { kind: 'set', parameter, value },
});

function valuesOf(
  filter: FilterDefinition,
  text: string,
  values: FilterSuggestions,
  current: ListParameters,
  todayMs: number,
): FilterOption[] {
  const { parameter, label: group } = filter;
  const option = (value: string, label = value, hint?: string): FilterOption => ({
    id: `value-${parameter}-${value}`,
    label,
    ...(hint === undefined ? {} : { hint }),
    group,
    choice: { kind: 'set', parameter, value },
  });
  if (filter.kind === 'status') return statusOptions(text, current, option);
  if (filter.kind === 'date') {
    return dates(todayMs)
      .filter(({ day, words }) => includes(words, text) || day.startsWith(text))
      .map(({ day, words }) => option(day, day, words));
  }
  if (filter.values === 'runs') {
    return values.runs
      .filter(({ runId, name }) => includes(name, text) || runId.startsWith(text))
      .map(({ runId, name }) => option(runId, name, runId.slice(-8)));
  }
  if (filter.values !== undefined) {
    return values[filter.values].filter((value) => includes(value, text)).map((one) => option(one));
  }
  return (filter.examples ?? [])
    .filter((value) => value.startsWith(text))
    .map((value) => option(value, filter.unit ? `${value} ${filter.unit}` : value));
}

/** Several statuses hold together: another one is added, one that is there is taken away. */
function statusOptions(
  text: string,
  { status = '' }: ListParameters,
  option: (value: string, label?: string, hint?: string) => FilterOption,
): FilterOption[] {
  const chosen = status.split(',').filter(Boolean);
  const last = text.split(',').at(-1)?.trim() ?? '';
  return Object.entries(statusWords)
    .filter(([value, words]) => includes(words, last) || value.startsWith(last))
    .map(([value, words]) => {
      const isChosen = chosen.includes(value);
      const next = isChosen ? chosen.filter((one) => one !== value) : [...chosen, value];
      return option(next.join(','), words, isChosen ? 'take away' : undefined);
    });
}

const dayMs = 86_400_000;

function dates(todayMs: number) {
  const days = [
    [0, 'today'],
    [1, 'yesterday'],
    [7, '7 days ago'],
    [30, '30 days ago'],
    [90, '90 days ago'],
  ] as const;
  return days.map(([ago, words]) => ({
    day: new Date(todayMs - ago * dayMs).toISOString().slice(0, 10),
    words,
  }));
}

const includes = (whole: string, part: string) => whole.toLowerCase().includes(part.toLowerCase());
