/** Checks a value of any list's filters as the server will read it. Loaded with the open list of the box. */

import { readSpan, spanRemedy } from '#lib/filters/spans.ts';
import type { CheckValue } from '#lib/filters/typed.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import { itemFilters } from '#lib/items/list/filters/registry.ts';
import type { ListName } from './list-names.ts';

interface Checked {
  readonly spans: readonly { readonly name: string }[];
  readonly filters: readonly {
    readonly name: string;
    readonly schema: {
      safeParse(value: string): {
        readonly success: boolean;
        readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
      };
    };
  }[];
}

const sets: Readonly<Partial<Record<ListName, Checked>>> = { 'work-items': itemFilters };

export const checkOf =
  (list: ListName, clock: LocalClock): CheckValue =>
  (name, value) => {
    const set = sets[list];
    if (set?.spans.some((span) => span.name === name)) {
      return readSpan(value, clock) === null ? spanRemedy : null;
    }
    const read = set?.filters.find((filter) => filter.name === name)?.schema.safeParse(value);
    if (read === undefined || read.success) return null;
    return read.error?.issues[0]?.message ?? 'is not understood';
  };
