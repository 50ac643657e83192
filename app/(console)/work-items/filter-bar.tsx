'use client';
/** FilterBar: one box for every filter; status and staleness, which are asked for most, at one click. */
import { FilterBox } from '#app/_shared/filters/filter-box.tsx';
import { Button } from '#app/ui/button.tsx';
import { ChipLink } from '#app/ui/chip.tsx';
import { useListState } from './use-list-state.tsx';

const staleChoices = ['7', '30', '90'] as const;

export function FilterBar({
  ignored,
}: {
  /** Parameters of the address that the server could not read: they filter nothing. */
  readonly ignored: readonly string[];
}) {
  const { list, current, set } = useListState();
  const chosen = (current.status ?? '').split(',').filter(Boolean);
  const toggled = (status: string) => {
    const next = chosen.includes(status)
      ? chosen.filter((value) => value !== status)
      : [...chosen, status];
    return list.href(current, { status: next.length > 0 ? next.join(',') : null });
  };
  return (
    <div className="flex flex-col gap-2">
      <FilterBox
        hidden={[
          // What the server ignores is said in a banner, and the quick choices show themselves.
          ...ignored,
          'status',
          ...(staleChoices.some((days) => days === current.stale) ? ['stale'] : []),
        ]}
        placeholder="Filter by source, status, error, id, URI …"
      />
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">Status</legend>
          {(list.byName.get('status')?.options ?? []).map(({ value, label }) => (
            <ChipLink key={value} href={toggled(value)} isCurrent={chosen.includes(value)}>
              {label}
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
              href={list.href(current, { stale: current.stale === days ? null : days })}
              isCurrent={current.stale === days}
            >
              <span className="sr-only">Stale for </span>
              {days} d
            </ChipLink>
          ))}
        </fieldset>
        {Object.keys(list.filterOf(current)).length > 0 ? (
          <Button
            size="sm"
            variant="quiet"
            onPress={() => set(Object.fromEntries(list.names.map((name) => [name, null])))}
          >
            Clear all filters
          </Button>
        ) : null}
      </div>
    </div>
  );
}
