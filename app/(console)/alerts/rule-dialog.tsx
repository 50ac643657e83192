'use client';
/** The form of a rule: on or off, its thresholds, and what they would have told in the last 30 days. */
import { useState } from 'react';
import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { NumberField, SwitchField } from '#app/ui/field.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed, type MergeField } from '#app/ui/merge-fields.ts';
import { countOf } from '#app/ui/num.tsx';
import { isQuantityUnit, QuantityField } from '#app/ui/quantity-field.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import type { DryRun } from '#lib/alerts/dry-run.ts';
import { type Threshold, withUnit } from '#lib/alerts/rules/rule.ts';
import { dryRunAction, saveRuleAction } from './actions.ts';

export interface ShownRule {
  readonly rule: string;
  readonly label: string;
  readonly help: string;
  readonly thresholds: Readonly<Record<string, Threshold>>;
  readonly enabled: boolean;
  readonly values: Readonly<Record<string, number>>;
  /** It judges ended runs, of which a history is kept. */
  readonly hasHistory: boolean;
  /** Null = it finds nothing that could be held. */
  readonly quarantine: boolean | null;
}

export default function RuleDialog({
  rule,
  onClose,
}: {
  readonly rule: ShownRule;
  readonly onClose: () => void;
}) {
  const form = useContestedForm({
    saved: savedOf(rule),
    valuesOf: (saved) => saved,
    fields: mergeFieldsOf(rule),
  });
  const { enabled, values, quarantine } = form.values;
  const [tried, setTried] = useState<DryRun | null>(null);
  const save = useAction(saveRuleAction, {
    done: () => `Saved the rule ${rule.label}`,
    onDone: onClose,
    onFailed: form.onFailed,
    showsError: true,
  });
  const dryRun = useAction(dryRunAction, {
    onDone: setTried,
    showsError: true,
    refreshes: false,
  });
  const input = {
    rule: rule.rule,
    enabled,
    values,
    ...(quarantine === undefined ? {} : { quarantine }),
  };
  const fields = { ...dryRun.error?.fields, ...save.error?.fields };
  return (
    <FormDialog
      title={rule.label}
      submitLabel="Save rule"
      isPending={save.isPending}
      error={form.shown(save.error)}
      onSubmit={() => save.run({ ...input, seen: form.seen })}
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="changed this rule" />
      <p className="text-sm text-ink-2">{rule.help}</p>
      <SwitchField
        label="On"
        help="A rule that is off finds nothing; its open alerts are over."
        isSelected={enabled}
        onChange={(value) => form.change({ enabled: value })}
      />
      {Object.entries(rule.thresholds).map(([name, { label, unit, min, max, default: usual }]) => {
        const common = {
          label,
          help: `Usually ${withUnit(usual, unit)}`,
          value: values[name] ?? usual,
          minValue: min,
          error: fields[name],
          onChange: (value: number) => form.change({ values: { ...values, [name]: value } }),
        };
        return isQuantityUnit(unit) ? (
          <QuantityField key={name} stored={unit} {...common} />
        ) : (
          <NumberField key={name} unit={unit} maxValue={max} {...common} />
        );
      })}
      {quarantine === undefined ? null : (
        <SwitchField
          label="Quarantine"
          help="New versions of the source are held, and not current, until somebody accepts or discards them."
          isSelected={quarantine}
          onChange={(value) => form.change({ quarantine: value })}
        />
      )}
      {rule.hasHistory ? (
        <div className="flex flex-col items-start gap-2">
          <Button isPending={dryRun.isPending} onPress={() => dryRun.run(input)}>
            Try on the last 30 days
          </Button>
          {dryRun.error ? <ErrorBanner error={dryRun.error} /> : null}
          {tried ? <Tried dryRun={tried} /> : null}
        </div>
      ) : (
        <p className="text-xs text-ink-3">
          It judges the present, of which no history is kept: it cannot be tried on the past.
        </p>
      )}
    </FormDialog>
  );
}

const savedOf = ({ enabled, values, quarantine }: ShownRule) => ({
  enabled,
  values,
  ...(quarantine === null ? {} : { quarantine }),
});
type Saved = ReturnType<typeof savedOf>;

const mergeFieldsOf = ({ thresholds, quarantine }: ShownRule): MergeField<Saved>[] => [
  ...fieldsNamed<Saved>({
    enabled: 'On',
    ...(quarantine === null ? {} : { quarantine: 'Quarantine' }),
  }),
  ...Object.entries(thresholds).map(
    ([name, { label, unit, default: usual }]): MergeField<Saved> => ({
      path: `values.${name}`,
      label,
      textOf: ({ values }) => withUnit(values[name] ?? usual, unit),
      take: (into, { values }) => ({
        ...into,
        values: { ...into.values, [name]: values[name] ?? usual },
      }),
    }),
  ),
];

function Tried({ dryRun: { runs, times, told } }: { readonly dryRun: DryRun }) {
  if (runs === 0) return <Banner kind="info" title="No run has ended in the last 30 days." />;
  return (
    <Banner
      kind="info"
      title={`It would have told you ${times === 0 ? 'nothing' : countOf(times, 'time')} in 30 days, over ${countOf(runs, 'run')}.`}
    >
      {told.map(({ at, title }) => (
        <span key={`${at} ${title}`} className="block">
          <Time at={at} /> {title}
        </span>
      ))}
    </Banner>
  );
}
