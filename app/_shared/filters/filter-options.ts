/** What the filter box offers for what was typed: fields, values, or the text itself. Pure. */
import type { DescribedFilter, ListWords } from '#lib/filters/filter.ts';
import { readSpan, spanExamples } from '#lib/filters/spans.ts';
import { unfinishedIn } from '#lib/filters/typed.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
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
    /** `before` = what was typed in front of it, which holds too. */
    | {
        readonly kind: 'set';
        readonly name: string;
        readonly value: string;
        readonly before?: string;
      };
}

const none: FilterSuggestions = {
  sources: [],
  types: [],
  hosts: [],
  errors: [],
  runs: [],
  workers: [],
  people: [],
};

/** Of one field while no field is chosen: the rest is a word more away. */
const mostOfAField = 6;
const mostInAField = 60;

interface Asked {
  readonly words: ListWords;
  readonly text: string;
  /** The field whose value is being typed; null = anything. */
  readonly field: DescribedFilter | null;
  /** Null until they have come. */
  readonly values: FilterSuggestions | null;
  readonly current: Readonly<Record<string, string | undefined>>;
  readonly clock: LocalClock;
}

export function optionsFor(input: Asked): FilterOption[] {
  const { words, field, current, clock } = input;
  const values = input.values ?? none;
  const text = input.text.trim();
  const valuesFor = (filter: DescribedFilter, typed: string) =>
    valuesOf(filter, typed, values, current, clock).slice(0, mostInAField);
  if (field) return valuesFor(field, text);
  const unfinished = unfinishedIn(words, input.text);
  if (unfinished) {
    const { filter, value, before } = unfinished;
    return valuesFor(filter, value.trim()).map((option) => withBefore(option, before));
  }
  const { groups, bare } = words;
  const offered = groups.map((group) => ({
    ...group,
    filters: group.filters.filter(({ isHidden }) => !isHidden),
  }));
  const fields = offered.flatMap(({ title, filters }) =>
    filters.filter((filter) => isNamed(filter, text)).map((filter) => fieldOption(title, filter)),
  );
  if (text === '') return fields;
  const all = offered.flatMap(({ filters }) => filters);
  const number = all.find(({ name }) => name === bare.number);
  const texts = all
    .filter(({ takesText }) => takesText)
    // Where text without a name goes stands first.
    .toSorted((a, b) => Number(b.name === bare.text) - Number(a.name === bare.text));
  return [
    ...(number && /^[1-5]\d\d$/.test(text)
      ? [setOption(number.name, number.label, text, 'Values')]
      : []),
    ...texts.map(({ name, label }) =>
      setOption(name, name === bare.text ? `${label} contains` : label, text, 'Search'),
    ),
    ...fields.map((option) => ({ ...option, group: 'Fields' })),
    ...all
      .filter((filter) => hasValues(filter, text, clock))
      .flatMap((filter) =>
        valuesFor(filter, text)
          .slice(0, mostOfAField)
          .map((option) => ({ ...option, field: filter.label, group: 'Values' })),
      ),
  ];
}

function hasValues(filter: DescribedFilter, text: string, clock: LocalClock): boolean {
  if (filter.kind !== 'date') return filter.kind === 'choices' || filter.values !== undefined;
  return (
    text.length > 2 &&
    (readSpan(text, clock) !== null || spanExamples.some((span) => span.startsWith(text)))
  );
}

const withBefore = (option: FilterOption, before: string): FilterOption =>
  option.choice.kind === 'set' && before.trim() !== ''
    ? { ...option, choice: { ...option.choice, before } }
    : option;

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

const setOption = (name: string, field: string, value: string, group: string): FilterOption => ({
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
  current: Asked['current'],
  clock: LocalClock,
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
  if (filter.kind === 'date') return spansFor(text, clock).map((span) => option(span));
  if (filter.kind === 'flag') return [option('1', 'yes')];
  if (filter.values === 'runs') {
    return values.runs
      .filter(({ runId, name }) => includes(name, text) || endsOrBegins(runId, text))
      .map(({ runId, name }) => option(runId, name, runId.slice(-8)));
  }
  if (filter.values !== undefined) {
    return values[filter.values].filter((value) => includes(value, text)).map((one) => option(one));
  }
  return (filter.examples ?? [])
    .filter((value) => value.startsWith(text))
    .map((value) => option(value, filter.unit ? `${value} ${filter.unit}` : value));
}

/** The text itself where it is a time, then those of the usual ones that it may become. */
function spansFor(text: string, clock: LocalClock): string[] {
  const usual = spanExamples.filter((span) => includes(span, text));
  return text !== '' && readSpan(text, clock) !== null
    ? [...new Set([text.toLowerCase(), ...usual])]
    : usual;
}

/** Lists show the end of an id. */
const endsOrBegins = (id: string, text: string) =>
  id.startsWith(text.toLowerCase()) || id.endsWith(text.toLowerCase());

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

const includes = (whole: string, part: string) => whole.toLowerCase().includes(part.toLowerCase());

/** By its label, its parameter or another name of it. */
const isNamed = ({ name, label, aliases = [] }: DescribedFilter, text: string) =>
  includes(label, text) ||
  (text.length > 2 &&
    [name, ...aliases].some((one) => one.replaceAll('_', ' ').startsWith(text.toLowerCase())));
