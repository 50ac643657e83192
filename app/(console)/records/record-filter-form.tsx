'use client';
/** RecordFilterForm: the few filters of the record list; submitting changes the address. */
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Chip } from '#app/ui/chip.tsx';
import { SearchField, SelectField, TextField } from '#app/ui/field.tsx';
import { recordsHref } from './record-href.ts';
import type { RecordParameters } from './record-parameters.ts';

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
  const [resource, setResource] = useState(current.resource ?? '');
  const [source, setSource] = useState(current.source ?? anySource);
  const [from, setFrom] = useState(current.fetched_from ?? '');
  const [to, setTo] = useState(current.fetched_to ?? '');
  const go = (changes: Parameters<typeof recordsHref>[1]) =>
    router.push(recordsHref(current, changes));
  return (
    <div className="flex flex-col gap-2">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          go({
            resource: resource || null,
            source: source === anySource ? null : source,
            fetched_from: from.trim() || null,
            fetched_to: to.trim() || null,
          });
        }}
      >
        <SearchField
          label="Resource id starts with"
          placeholder="Resource id starts with"
          value={resource}
          onChange={setResource}
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
          value={from}
          onChange={setFrom}
        />
        <TextField
          label="Fetched until, a UTC day"
          hideLabel
          placeholder="Until 2026-02-28"
          className="w-36"
          value={to}
          onChange={setTo}
        />
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
