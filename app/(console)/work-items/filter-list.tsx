'use client';
/** FilterList: the open list of the filter box. Loaded when the box is near; brings the check of values. */
import { type RefObject, useImperativeHandle, useState } from 'react';
import useSWR from 'swr';
import { cx } from '#app/ui/cx.ts';
import {
  type DescribedFilter,
  type FilterName,
  filterSchemas,
} from '#lib/items/list/filters/registry.ts';
import type { FilterSuggestions } from '#lib/items/list/suggest.ts';
import { type FilterOption, optionsFor } from './filter-options.ts';
import { useListState } from './use-list-state.tsx';

/** What the box asks of its list. */
export interface FilterListHandle {
  /** One option up or down. */
  step(by: 1 | -1): void;
  /** Takes the marked option, or what was typed. */
  take(): void;
}

/** Values change slowly: once a minute is enough. */
const freshMs = 60_000;

async function ask(url: string): Promise<FilterSuggestions> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`suggestions answered ${response.status}`);
  // Our own route; its type is FilterSuggestions (app/api/suggest/work-items/route.ts).
  return (await response.json()) as FilterSuggestions;
}

export default function FilterList({
  listId,
  handle,
  text,
  field,
  onAsk,
  onSet,
  onMark,
}: {
  readonly listId: string;
  readonly handle: RefObject<FilterListHandle | null>;
  readonly text: string;
  readonly field: DescribedFilter | null;
  readonly onAsk: (filter: DescribedFilter) => void;
  readonly onSet: (name: FilterName, value: string) => void;
  /** The id of the option that the keys have marked. */
  readonly onMark: (id: string) => void;
}) {
  const { data } = useSWR<FilterSuggestions, unknown>('/api/suggest/work-items', ask, {
    dedupingInterval: freshMs,
    revalidateOnFocus: false,
    shouldRetryOnError: false,
  });
  const { list, current } = useListState();
  const [today] = useState(() => Date.now());
  const { groups } = list;
  const values = data ?? null;
  const options = optionsFor({ groups, text, field, values, current, todayMs: today });
  const [marked, setMarked] = useState<{ readonly of: string; readonly at: number }>();
  const [problem, setProblem] = useState<{ readonly of: string; readonly message: string }>();
  // A mark belongs to the list that was shown; another text begins without one.
  const at = marked?.of === text && marked.at < options.length ? marked.at : null;

  const idOf = (index: number) => `${listId}-${index}`;
  const mark = (index: number) => {
    setMarked({ of: text, at: index });
    onMark(idOf(index));
    document.getElementById(idOf(index))?.scrollIntoView({ block: 'nearest' });
  };
  const choose = ({ choice }: FilterOption) => {
    setMarked(undefined);
    if (choice.kind === 'ask') onAsk(choice.filter);
    else onSet(choice.name, choice.value);
  };
  const takeText = () => {
    if (!field) return text.trim() === '' ? undefined : onSet('q', text.trim());
    if (text === '') return onSet(field.name, '');
    const parsed = filterSchemas[field.name].safeParse(text);
    if (parsed.success) return onSet(field.name, text);
    const message = parsed.error.issues[0]?.message ?? 'is not understood';
    return setProblem({ of: text, message: `It ${message}.` });
  };
  useImperativeHandle(handle, () => ({
    step: (by) => {
      if (options.length === 0) return;
      if (at === null) mark(by === 1 ? 0 : options.length - 1);
      else mark((at + by + options.length) % options.length);
    },
    take: () => {
      const option = at === null ? undefined : options[at];
      if (option) choose(option);
      else takeText();
    },
  }));

  const error = problem !== undefined && problem.of === text ? problem.message : null;
  return (
    <div className="appear absolute top-full left-0 z-30 mt-1 flex max-h-[22rem] w-full min-w-0 max-w-lg flex-col overflow-hidden rounded border border-line-strong bg-raised shadow-float">
      {field ? (
        <p className="border-b px-3 py-2 text-xs text-ink-2">
          {field.help}
          {error ? (
            <span role="alert" className="mt-0.5 block font-medium text-failed">
              {error}
            </span>
          ) : null}
        </p>
      ) : null}
      <div
        id={listId}
        role="listbox"
        aria-label={field ? `Values of ${field.label}` : 'Filters'}
        className="min-h-0 flex-1 overflow-y-auto p-1"
      >
        {options.map((option, index) => (
          <Option
            key={option.id}
            id={idOf(index)}
            option={option}
            heading={
              !field && option.group !== options[index - 1]?.group ? option.group : undefined
            }
            isMarked={index === at}
            onChoose={() => choose(option)}
            onPoint={() => setMarked({ of: text, at: index })}
          />
        ))}
      </div>
      <p className="border-t px-3 py-1.5 text-2xs text-ink-3">
        {hintFor(field, text, options.length)}
      </p>
    </div>
  );
}

function hintFor(field: DescribedFilter | null, text: string, options: number): string {
  if (field)
    return text === '' && options === 0
      ? 'Type a value, then Enter.'
      : 'Enter takes what is typed, Esc leaves it.';
  return text === '' ? 'Choose a field, or type anything.' : 'Enter searches for the text.';
}

function Option({
  id,
  option,
  heading,
  isMarked,
  onChoose,
  onPoint,
}: {
  readonly id: string;
  readonly option: FilterOption;
  readonly heading: string | undefined;
  readonly isMarked: boolean;
  readonly onChoose: () => void;
  readonly onPoint: () => void;
}) {
  return (
    <>
      {heading === undefined ? null : (
        <div role="presentation" className="px-2 pt-2 pb-1 text-2xs text-ink-3 first:pt-1">
          {heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field that owns the list */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and points at the option */}
      <div
        id={id}
        role="option"
        aria-selected={isMarked}
        // The field keeps the focus.
        onMouseDown={(event) => event.preventDefault()}
        onMouseMove={isMarked ? undefined : onPoint}
        onClick={onChoose}
        className={cx(
          'flex cursor-pointer items-baseline gap-1.5 rounded-sm px-2 py-1.5 text-sm',
          isMarked && 'bg-hover',
        )}
      >
        {option.field ? <span className="shrink-0 text-ink-3">{option.field}</span> : null}
        <span className={option.about ? 'shrink-0' : 'min-w-0 truncate'}>{option.label}</span>
        {option.about ? (
          <span className="ml-2 min-w-0 truncate text-xs text-ink-3">{option.about}</span>
        ) : null}
        {option.hint ? (
          <span className="num ml-auto shrink-0 pl-3 text-xs text-ink-3">{option.hint}</span>
        ) : null}
      </div>
    </>
  );
}
