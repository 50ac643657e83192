'use client';
/** LaunchFields: what a run does, on which sources, with which budget. */
import { CheckboxField, NumberField, TextField } from '#app/ui/field.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { countOf } from '#app/ui/num.tsx';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { runKinds } from '#lib/runs/model.ts';
import type { LaunchDraft } from './launch-draft.ts';

export interface LaunchSource {
  readonly name: string;
  readonly type: string;
  readonly enabled: boolean;
}

const kinds = [
  {
    value: 'seed',
    label: 'Seed',
    description: 'Enqueue the seeds of the sources and follow the links they lead to.',
  },
  {
    value: 'recrawl',
    label: 'Recrawl',
    description: 'Fetch completed items again, all or those that have gone stale.',
  },
  { value: 'retry', label: 'Retry failed', description: 'Try failed items again.' },
];

export function LaunchFields({
  draft,
  sources,
  onChange,
  errors,
}: {
  readonly draft: LaunchDraft;
  readonly sources: readonly LaunchSource[];
  readonly onChange: (changes: Partial<LaunchDraft>) => void;
  /** By field name, after `request.`. */
  readonly errors: Readonly<Record<string, string>>;
}) {
  const errorOf = (name: keyof LaunchDraft) => errors[`request.${name}`];
  return (
    <>
      <SelectField
        label="What to do"
        options={kinds}
        value={draft.kind}
        help={kinds.find((kind) => kind.value === draft.kind)?.description}
        onChange={(value) => onChange({ kind: runKinds.find((one) => one === value) ?? 'seed' })}
      />
      <SourceChoice
        sources={sources}
        chosen={draft.sources}
        onChange={(chosen) => onChange({ sources: chosen })}
        error={errorOf('sources')}
      />
      {draft.kind === 'recrawl' ? (
        <CheckboxField
          label="Only what is due, most useful first, after new pages that are waiting"
          isSelected={draft.due}
          onChange={(due) => onChange({ due })}
        />
      ) : null}
      <div className="grid gap-4 sm:grid-cols-2">
        {draft.kind === 'recrawl' && !draft.due ? (
          <QuantityField
            stored="days"
            label="Only items not fetched for"
            help="Empty = all completed items."
            value={draft.staleDays}
            onChange={(staleDays) => onChange({ staleDays })}
            error={errorOf('staleDays')}
          />
        ) : null}
        {draft.kind === 'seed' || (draft.kind === 'recrawl' && draft.due) ? null : (
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
          label="Maximum items"
          help="Empty = no limit."
          minValue={1}
          maxValue={100_000_000}
          value={draft.maxItems}
          onChange={(maxItems) => onChange({ maxItems })}
          error={errorOf('maxItems')}
        />
        <NumberField
          label="Maximum requests"
          help="Empty = no limit. Items left over wait for the next run."
          minValue={1}
          maxValue={100_000_000}
          value={draft.maxRequests}
          onChange={(maxRequests) => onChange({ maxRequests })}
          error={errorOf('maxRequests')}
        />
        <QuantityField
          stored="minutes"
          label="Maximum time"
          help="Empty = no limit. Counted from the launch, pauses included."
          minValue={1}
          value={draft.maxMinutes}
          onChange={(maxMinutes) => onChange({ maxMinutes })}
          error={errorOf('maxMinutes')}
        />
        <NumberField
          label="Maximum link hops"
          help="Empty = as each source sets it; 0 = no links."
          minValue={0}
          maxValue={100}
          value={draft.maxDepth}
          onChange={(maxDepth) => onChange({ maxDepth })}
          error={errorOf('maxDepth')}
        />
        <NumberField
          label="Priority"
          help={
            draft.kind === 'seed'
              ? 'Empty = as each seed sets it; lower goes first.'
              : 'Empty = as each item has it; lower goes first.'
          }
          minValue={0}
          maxValue={1_000_000}
          value={draft.priority}
          onChange={(priority) => onChange({ priority })}
          error={errorOf('priority')}
        />
        <TextField
          label="Name of the run"
          help="Optional; makes it easier to find."
          maxLength={200}
          value={draft.name}
          onChange={(name) => onChange({ name })}
          error={errorOf('name')}
        />
      </div>
    </>
  );
}

/** Enabled sources, and those that were chosen before they were disabled. */
function SourceChoice({
  sources,
  chosen,
  onChange,
  error,
}: {
  readonly sources: readonly LaunchSource[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly error: string | undefined;
}) {
  const offered = sources.filter(({ name, enabled }) => enabled || chosen.includes(name));
  const enabled = sources.filter((source) => source.enabled);
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-xs font-medium">Sources</legend>
      <p className="text-xs text-ink-3">
        {chosen.length === 0
          ? `None chosen: all ${countOf(enabled.length, 'enabled source')} are included.`
          : `${countOf(chosen.length, 'source')} chosen.`}
      </p>
      <div className="flex max-h-40 flex-col gap-1.5 overflow-y-auto rounded border p-2">
        {offered.map((source) => (
          <CheckboxField
            key={source.name}
            label={
              <>
                <Foreign text={source.name} />{' '}
                <span className="text-xs text-ink-3">
                  {source.enabled ? source.type : `${source.type}, disabled`}
                </span>
              </>
            }
            isSelected={chosen.includes(source.name)}
            onChange={(isSelected) =>
              onChange(
                isSelected
                  ? [...chosen, source.name]
                  : chosen.filter((name) => name !== source.name),
              )
            }
          />
        ))}
        {offered.length === 0 ? (
          <p className="text-xs text-ink-3">There is no enabled source.</p>
        ) : null}
      </div>
      {error ? <p className="text-xs font-medium text-failed">{error}</p> : null}
    </fieldset>
  );
}
