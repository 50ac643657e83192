'use client';
/** RecordFilterForm: the few filters of the record list; submitting changes the address, also before its code has come. */
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Chip } from '#app/ui/chip.tsx';
import { TextField } from '#app/ui/field.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import type { RecordParameter } from '#lib/records/list.ts';
import { type RecordParameters, recordsHref } from './record-href.ts';

const anySource = ' any';

const chips = [
  ['type', 'Type'],
  ['run', 'Run'],
  ['item', 'Work item'],
  ['http', 'HTTP status'],
] as const;

export function RecordFilterForm({
  current,
  sources,
}: {
  readonly current: RecordParameters;
  readonly sources: readonly string[];
}) {
  const router = useRouter();
  const [source, setSource] = useState(current.source ?? anySource);
  const go = (changes: Parameters<typeof recordsHref>[1]) =>
    router.push(recordsHref(current, changes));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = (name: RecordParameter) => String(form.get(name) ?? '');
    go({
      resource: given('resource') || null,
      source: given('source') || null,
      fetched_from: given('fetched_from').trim() || null,
      fetched_to: given('fetched_to').trim() || null,
    });
  }
  return (
    <div className="flex flex-col gap-2">
      <form action="/records" onSubmit={submit} className="flex flex-wrap items-end gap-2">
        <SearchField
          label="Resource id starts with"
          placeholder="Resource id starts with"
          name="resource"
          defaultValue={current.resource ?? ''}
          onClear={() => go({ resource: null })}
          isPageFilter
          className="w-full sm:w-72"
        />
        <SelectField
          label="Source"
          hideLabel
          className="w-44"
          value={source}
          onChange={setSource}
          options={[
            { value: anySource, label: 'Any source' },
            ...sources.map((name) => ({ value: name, label: name })),
          ]}
        />
        <TextField
          label="Fetched since, a UTC day"
          hideLabel
          placeholder="Since 2026-01-31"
          className="w-36"
          name="fetched_from"
          defaultValue={current.fetched_from ?? ''}
        />
        <TextField
          label="Fetched until, a UTC day"
          hideLabel
          placeholder="Until 2026-02-28"
          className="w-36"
          name="fetched_to"
          defaultValue={current.fetched_to ?? ''}
        />
        {source === anySource ? null : <input type="hidden" name="source" value={source} />}
        {chips.map(([name]) =>
          current[name] ? (
            <input key={name} type="hidden" name={name} value={current[name]} />
          ) : null,
        )}
        <Button type="submit">Filter</Button>
      </form>
      {chips.some(([name]) => current[name]) ? (
        <div className="flex flex-wrap gap-1.5">
          {chips.map(([name, label]) => {
            const value = current[name];
            return value ? (
              <Chip key={name} label={label} value={value} onRemove={() => go({ [name]: null })} />
            ) : null;
          })}
        </div>
      ) : null}
    </div>
  );
}
