'use client';
/** RequestFields: what a schedule launches, with its budget. */
import { CheckboxField, NumberField, SelectField, TextField } from '#app/ui/field.tsx';
import { runKinds } from '#lib/runs/model.ts';
import type { RequestDraft } from './schedule-request.ts';

const kindOptions = [
  {
    value: 'recrawl',
    label: 'Recrawl',
    description: 'Fetch known items again when they are stale',
  },
  { value: 'seed', label: 'Seed', description: 'Start from the seeds of the sources' },
  { value: 'retry', label: 'Retry failed', description: 'Try failed items once more' },
];

export function RequestFields({
  draft,
  sources,
  onChange,
  fields,
}: {
  readonly draft: RequestDraft;
  /** Names of all sources. */
  readonly sources: readonly string[];
  readonly onChange: (changes: Partial<RequestDraft>) => void;
  /** Errors by field name. */
  readonly fields: Readonly<Record<string, string>>;
}) {
  const errorOf = (name: keyof RequestDraft) => fields[`request.${name}`];
  return (
    <>
      <SelectField
        label="Launches"
        options={kindOptions}
        value={draft.kind}
        onChange={(value) => onChange({ kind: runKinds.find((one) => one === value) ?? 'recrawl' })}
      />
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 text-xs font-medium">
          Sources <span className="font-normal text-ink-3">none chosen = all enabled ones</span>
        </legend>
        <div className="flex max-h-40 flex-col gap-1.5 overflow-y-auto rounded border p-2">
          {sources.map((source) => (
            <CheckboxField
              key={source}
              label={source}
              isSelected={draft.sources.includes(source)}
              onChange={(selected) =>
                onChange({
                  sources: selected
                    ? [...draft.sources, source]
                    : draft.sources.filter((one) => one !== source),
                })
              }
            />
          ))}
          {sources.length === 0 ? <p className="text-xs text-ink-3">There is no source.</p> : null}
        </div>
        {errorOf('sources') ? (
          <p className="text-xs font-medium text-failed">{errorOf('sources')}</p>
        ) : null}
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        {draft.kind === 'recrawl' ? (
          <NumberField
            label="Only items not fetched for"
            help="Empty = all completed items."
            unit="days"
            minValue={0}
            maxValue={3650}
            value={draft.staleDays}
            onChange={(staleDays) => onChange({ staleDays })}
            error={errorOf('staleDays')}
          />
        ) : null}
        {draft.kind === 'seed' ? null : (
          <TextField
            label="Only items of type"
            help="Empty = every type."
            maxLength={100}
            value={draft.resourceType}
            onChange={(resourceType) => onChange({ resourceType })}
            error={errorOf('resourceType')}
          />
        )}
        <NumberField
          label="Items at most"
          help="Empty = no limit."
          minValue={1}
          maxValue={100_000_000}
          value={draft.maxItems}
          onChange={(maxItems) => onChange({ maxItems })}
          error={errorOf('maxItems')}
        />
        <NumberField
          label="Link hops at most"
          help="Empty = as the source says."
          minValue={0}
          maxValue={100}
          value={draft.maxDepth}
          onChange={(maxDepth) => onChange({ maxDepth })}
          error={errorOf('maxDepth')}
        />
        <NumberField
          label="Priority"
          help="Empty = as the items have it; lower goes first."
          minValue={0}
          maxValue={1_000_000}
          value={draft.priority}
          onChange={(priority) => onChange({ priority })}
          error={errorOf('priority')}
        />
      </div>
    </>
  );
}
