'use client';
/**
 * FilterBox: one box for every filter of a list. What is set stands in the box as chips; typing offers fields and
 * values; Enter takes the marked one, or what was typed by the grammar of `lib/filters/typed.ts`; Backspace in the
 * empty field goes to the last chip, and there takes it away. What is sent before its code has come is read by the
 * server, as `find`.
 */
import { Search } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useEffect, useId, useRef, useState } from 'react';
import { Chip } from '#app/ui/chip.tsx';
import type { DescribedFilter } from '#lib/filters/filter.ts';
import type { FilterListHandle } from './filter-list.tsx';
import { describedFilters, useFilterState } from './filter-state.tsx';
import { valueInWords } from './value-in-words.ts';

const loadList = () => import('./filter-list.tsx');
const FilterList = lazy(loadList);

export function FilterBox({
  hidden = [],
  placeholder = 'Filter, such as “yesterday” or a name',
}: {
  /** Filters that are set and say so elsewhere. */
  readonly hidden?: readonly string[];
  readonly placeholder?: string;
}) {
  const { words, current, set, path } = useFilterState();
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<FilterListHandle>(null);
  const [text, setText] = useState(current['find'] ?? '');
  const [field, setField] = useState<DescribedFilter | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState<string | null>(null);
  // What was typed before the page's code had loaded is in the field alone.
  useEffect(() => setText((known) => input.current?.value ?? known), []);

  const shown = describedFilters(words).filter(
    ({ name }) => current[name] !== undefined && !hidden.includes(name),
  );
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
  const change = (changes: Readonly<Record<string, string | null>>) => {
    leave();
    setOpen(false);
    set({ find: null, ...changes });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null;
    if (step !== null) {
      if (isOpen) list.current?.step(step);
      else setOpen(true);
    } else if (event.key === 'Enter') {
      if (list.current && isOpen) list.current.take();
      // Its list has not come: the server reads it by the same grammar.
      else if (!field && text.trim() !== '') change({ find: text.trim() });
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
        if (field) leave();
      }}
    >
      <form
        action={path}
        onSubmit={(event) => event.preventDefault()}
        className="flex min-h-8 flex-wrap items-center gap-1 rounded border border-edge/70 bg-surface py-[3px] pr-1 pl-8 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus hover:border-edge"
      >
        <Search
          aria-hidden
          className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3"
        />
        {Object.entries(current).map(([name, value]) =>
          name === 'cursor' || name === 'find' || value === undefined ? null : (
            <input key={name} type="hidden" name={name} value={value} />
          ),
        )}
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
          name="find"
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
          placeholder={placeholderFor(field, shown.length, placeholder)}
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
      </form>
      {isOpen ? (
        <Suspense fallback={null}>
          <FilterList
            key={field?.name ?? ''}
            listId={listId}
            handle={list}
            text={text}
            field={field}
            onAsk={askFor}
            onChange={change}
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

function placeholderFor(field: DescribedFilter | null, chips: number, atFirst: string): string {
  if (field) return field.kind === 'date' ? 'yesterday, last 7 days, 2026-01-31' : 'Value';
  return chips > 0 ? 'Filter more' : atFirst;
}
