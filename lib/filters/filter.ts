/**
 * What a filter of a list is made of. Each is one entry of its noun's registry, under the one name that it has in
 * addresses, in code and in the conditions of a plan; the list and its count, the filter box with its chips and
 * suggestions, saved views, bulk scopes and their undo follow from it. Plain data and schemas: the browser checks
 * values by them, so there is no SQL here (see `asks.ts`).
 */
import type { z } from 'zod';

/** What is asked of a column. */
export type Ask =
  | { readonly is: 'equal'; readonly column: string; readonly value: string | number }
  /** Equal to a word of a closed list, which stands in the SQL itself: filtered indexes know no parameter. */
  | { readonly is: 'one of'; readonly column: string; readonly words: readonly string[] }
  | {
      readonly is: 'none of';
      readonly column: string;
      readonly words: readonly string[];
      /** Rows without a value belong to it. */
      readonly nullable?: true;
    }
  /** Case-sensitive whatever the column's collation. */
  | { readonly is: 'exactly'; readonly column: string; readonly text: string }
  | { readonly is: 'contains'; readonly columns: readonly string[]; readonly text: string }
  /** In an index of the rows with at least `indexedFrom`, of which it is one where the value is. */
  | {
      readonly is: 'in partial index';
      readonly column: string;
      readonly value: number;
      readonly indexedFrom: number;
    }
  | { readonly is: 'at least'; readonly column: string; readonly value: number }
  /** It has a value. */
  | { readonly is: 'set'; readonly column: string }
  /** One stretch of the column's index. */
  | { readonly is: 'stretch'; readonly column: string; readonly bound: Bound };

export type Bound =
  | { readonly startsWith: string }
  | { readonly from: number }
  | { readonly upTo: number }
  /** An instant, which belongs to the stretch. */
  | { readonly since: string }
  /** An instant, which does not. */
  | { readonly before: string }
  /** Until so long ago, ms. */
  | { readonly msAgo: number };

/** The values that the server knows to suggest: see `suggest.ts`. */
export type Suggested = 'sources' | 'types' | 'hosts' | 'errors' | 'runs' | 'workers' | 'people';

/** A filter as a person meets it. */
export interface FilterWords {
  readonly label: string;
  readonly help: string;
  /** How a value is given: `choices` takes several of `options`, `flag` is set or not. */
  readonly kind: 'text' | 'number' | 'date' | 'choices' | 'flag';
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** Where values to suggest come from. */
  readonly values?: Suggested;
  /** Values worth a click. */
  readonly examples?: readonly string[];
  readonly unit?: string;
  /** Other names: old addresses mean it by them, and so does who types one. */
  readonly aliases?: readonly string[];
  /** Anything may be its value, so that any text is offered to it. */
  readonly takesText?: true;
  /** Read from addresses and shown where it is set, but not offered: another filter says it better. */
  readonly isHidden?: true;
}

/** A filter in words, without what reads and asks it. */
export interface DescribedFilter<N extends string = string> extends FilterWords {
  readonly name: N;
}

export interface FilterGroup<N extends string = string> {
  readonly title: string;
  readonly filters: readonly DescribedFilter<N>[];
}

/** Which filters take what is typed without a name. */
export interface BareFilters<N extends string = string> {
  readonly text?: N;
  /** Whole numbers of three digits, as HTTP statuses are. */
  readonly number?: N;
  /** Spans of time. */
  readonly time?: N;
}

/** The filters of a list as the filter box has them: plain data, which a page hands to the browser. */
export interface ListWords<N extends string = string> {
  /** In the order of the address. */
  readonly names: readonly N[];
  readonly groups: readonly FilterGroup<N>[];
  readonly bare: BareFilters<N>;
}

/** A filter by a span of time, which is asked as the two ends of a range: see `expandSpans`. */
export interface SpanFilter<N extends string = string, End extends string = string>
  extends FilterWords {
  readonly name: N;
  readonly kind: 'date';
  readonly from: End;
  readonly to: End;
}

export const defineSpan = <const N extends string, const End extends string>(
  span: Omit<SpanFilter<N, End>, 'kind'>,
): SpanFilter<N, End> => ({ kind: 'date', ...span });

/** What reads a parameter of the address. */
export interface ReadFilter<N extends string, V> extends FilterWords {
  readonly name: N;
  /** Reads the text of the address; its messages go on after the name: "must be …". */
  readonly schema: z.ZodType<V, string>;
  /** The start of the range whose end this is. */
  readonly endOf?: string;
}

export interface FilterDefinition<N extends string, V> extends ReadFilter<N, V> {
  /** Whether neither work nor a person changes what it asks for: an item that matches now always has. */
  readonly lasts: boolean;
  /** Its items are few and are listed by creation, where no other order is asked for. */
  readonly isSelective?: boolean;
  /**
   * An index finds its items by equality, and has them in this order (null = in none). The group of the
   * lowest rank, which is usually the smallest, is looked at first.
   */
  readonly group?: {
    readonly rank: number;
    readonly order: string | null;
    when?(value: V): boolean;
  };
  where(value: V): readonly [Ask, ...Ask[]];
}

/** For lists that ask their filters in words of their own. */
export const readFilter = <const N extends string, V>(
  definition: ReadFilter<N, V>,
): ReadFilter<N, V> => definition;

export const defineFilter = <const N extends string, V>(
  definition: FilterDefinition<N, V>,
): FilterDefinition<N, V> => definition;

export const equal = (column: string, value: string | number) =>
  [{ is: 'equal', column, value }] as const satisfies Ask[];

export const contains = (text: string, ...columns: readonly string[]) =>
  [{ is: 'contains', columns, text }] as const satisfies Ask[];

export const stretch = (column: string, bound: Bound) =>
  [{ is: 'stretch', column, bound }] as const satisfies Ask[];
