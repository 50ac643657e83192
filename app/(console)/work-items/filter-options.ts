/** What the filter box offers for what was typed: fields, values, or the text itself. Pure. */
import type { ListParameters } from '#app/_shared/item-list.ts';
import type { DescribedFilter, FilterGroup, FilterName } from '#lib/items/list/filters/registry.ts';
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
    | { readonly kind: 'ask'; readonly filter: DescribedFilter }
    | { readonly kind: 'set'; readonly name: FilterName; readonly value: string };
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
  readonly groups: readonly FilterGroup[];
  readonly text: string;
  /** The field whose value is being typed; null = anything. */
  readonly field: DescribedFilter | null;
  /** Null until they have come. */
  readonly values: FilterSuggestions | null;
  readonly current: ListParameters;
  readonly todayMs: number;
}): FilterOption[] {
  const { groups, field, current, todayMs } = input;
  const values = input.values ?? none;
  const text = input.text.trim();
  if (field) return valuesOf(field, text, values, current, todayMs).slice(0, mostInAField);
  const fields = groups.flatMap(({ title, filters }) =>
    filters
      .filter(({ label }) => includes(label, text))
      .map((filter) => fieldOption(title, filter)),
  );
  if (text === '') return fields;
  return [
    setOption('q', 'Text contains', text, 'Search'),
    setOption('resource', 'Id starts with', text, 'Search'),
    ...fields.map((option) => ({ ...option, group: 'Fields' })),
    ...groups.flatMap(({ filters }) =>
      filters
        .filter((filter) => filter.kind === 'choices' || filter.values !== undefined)
        .flatMap((filter) =>
          valuesOf(filter, text, values, current, todayMs)
            .slice(0, mostOfAField)
            .map((option) => ({ ...option, field: filter.label, group: 'Values' })),
        ),
    ),
  ];
}

function fieldOption(group: string, filter: DescribedFilter): FilterOption {
  return {
    id: `field-${filter.name}`,
    label: filter.label,
    about: filter.help,
    group,
    choice:
      filter.kind === 'flag'
        ? { kind: 'set', name: filter.name, value: '1' }
        : { kind: 'ask', filter },
  };
}

const setOption = (
  name: FilterName,
  field: string,
  value: string,
  group: string,
): FilterOption => ({
  id: `value-${name}-${value}`,
  field,
  label: value,
  group,
  choice: { kind: 'set', name, value },
});

function valuesOf(
  filter: DescribedFilter,
  text: string,
  values: FilterSuggestions,
  current: ListParameters,
  todayMs: number,
): FilterOption[] {
  const { name, label: group } = filter;
  const option = (value: string, label = value, hint?: string): FilterOption => ({
    id: `value-${name}-${value}`,
    label,
    ...(hint === undefined ? {} : { hint }),
    group,
    choice: { kind: 'set', name, value },
  });
  if (filter.options) return severalOf(filter.options, text, current[name], option);
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

/** Several hold together: another one is added, one that is there is taken away. */
function severalOf(
  all: NonNullable<DescribedFilter['options']>,
  text: string,
  current: string | undefined,
  option: (value: string, label?: string, hint?: string) => FilterOption,
): FilterOption[] {
  const chosen = (current ?? '').split(',').filter(Boolean);
  const last = text.split(',').at(-1)?.trim() ?? '';
  return all
    .filter(({ value, label }) => includes(label, last) || value.startsWith(last))
    .map(({ value, label }) => {
      const isChosen = chosen.includes(value);
      const next = isChosen ? chosen.filter((one) => one !== value) : [...chosen, value];
      return option(next.join(','), label, isChosen ? 'take away' : undefined);
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
