'use client';
/** FilterBar: the box of all filters; status and staleness, which are asked for most, at one click. */
import {
  type FilterDefinition,
  filterDefinitions,
  filterOf,
  filterParameters,
  type ListParameters,
  listHref,
  statusWords,
} from '#app/_shared/item-filters.ts';
import { Button } from '#app/ui/button.tsx';
import { ChipLink } from '#app/ui/chip.tsx';
import { FilterBox } from './filter-box.tsx';
import { useListState } from './use-list-state.ts';

const staleChoices = ['7', '30', '90'] as const;

export function FilterBar({
  ignored,
}: {
  /** Parameters of the address that the server could not read: they filter nothing. */
  readonly ignored: readonly string[];
}) {
  const { current, set } = useListState();
  const chosen = (current.status ?? '').split(',').filter(Boolean);
  const toggled = (status: string) => {
    const next = chosen.includes(status)
      ? chosen.filter((value) => value !== status)
      : [...chosen, status];
    return listHref(current, { status: next.length > 0 ? next.join(',') : null });
  };
  return (
    <div className="flex flex-col gap-2">
      <FilterBox
        shown={[...filterDefinitions.values()].filter((filter) => isChip(filter, current, ignored))}
      />
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">Status</legend>
          {Object.entries(statusWords).map(([value, words]) => (
            <ChipLink key={value} href={toggled(value)} isCurrent={chosen.includes(value)}>
              {words}
            </ChipLink>
          ))}
        </fieldset>
        <fieldset className="flex flex-wrap items-center gap-1">
          <legend className="sr-only">Not fetched for</legend>
          <span aria-hidden className="pl-1 text-xs text-ink-3">
            Stale
          </span>
          {staleChoices.map((days) => (
            <ChipLink
              key={days}
              href={listHref(current, { stale: current.stale === days ? null : days })}
              isCurrent={current.stale === days}
            >
              <span className="sr-only">Stale for </span>
              {days} d
            </ChipLink>
          ))}
        </fieldset>
        {Object.keys(filterOf(current)).length > 0 ? (
          <Button
            size="sm"
            variant="quiet"
            onPress={() => set(Object.fromEntries(filterParameters.map((name) => [name, null])))}
          >
            Clear all filters
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** What the server ignores is said in a banner, and the quick choices show themselves. */
function isChip(
  { parameter }: FilterDefinition,
  current: ListParameters,
  ignored: readonly string[],
): boolean {
  const value = current[parameter];
  if (value === undefined || ignored.includes(parameter) || parameter === 'status') return false;
  return parameter !== 'stale' || !staleChoices.some((days) => days === value);
}
