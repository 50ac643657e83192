'use client';
/** FilterBar: search, status and staleness at one click, every other filter through a menu, as chips. */
import { ListFilter } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Chip, ChipLink } from '#app/ui/chip.tsx';
import { SearchField } from '#app/ui/field.tsx';
import { Menu, type MenuEntry } from '#app/ui/menu.tsx';
import {
  type FilterDefinition,
  type FilterParameter,
  filterDefinitions,
  filterGroups,
  filterParameters,
  type ListParameters,
  listHref,
  valueInWords,
} from './filters.ts';
import { useListState } from './use-list-state.ts';

const FilterDialog = lazy(() => import('./filter-dialog.tsx'));

const statuses = [
  { value: 'pending', label: 'Pending' },
  { value: 'in_progress', label: 'In progress' },
  { value: 'completed', label: 'Completed' },
  { value: 'failed', label: 'Failed' },
  { value: 'skipped', label: 'Skipped' },
] as const;

const staleChoices = ['7', '30', '90'] as const;

export function FilterBar({
  sources,
  ignored,
}: {
  readonly sources: readonly string[];
  /** Parameters of the address that the server could not read: they filter nothing. */
  readonly ignored: readonly string[];
}) {
  const { current, set } = useListState();
  const [edited, setEdited] = useState<FilterDefinition | null>(null);
  const chosen = (current.status ?? '').split(',').filter(Boolean);
  const toggled = (status: string) => {
    const next = chosen.includes(status)
      ? chosen.filter((value) => value !== status)
      : [...chosen, status];
    return listHref(current, { status: next.length > 0 ? next.join(',') : null });
  };
  const active = [...filterDefinitions.values()].filter((filter) =>
    isShownAsChip(filter, current, ignored),
  );
  const anything = filterParameters.some((parameter) => current[parameter]);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          key={current.q ?? ''}
          label="Search resource ids, URIs and errors"
          placeholder="Resource id, URI or error"
          defaultValue={current.q ?? ''}
          isPageFilter
          className="w-full sm:w-72"
          onSubmit={(value) => set({ q: value.trim() || null })}
          onClear={() => set({ q: null })}
        />
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">Status</legend>
          {statuses.map(({ value, label }) => (
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
              href={listHref(current, { stale: current.stale === days ? null : days })}
              isCurrent={current.stale === days}
            >
              <span className="sr-only">Stale for </span>
              {days} d
            </ChipLink>
          ))}
        </fieldset>
        <Menu
          label="Add a filter"
          placement="bottom start"
          trigger={
            <Button size="sm" icon={<ListFilter aria-hidden />}>
              Filter
            </Button>
          }
          entries={menuEntries(setEdited, (parameter) => set({ [parameter]: '1' }))}
        />
        {anything ? (
          <Button
            size="sm"
            variant="quiet"
            onPress={() => set(Object.fromEntries(filterParameters.map((name) => [name, null])))}
          >
            Clear all filters
          </Button>
        ) : null}
      </div>
      {active.length > 0 ? (
        <div className="flex flex-wrap items-center gap-1.5">
          {active.map((filter) => (
            <Chip
              key={filter.parameter}
              label={filter.label}
              value={valueInWords(filter, current[filter.parameter] ?? '')}
              onRemove={() => set({ [filter.parameter]: null })}
              {...(filter.kind === 'flag' ? {} : { onEdit: () => setEdited(filter) })}
            />
          ))}
        </div>
      ) : null}
      {edited ? (
        <Suspense fallback={null}>
          <FilterDialog
            key={edited.parameter}
            filter={edited}
            sources={sources}
            value={current[edited.parameter] ?? ''}
            onClose={() => setEdited(null)}
            onApply={(value) => {
              set({ [edited.parameter]: value });
              setEdited(null);
            }}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

/** What the server ignores is said in a banner, and the quick choices show themselves. */
function isShownAsChip(
  { parameter }: FilterDefinition,
  current: ListParameters,
  ignored: readonly string[],
): boolean {
  const value = current[parameter];
  if (value === undefined || ignored.includes(parameter)) return false;
  return parameter !== 'stale' || !staleChoices.some((days) => days === value);
}

function menuEntries(
  edit: (filter: FilterDefinition) => void,
  setFlag: (parameter: FilterParameter) => void,
): MenuEntry[] {
  return filterGroups.flatMap((group, at) => [
    ...(at > 0 ? [{ kind: 'separator', id: `separator-${group.title}` } as const] : []),
    ...group.filters.map((filter) => ({
      id: filter.parameter,
      label: filter.kind === 'flag' ? filter.label : `${filter.label} …`,
      onAction: () => (filter.kind === 'flag' ? setFlag(filter.parameter) : edit(filter)),
    })),
  ]);
}
