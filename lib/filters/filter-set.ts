/** All filters of a list: their names and schemas, what a page hands to the browser, and how an address is read. */
import type { z } from 'zod';
import {
  type ParameterProblem,
  type RawParameters,
  readParameters,
} from '#lib/paging/parameters.ts';
import { expandSpans } from './expand-spans.ts';
import type { BareFilters, DescribedFilter, ListWords, ReadFilter, SpanFilter } from './filter.ts';
import { type LocalClock, utcClock } from './zones.ts';

type AnyRead = ReadFilter<string, unknown>;

/** What a list is asked for: by the names of the filters, the values that their schemas read. */
export type ValuesOf<F extends AnyRead> = {
  readonly [N in F['name']]?: z.output<Extract<F, { name: N }>['schema']> | undefined;
};

/** A group as the filter box shows it. */
interface Group<F extends AnyRead, S extends SpanFilter> {
  readonly title: string;
  readonly spans?: readonly S[];
  readonly filters: readonly F[];
}

const inWords = <N extends string>({
  name,
  label,
  help,
  kind,
  options,
  values,
  examples,
  unit,
  aliases,
  takesText,
  isHidden,
}: Omit<DescribedFilter, 'name'> & { readonly name: N }): DescribedFilter<N> => ({
  name,
  label,
  help,
  kind,
  ...(options ? { options } : {}),
  ...(values ? { values } : {}),
  ...(examples ? { examples } : {}),
  ...(unit ? { unit } : {}),
  ...(aliases ? { aliases } : {}),
  ...(takesText ? { takesText } : {}),
  ...(isHidden ? { isHidden } : {}),
});

export function filterSet<const F extends AnyRead, const S extends SpanFilter = never>(input: {
  readonly groups: readonly Group<F, S>[];
  readonly bare: BareFilters<F['name'] | S['name']>;
  /** Of addresses; absent = the order of the groups. */
  readonly order?: readonly F[];
}) {
  const { groups, bare } = input;
  const filters = input.order ?? groups.flatMap((group) => group.filters);
  const spans: readonly S[] = groups.flatMap((group) => group.spans ?? []);
  const all = [...filters, ...spans];
  const renamed = new Map(
    all.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name] as const)),
  );
  const currentName = (parameter: string): string => renamed.get(parameter) ?? parameter;
  // One entry for each name, as `filters` has them.
  const schemas = Object.fromEntries(filters.map(({ name, schema }) => [name, schema])) as {
    readonly [N in F['name']]: Extract<F, { name: N }>['schema'];
  };
  const ranges = filters.flatMap(({ name, endOf }) =>
    filters.filter((start) => start.name === endOf).map((start) => [start.name, name] as const),
  );

  /** The parameters under the names that filters have now; a filter that is given under both is asked once. */
  const withCurrentNames = <V>(raw: Readonly<Record<string, V>>): Record<string, V> => {
    const entries = Object.entries(raw);
    return {
      ...Object.fromEntries(entries.map(([name, value]) => [currentName(name), value] as const)),
      // What is there under its current name comes before what an alias says.
      ...Object.fromEntries(entries.filter(([name]) => currentName(name) === name)),
    };
  };

  const names: readonly (F['name'] | S['name'])[] = all.map(({ name }) => name);
  return {
    filters: filters as readonly F[],
    spans,
    names,
    schemas,
    ranges,
    currentName,
    withCurrentNames,
    /** Plain data, which a page hands to the browser. */
    words: {
      names,
      groups: groups.map((group) => ({
        title: group.title,
        filters: [...(group.spans ?? []), ...group.filters].map((one) =>
          inWords<F['name'] | S['name']>(one),
        ),
      })),
      bare,
    } satisfies ListWords<F['name'] | S['name']>,
    /** The parameters by their names of now, spans as the instants that they mean. */
    expand: (raw: RawParameters, clock: LocalClock = utcClock()) =>
      expandSpans(withCurrentNames(raw), spans, clock),
    /** Reads an address; what is out of range is ignored and reported. */
    read(
      raw: RawParameters,
      clock: LocalClock = utcClock(),
    ): { readonly values: ValuesOf<F>; readonly problems: readonly ParameterProblem[] } {
      const expanded = expandSpans(withCurrentNames(raw), spans, clock);
      const { values, problems } = readParameters<Record<string, z.ZodType<unknown, string>>>(
        schemas,
        expanded.raw,
        ranges,
      );
      // By the schemas of the same names.
      return { values: values as ValuesOf<F>, problems: [...expanded.problems, ...problems] };
    },
    /** The filters that are asked for, with their values. */
    given: (values: ValuesOf<F>) =>
      filters.flatMap((filter) => {
        const value: unknown = values[filter.name as keyof ValuesOf<F>];
        return value === undefined ? [] : [{ filter, value }];
      }),
  };
}
