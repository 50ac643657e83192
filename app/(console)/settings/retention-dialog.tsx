'use client';
/** RetentionDialog: the form of how long things are kept. */
import { FormDialog } from '#app/ui/dialog.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed } from '#app/ui/merge-fields.ts';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import type { Retention } from '#lib/retention/settings.ts';
import { changeRetentionAction } from './actions.ts';

type Field = Exclude<keyof Retention, 'sources'>;

const fields: readonly {
  readonly name: Field;
  readonly label: string;
  readonly help: string;
  readonly least: number;
}[] = [
  {
    name: 'eventDays',
    label: 'Run log',
    help: 'Older entries are deleted from the logs of runs and workers.',
    least: 1,
  },
  {
    name: 'attemptDays',
    label: 'Attempts',
    help: 'Older attempts are deleted from the pages of their items; records and totals are kept.',
    least: 8,
  },
  {
    name: 'recordDays',
    label: 'Records',
    help: 'Older records are deleted, also the only one of a resource. Their files in the lake stay.',
    least: 1,
  },
  {
    name: 'versionDays',
    label: 'Older versions of records',
    help: 'Older records are deleted whose resource has a newer one.',
    least: 1,
  },
  {
    name: 'itemDays',
    label: 'Finished items',
    help: 'Completed and skipped items last fetched longer ago are deleted with their attempts; found again, they are new.',
    least: 1,
  },
  {
    name: 'runDays',
    label: 'Ended runs',
    help: 'Runs that ended longer ago are deleted; their records are kept.',
    least: 1,
  },
  {
    name: 'operationDays',
    label: 'Background actions',
    help: 'Actions that ended longer ago are deleted from the list.',
    least: 31,
  },
  { name: 'auditDays', label: 'Audit log', help: 'Older entries are deleted.', least: 30 },
];

/** Of sources that differ the form says nothing: they stay as they are stored. */
type Values = Readonly<Record<Field, number | null>> & Pick<Retention, 'sources'>;

const mergeFieldsOfRetention = fieldsNamed<Values>({
  ...Object.fromEntries(fields.map(({ name, label }) => [name, `${label} (days)`])),
  sources: 'Sources that differ',
});

export default function RetentionDialog({
  retention,
  onClose,
}: {
  readonly retention: Retention;
  readonly onClose: () => void;
}) {
  const form = useContestedForm({
    saved: retention,
    valuesOf: (saved): Values => saved,
    fields: mergeFieldsOfRetention,
  });
  const days = form.values;
  const change = useAction(changeRetentionAction, {
    done: () => 'The retention was changed; workers apply it within the hour',
    onDone: onClose,
    onFailed: form.onFailed,
    showsError: true,
  });
  const errors = change.error?.fields ?? {};
  return (
    <FormDialog
      title="Retention"
      size="sm"
      submitLabel="Change retention"
      isPending={change.isPending}
      error={form.shown(change.error)}
      onSubmit={() =>
        change.run({ ...days, eventDays: days.eventDays ?? form.seen.eventDays, seen: form.seen })
      }
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="changed the retention" />
      <p className="text-xs text-ink-2">
        Empty = kept forever. <code>pnpm retention --dry-run</code> says what would go, and sets
        single sources apart.
      </p>
      {fields.map(({ name, label, help, least }) => (
        <QuantityField
          key={name}
          stored="days"
          label={label}
          help={help}
          minValue={least}
          {...(name === 'eventDays' ? { isRequired: true, autoFocus: true } : {})}
          value={days[name] ?? Number.NaN}
          onChange={(value) => form.change({ [name]: Number.isNaN(value) ? null : value })}
          error={errors[name]}
        />
      ))}
    </FormDialog>
  );
}
