'use client';
/** The form of a rule: on or off, its thresholds, and what they would have told in the last 30 days. */
import { useState } from 'react';
import { Banner, ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { NumberField, SwitchField } from '#app/ui/field.tsx';
import { countOf } from '#app/ui/num.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { DryRun } from '#lib/alerts/dry-run.ts';
import type { Threshold } from '#lib/alerts/rules/rule.ts';
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
  const [enabled, setEnabled] = useState(rule.enabled);
  const [values, setValues] = useState(rule.values);
  const [quarantine, setQuarantine] = useState(rule.quarantine);
  const [tried, setTried] = useState<DryRun | null>(null);
  const save = useAction(saveRuleAction, {
    done: () => `Saved the rule ${rule.label}`,
    onDone: onClose,
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
    ...(quarantine === null ? {} : { quarantine }),
  };
  const fields = { ...dryRun.error?.fields, ...save.error?.fields };
  return (
    <FormDialog
      title={rule.label}
      submitLabel="Save rule"
      isPending={save.isPending}
      error={save.error}
      onSubmit={() => save.run(input)}
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">{rule.help}</p>
      <SwitchField
        label="On"
        help="A rule that is off finds nothing; its open alerts are over."
        isSelected={enabled}
        onChange={setEnabled}
      />
      {Object.entries(rule.thresholds).map(([name, threshold]) => (
        <NumberField
          key={name}
          label={threshold.label}
          unit={threshold.unit}
          help={`Usually ${threshold.default.toLocaleString('en-US')}`}
          value={values[name] ?? threshold.default}
          minValue={threshold.min}
          maxValue={threshold.max}
          error={fields[name]}
          onChange={(value) => setValues({ ...values, [name]: value })}
        />
      ))}
      {quarantine === null ? null : (
        <SwitchField
          label="Quarantine"
          help="New versions of the source are held, and not current, until somebody accepts or discards them."
          isSelected={quarantine}
          onChange={setQuarantine}
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
