'use client';
/** FilterList: the open list of the filter box. Loaded when the box is near; brings the check of values. */
import { type RefObject, useImperativeHandle, useState } from 'react';
import useSWR from 'swr';
import { cx } from '#app/ui/cx.ts';
import { useHeld } from '#app/ui/use-held.ts';
import type { DescribedFilter } from '#lib/filters/filter.ts';
import { filterNamed, readTyped, type TypedProblem } from '#lib/filters/typed.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import type { FilterSuggestions } from '#lib/items/list/suggest.ts';
import { checkOf } from './check-value.ts';
import { type FilterOption, optionsFor } from './filter-options.ts';
import { useFilterState } from './filter-state.tsx';
import { valueInWords } from './value-in-words.ts';

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
  // Our own route; its type is FilterSuggestions (app/api/suggest/filters/route.ts).
  return (await response.json()) as FilterSuggestions;
}

const browserClock = (): LocalClock => ({
  now: new Date().toISOString(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
});

export default function FilterList({
  listId,
  handle,
  text,
  field,
  onAsk,
  onChange,
  onMark,
}: {
  readonly listId: string;
  readonly handle: RefObject<FilterListHandle | null>;
  readonly text: string;
  readonly field: DescribedFilter | null;
  readonly onAsk: (filter: DescribedFilter) => void;
  readonly onChange: (changes: Readonly<Record<string, string | null>>) => void;
  /** The id of the option that the keys have marked. */
  readonly onMark: (id: string) => void;
}) {
  const { data } = useSWR<FilterSuggestions, unknown>('/api/suggest/filters', ask, {
    dedupingInterval: freshMs,
    revalidateOnFocus: false,
    shouldRetryOnError: false,
  });
  const { list, words, current } = useFilterState();
  const [clock] = useState(browserClock);
  const check = checkOf(list, clock);
  const { shown, late, hold } = useHeld(
    text,
    optionsFor({ words, text, field, values: data ?? null, current, clock }),
  );
  const options = [...shown, ...late];
  const [marked, setMarked] = useState<{ readonly of: string; readonly id: string }>();
  const [problem, setProblem] = useState<{ readonly of: string; readonly told: TypedProblem }>();
  // A mark belongs to the list that was shown; another text begins without one.
  const found = marked?.of === text ? options.findIndex(({ id }) => id === marked.id) : -1;
  const at = found < 0 ? null : found;
  const typed = (typedText: string) => readTyped(words, typedText, clock, check);

  const idOf = (index: number) => `${listId}-${index}`;
  const mark = (index: number) => {
    const option = options[index];
    if (option === undefined) return;
    hold();
    setMarked({ of: text, id: option.id });
    onMark(idOf(index));
    document.getElementById(idOf(index))?.scrollIntoView({ block: 'nearest' });
  };
  const choose = ({ choice }: FilterOption) => {
    setMarked(undefined);
    if (choice.kind === 'ask') return onAsk(choice.filter);
    const before = typed(choice.before ?? '');
    if (before.problem) return setProblem({ of: text, told: before.problem });
    return onChange({ ...before.changes, [choice.name]: choice.value || null });
  };
  const takeText = () => {
    if (!field) {
      if (text.trim() === '') return undefined;
      const read = typed(text);
      return read.problem ? setProblem({ of: text, told: read.problem }) : onChange(read.changes);
    }
    if (text === '') return onChange({ [field.name]: null });
    // What a person calls it: another case of a name, the shown end of an id.
    const only = options.length === 1 ? options[0]?.choice : undefined;
    const value = only?.kind === 'set' && field.values !== undefined ? only.value : text;
    const fault = check(field.name, value);
    if (fault === null) return onChange({ [field.name]: value });
    const remedy = field.kind === 'date' ? '' : 'Correct it, or choose one from the list.';
    return setProblem({ of: text, told: { message: `It ${fault.replace(/\.$/, '')}.`, remedy } });
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

  const enterWords = ({ changes, problem: fault }: ReturnType<typeof readTyped>) =>
    fault
      ? fault.message
      : `Enter: ${Object.entries(changes)
          .map(([name, value]) => {
            const filter = filterNamed(words, name);
            if (!filter) return value;
            return `${filter.label} ${value === null ? 'any' : valueInWords(filter, value)}`;
          })
          .join(', ')}.`;
  const told = problem !== undefined && problem.of === text ? problem.told : null;
  return (
    <div className="appear absolute top-full left-0 z-30 mt-1 flex max-h-[22rem] w-full min-w-0 max-w-lg flex-col overflow-hidden rounded border border-line-strong bg-raised shadow-float">
      {field || told ? (
        <p className="border-b px-3 py-2 text-xs text-ink-2">
          {field?.help}
          {told ? (
            <span role="alert" className="mt-0.5 block font-medium text-failed">
              {told.message} {told.remedy}
            </span>
          ) : null}
        </p>
      ) : null}
      <div
        id={listId}
        role="listbox"
        aria-label={field ? `Values of ${field.label}` : 'Filters'}
        className="min-h-0 flex-1 overflow-y-auto p-1"
        onPointerEnter={hold}
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
            onPoint={() => {
              hold();
              setMarked({ of: text, id: option.id });
            }}
          />
        ))}
      </div>
      <p className="border-t px-3 py-1.5 text-2xs text-ink-3">
        {hintFor(field, text, options.length) ?? enterWords(typed(text))}
      </p>
    </div>
  );
}

function hintFor(field: DescribedFilter | null, text: string, options: number): string | null {
  if (field)
    return text === '' && options === 0
      ? 'Type a value, then Enter.'
      : 'Enter takes what is typed, Esc leaves it.';
  return text.trim() === '' ? 'Choose a field, or type, such as “yesterday” or name:value.' : null;
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
