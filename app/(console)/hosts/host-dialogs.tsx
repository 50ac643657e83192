'use client';
/** The forms of a host: its limits, and leaving it alone. Loaded when one is opened. */
import { useState } from 'react';
import { FormDialog } from '#app/ui/dialog.tsx';
import { EndField, endOf, noEnd } from '#app/ui/end-field.tsx';
import { NumberField, TextField } from '#app/ui/field.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed } from '#app/ui/merge-fields.ts';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import { blockHostAction, setHostLimitsAction } from './actions.ts';

export interface LimitsProps {
  readonly host: string;
  /** Null = that of each source. */
  readonly delayMs: number | null;
  /** Null = as many as the workers send. */
  readonly concurrency: number | null;
}

export function LimitsDialog({
  host,
  delayMs,
  concurrency,
  onClose,
}: LimitsProps & { readonly onClose: () => void }) {
  const form = useContestedForm({
    saved: { delayMs, concurrency },
    valuesOf: shownLimits,
    fields: mergeFieldsOfLimits,
  });
  const { seconds, requests } = form.values;
  const set = useAction(setHostLimitsAction, {
    done: () => `The limits of ${host} were set`,
    onDone: onClose,
    onFailed: form.onFailed,
    showsError: true,
  });
  const limits = {
    host,
    delayMs: Number.isNaN(seconds) ? null : Math.round(seconds * 1000),
    concurrency: Number.isNaN(requests) ? null : requests,
    seen: form.seen,
  };
  return (
    <FormDialog
      title={`Limits of ${host}`}
      size="sm"
      submitLabel="Set limits"
      isPending={set.isPending}
      error={form.shown(set.error)}
      onSubmit={() => set.run(limits)}
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="changed these limits" />
      <QuantityField
        stored="seconds"
        label="Minimum delay between requests"
        help="Across all sources and workers. Applies where it is longer than their own delay; empty = their own delay."
        value={seconds}
        onChange={(value) => form.change({ seconds: value })}
        autoFocus
        error={set.error?.fields?.['delay']}
      />
      <NumberField
        label="Maximum concurrent requests"
        help="Across all sources and workers; empty = no limit."
        unit="requests"
        minValue={1}
        maxValue={1000}
        value={requests}
        onChange={(value) => form.change({ requests: value })}
        error={set.error?.fields?.['concurrency']}
      />
    </FormDialog>
  );
}

/** Seconds, as people say it; NaN = none. */
const shownLimits = ({ delayMs, concurrency }: Omit<LimitsProps, 'host'>) => ({
  seconds: delayMs === null ? Number.NaN : delayMs / 1000,
  requests: concurrency ?? Number.NaN,
});

const mergeFieldsOfLimits = fieldsNamed<ReturnType<typeof shownLimits>>({
  seconds: 'Minimum delay (seconds)',
  requests: 'Maximum concurrent requests',
});

export function BlockDialog({
  host,
  onClose,
}: {
  readonly host: string;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(noEnd);
  const block = useAction(blockHostAction, {
    done: () => `Nothing is asked of ${host}`,
    onDone: onClose,
    showsError: true,
  });
  return (
    <FormDialog
      title={`Block ${host}`}
      size="sm"
      submitLabel="Block host"
      isPending={block.isPending}
      error={block.error}
      onSubmit={() => block.run({ host, reason, end: endOf(end) })}
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">
        No source and no worker sends it a request. Its items stay in the queue.
      </p>
      <TextField
        label="Why"
        help="Shown wherever somebody asks why an item is not running."
        isRequired
        autoFocus
        maxLength={400}
        value={reason}
        onChange={setReason}
        error={block.error?.fields?.['reason']}
      />
      <EndField
        label="Until"
        open="Somebody clears the block"
        value={end}
        onChange={setEnd}
        error={block.error?.fields?.['end']}
      />
    </FormDialog>
  );
}
