/**
 * What a filter of the work-item list is made of. Each is one entry of a group beside this file, under the
 * one name that it has in addresses, in code and in the conditions of a plan; the list and its count, the
 * filter box with its chips and suggestions, saved views, bulk scopes and their undo follow from it. Plain
 * data and schemas: the browser checks values by them, so there is no SQL here (see `access-path.ts`).
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
export type Suggested = 'sources' | 'types' | 'hosts' | 'errors' | 'runs' | 'workers';

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
}

export interface FilterDefinition<N extends string, V> extends FilterWords {
  readonly name: N;
  /** Names it had before: old addresses and saved views still mean it. */
  readonly aliases?: readonly string[];
  /** Reads the text of the address; its messages go on after the name: "must be …". */
  readonly schema: z.ZodType<V, string>;
  /** The start of the range whose end this is. */
  readonly endOf?: string;
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
    readonly order: 'created_at' | null;
    when?(value: V): boolean;
  };
  where(value: V): readonly [Ask, ...Ask[]];
}

export const defineFilter = <const N extends string, V>(
  definition: FilterDefinition<N, V>,
): FilterDefinition<N, V> => definition;

export const equal = (column: string, value: string | number) =>
  [{ is: 'equal', column, value }] as const satisfies Ask[];

export const contains = (text: string, ...columns: readonly string[]) =>
  [{ is: 'contains', columns, text }] as const satisfies Ask[];

export const stretch = (column: string, bound: Bound) =>
  [{ is: 'stretch', column, bound }] as const satisfies Ask[];
