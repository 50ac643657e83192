'use client';
/**
 * FilterBar: one box for every filter; status and staleness, which are asked for most, at one click. What is
 * set stands in the box as chips; typing offers fields and values; Enter takes the marked one or searches for
 * the text; Backspace in the empty field goes to the last chip, and there takes it away.
 */
import { Search } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useId, useRef, useState } from 'react';
import { type ListParameters, valueInWords } from '#app/_shared/item-list.ts';
import { Button } from '#app/ui/button.tsx';
import { Chip, ChipLink } from '#app/ui/chip.tsx';
import type { DescribedFilter, FilterName } from '#lib/items/list/filters/registry.ts';
import type { FilterListHandle } from './filter-list.tsx';
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
        shown={[...list.byName.values()].filter((filter) => isChip(filter, current, ignored))}
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

/** What the server ignores is said in a banner, and the quick choices show themselves. */
function isChip(
  { name }: DescribedFilter,
  current: ListParameters,
  ignored: readonly string[],
): boolean {
  const value = current[name];
  if (value === undefined || ignored.includes(name) || name === 'status') return false;
  return name !== 'stale' || !staleChoices.some((days) => days === value);
}

const loadList = () => import('./filter-list.tsx');
const FilterList = lazy(loadList);

function FilterBox({
  shown,
}: {
  /** The filters that stand in it as chips. */
  readonly shown: readonly DescribedFilter[];
}) {
  const { current, set } = useListState();
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<FilterListHandle>(null);
  const [text, setText] = useState('');
  const [field, setField] = useState<DescribedFilter | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState<string | null>(null);

  const leave = () => {
    setField(null);
    setText('');
    setMarked(null);
  };
  const askFor = (filter: DescribedFilter, value = '') => {
    setField(filter);
    setText(value);
    setMarked(null);
    setOpen(true);
    input.current?.focus();
  };
  const setFilter = (name: FilterName, value: string) => {
    leave();
    setOpen(false);
    set({ [name]: value === '' ? null : value });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null;
    if (step !== null) {
      if (isOpen) list.current?.step(step);
      else setOpen(true);
    } else if (event.key === 'Enter') {
      if (list.current && isOpen) list.current.take();
      else if (!field && text.trim() !== '') setFilter('q', text.trim());
    } else if (event.key === 'Escape' && (isOpen || field || text !== '')) {
      leave();
      setOpen(false);
    } else if (event.key === 'Backspace' && text === '') {
      if (field) leave();
      else lastChip(box.current)?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field inside is operated; this only sees the focus leave
    <div
      ref={box}
      className="relative min-w-0 flex-1"
      onPointerEnter={() => void loadList()}
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        setOpen(false);
        leave();
      }}
    >
      <div className="flex min-h-8 flex-wrap items-center gap-1 rounded border border-edge/70 bg-surface py-[3px] pr-1 pl-8 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus hover:border-edge">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3"
        />
        {shown.map((filter) => (
          <FilterChip
            key={filter.name}
            filter={filter}
            value={current[filter.name] ?? ''}
            onEdit={(value) => askFor(filter, value)}
            onRemove={() => {
              set({ [filter.name]: null });
              input.current?.focus();
            }}
          />
        ))}
        {field ? (
          <span aria-hidden className="pl-1 text-xs text-ink-3">
            {field.label}
          </span>
        ) : null}
        <input
          ref={input}
          role="combobox"
          aria-label={field ? `Filter by ${field.label}` : 'Filter the list'}
          aria-expanded={isOpen}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && marked !== null ? marked : undefined}
          autoComplete="off"
          spellCheck={false}
          data-page-filter=""
          value={text}
          placeholder={placeholderFor(field, shown.length)}
          onFocus={() => void loadList()}
          onClick={() => setOpen(true)}
          onChange={(event) => {
            setText(event.target.value);
            setMarked(null);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
          className="peer h-6 min-w-36 flex-1 bg-transparent text-sm outline-none placeholder:text-ink-3"
        />
        <kbd
          aria-hidden
          className="mr-1 rounded-sm border border-line-strong bg-inset px-1.5 text-2xs text-ink-3 max-sm:hidden peer-focus:hidden"
        >
          /
        </kbd>
      </div>
      {isOpen ? (
        <Suspense fallback={null}>
          <FilterList
            key={field?.name ?? ''}
            listId={listId}
            handle={list}
            text={text}
            field={field}
            onAsk={askFor}
            onSet={setFilter}
            onMark={setMarked}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

function FilterChip({
  filter,
  value,
  onEdit,
  onRemove,
}: {
  readonly filter: DescribedFilter;
  readonly value: string;
  readonly onEdit: (value: string) => void;
  readonly onRemove: () => void;
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the chip's buttons are operated; this only sees their keys
    <span
      data-filter-chip={filter.name}
      className="flex min-w-0"
      onKeyDown={(event) => {
        if (event.key !== 'Backspace' && event.key !== 'Delete') return;
        event.preventDefault();
        onRemove();
      }}
    >
      <Chip
        label={filter.label}
        value={valueInWords(filter, value)}
        onRemove={onRemove}
        {...(filter.kind === 'flag' ? {} : { onEdit: () => onEdit(value) })}
      />
    </span>
  );
}

const lastChip = (box: HTMLElement | null) =>
  [...(box?.querySelectorAll<HTMLElement>('[data-filter-chip]') ?? [])]
    .at(-1)
    ?.querySelector('button');

function placeholderFor(field: DescribedFilter | null, chips: number): string {
  if (field) return field.kind === 'date' ? '2026-01-31' : 'Value';
  return chips > 0 ? 'Filter more' : 'Filter by source, status, error, id, URI …';
}
