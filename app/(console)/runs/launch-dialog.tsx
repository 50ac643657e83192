'use client';
/** LaunchDialog: what to run, with a preview of how many items and how long at the polite rate. */
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { CheckboxField, NumberField, SelectField, TextField } from '#app/ui/field.tsx';
import { askLiveNow, useHoldLive } from '#app/ui/live.tsx';
import { countOf } from '#app/ui/num.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { LaunchRequest, RunKind } from '#lib/runs/model.ts';
import { launch } from './actions.ts';
import { LaunchPreviewText } from './launch-preview.tsx';

export interface LaunchSource {
  readonly name: string;
  readonly type: string;
  readonly enabled: boolean;
}

const kinds = [
  {
    value: 'seed',
    label: 'Seed',
    description: 'Put the seeds of the sources into the queue and follow what they lead to.',
  },
  {
    value: 'recrawl',
    label: 'Recrawl',
    description: 'Fetch completed items again, all or those that have gone stale.',
  },
  { value: 'retry', label: 'Retry failed', description: 'Try what failed once more.' },
];

interface Draft {
  readonly kind: RunKind;
  readonly name: string;
  readonly sources: readonly string[];
  /** NaN = not given, as the number fields have it. */
  readonly staleDays: number;
  readonly priority: number;
  readonly maxItems: number;
  readonly maxDepth: number;
}

const given = (value: number) => (Number.isNaN(value) ? undefined : value);

function toRequest(draft: Draft): LaunchRequest {
  const numbers = {
    staleDays: draft.kind === 'recrawl' ? given(draft.staleDays) : undefined,
    priority: draft.kind === 'seed' ? given(draft.priority) : undefined,
    maxItems: given(draft.maxItems),
    maxDepth: draft.kind === 'seed' ? given(draft.maxDepth) : undefined,
  };
  return {
    kind: draft.kind,
    sources: [...draft.sources],
    ...(draft.name.trim() ? { name: draft.name.trim() } : {}),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
  };
}

export default function LaunchDialog({
  requestKey,
  sources,
  preset,
  onClose,
}: {
  readonly requestKey: string;
  readonly sources: readonly LaunchSource[];
  readonly preset: readonly string[];
  readonly onClose: () => void;
}) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const [error, setError] = useState<PublicError | null>(null);
  const [draft, setDraft] = useState<Draft>({
    kind: 'seed',
    name: '',
    sources: preset,
    staleDays: Number.NaN,
    priority: Number.NaN,
    maxItems: Number.NaN,
    maxDepth: Number.NaN,
  });
  useHoldLive(true);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const request = toRequest(draft);
  const fieldError = (name: string) => error?.fields?.[`request.${name}`];
  const submit = () =>
    startTransition(async () => {
      const result = await launch({ request, requestKey });
      if (result.ok) {
        router.push(`/runs/${result.data.runId}`);
        askLiveNow();
        return;
      }
      setError(result.error);
    });
  return (
    <Dialog
      title="Launch a run"
      isOpen
      isDismissable={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      footer={
        <>
          <Button onPress={onClose}>Not now</Button>
          <Button variant="primary" isPending={isPending} onPress={submit}>
            Launch run
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {error ? (
          <Banner kind="failed" title={error.message} isLive>
            {error.remedy} <code>{error.code}</code>
          </Banner>
        ) : null}
        <SelectField
          label="What to do"
          options={kinds}
          value={draft.kind}
          help={kinds.find((kind) => kind.value === draft.kind)?.description}
          onChange={(kind) => change({ kind: kind as RunKind /* one of the options above */ })}
        />
        <SourceChoice
          sources={sources}
          chosen={draft.sources}
          onChange={(chosen) => change({ sources: chosen })}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          {draft.kind === 'recrawl' ? (
            <NumberField
              label="Only items not fetched for"
              help="Empty = all completed items. Never fetched counts as stale."
              unit="days"
              minValue={0}
              maxValue={3650}
              value={draft.staleDays}
              onChange={(staleDays) => change({ staleDays })}
              error={fieldError('staleDays')}
            />
          ) : null}
          <NumberField
            label="Items at most"
            help="Empty = no limit."
            minValue={1}
            maxValue={100_000_000}
            value={draft.maxItems}
            onChange={(maxItems) => change({ maxItems })}
            error={fieldError('maxItems')}
          />
          {draft.kind === 'seed' ? (
            <>
              <NumberField
                label="Link hops at most"
                help="Empty = as the source says; 0 = the seeds only."
                minValue={0}
                maxValue={100}
                value={draft.maxDepth}
                onChange={(maxDepth) => change({ maxDepth })}
                error={fieldError('maxDepth')}
              />
              <NumberField
                label="Priority"
                help="Empty = as the seeds say; lower goes first."
                minValue={0}
                maxValue={1_000_000}
                value={draft.priority}
                onChange={(priority) => change({ priority })}
                error={fieldError('priority')}
              />
            </>
          ) : null}
          <TextField
            label="Name"
            help="To find the run again; may stay empty."
            maxLength={200}
            value={draft.name}
            onChange={(name) => change({ name })}
            error={fieldError('name')}
          />
        </div>
        <LaunchPreviewText request={request} />
      </div>
    </Dialog>
  );
}

function SourceChoice({
  sources,
  chosen,
  onChange,
}: {
  readonly sources: readonly LaunchSource[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const enabled = sources.filter((source) => source.enabled);
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-xs font-medium">Sources</legend>
      <p className="text-xs text-ink-3">
        {chosen.length === 0
          ? `None chosen: all ${countOf(enabled.length, 'enabled source')} take part.`
          : `${countOf(chosen.length, 'source')} chosen.`}
      </p>
      <div className="flex max-h-40 flex-col gap-1.5 overflow-y-auto rounded border p-2">
        {enabled.map((source) => (
          <CheckboxField
            key={source.name}
            label={
              <>
                {source.name} <span className="text-xs text-ink-3">{source.type}</span>
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
        {enabled.length === 0 ? (
          <p className="text-xs text-ink-3">There is no enabled source.</p>
        ) : null}
      </div>
    </fieldset>
  );
}
