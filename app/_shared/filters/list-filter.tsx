/** ListFilter: the filter box of a list whose state is its address alone, and what empties it. */
import type { FilteredList } from '#app/_server/filtered-list.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { FilterBox } from './filter-box.tsx';
import { AddressFilters } from './filter-state.tsx';

export function ListFilter({
  of: { list, words, path, current, isFiltered, href },
  hidden = [],
  placeholder,
}: {
  readonly of: FilteredList;
  /** Filters that are set and say so elsewhere. */
  readonly hidden?: readonly string[];
  readonly placeholder: string;
}) {
  const none = Object.fromEntries(words.names.map((name) => [name, null]));
  return (
    <div className="flex items-start gap-2">
      <AddressFilters list={list} words={words} path={path} current={current}>
        <FilterBox key={current['find'] ?? ''} hidden={hidden} placeholder={placeholder} />
      </AddressFilters>
      {isFiltered ? (
        <LinkButton href={href({ ...none, find: null })} variant="quiet">
          Clear
        </LinkButton>
      ) : null}
    </div>
  );
}
