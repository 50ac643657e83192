/** The state of a list as its address has it: which filters are set, in the words that they were written in. */
import { redirect } from 'next/navigation';
import type { ListName } from '#app/_shared/filters/list-names.ts';
import { listAddress } from '#app/_shared/list-address.ts';
import type { ListWords } from '#lib/filters/filter.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import type { ParameterProblem, RawParameters } from '#lib/paging/parameters.ts';
import { localClock } from './local-clock.ts';
import { readFind } from './read-find.ts';

interface Filters {
  readonly words: ListWords;
  readonly withCurrentNames: <V>(raw: Readonly<Record<string, V>>) => Record<string, V>;
  readonly currentName: (parameter: string) => string;
}

export interface FilteredList {
  readonly list: ListName;
  readonly words: ListWords;
  readonly path: `/${string}`;
  /** The parameters that links keep, as text: filters and what else belongs to the address. */
  readonly current: Readonly<Record<string, string | undefined>>;
  readonly isFiltered: boolean;
  readonly clock: LocalClock;
  /** What was typed and cannot be read. */
  readonly unread: readonly ParameterProblem[];
  /** The first page after a change; null removes. */
  readonly href: (changes: Readonly<Record<string, string | null>>) => string;
}

/** @param others parameters beside the filters that a link keeps: a tab, a window, an order */
export async function filteredList(
  list: ListName,
  path: `/${string}`,
  filters: Filters,
  raw: RawParameters,
  others: readonly string[] = [],
): Promise<FilteredList> {
  const { words } = filters;
  const named = filters.withCurrentNames(raw);
  const current: Record<string, string> = {};
  for (const name of [...others, ...words.names, 'find']) {
    const value = named[name];
    const text = typeof value === 'string' ? value : value?.join(',');
    if (text) current[name] = text;
  }
  const href = (changes: Readonly<Record<string, string | null>>) =>
    listAddress(path, current, changes);
  // One address for one list, whatever its filters were called before.
  if (Object.keys(raw).some((name) => filters.currentName(name) !== name)) redirect(href({}));
  return {
    list,
    words,
    path,
    current,
    isFiltered: words.names.some((name) => current[name] !== undefined),
    clock: await localClock(),
    unread: await readFind(list, words, current, href),
    href,
  };
}
