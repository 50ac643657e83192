/** What a rule is: a file of this folder and a line in `registry.ts`. */
import { z } from 'zod';
import type { AlertFacts, Evidence, Finding, RunMeasure } from '../model.ts';

/** A number that a person may tune. */
export interface Threshold {
  readonly label: string;
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

type Thresholds = Readonly<Record<string, Threshold>>;
type ValuesOf<T extends Thresholds> = { readonly [Name in keyof T]: number };

export interface AlertRule {
  /** Stored with alerts and settings: never renamed. */
  readonly rule: string;
  readonly label: string;
  readonly help: string;
  readonly thresholds: Thresholds;
  /** `critical`: nothing is ingested, or soon nothing can be. */
  readonly severity: 'warning' | 'critical';
  /** Whether what it finds puts the source in quarantine, unless a person says otherwise; absent = it never does. */
  readonly quarantine?: boolean;
  /** The finding of each subject, given every threshold. Pure. */
  readonly judge: (facts: AlertFacts, values: Readonly<Record<string, number>>) => Finding[];
  /** Of rules about ended runs: one run, compared with those of its scope before it. */
  readonly judgeRun?: (
    run: RunMeasure,
    past: readonly RunMeasure[],
    values: Readonly<Record<string, number>>,
  ) => Finding | null;
}

interface RuleTexts<T extends Thresholds> {
  readonly rule: string;
  readonly label: string;
  readonly help: string;
  readonly thresholds: T;
  /** Default: a warning. */
  readonly severity?: AlertRule['severity'];
  readonly quarantine?: boolean;
}

/** Values by name; what was not given is the default. */
const withDefaults = <T extends Thresholds>(
  thresholds: T,
  values: Readonly<Record<string, number>>,
): ValuesOf<T> =>
  // The entries are those of `thresholds`, each a number.
  Object.fromEntries(
    Object.entries(thresholds).map(([name, { default: usual }]) => [name, values[name] ?? usual]),
  ) as ValuesOf<T>;

export const defineRule = <T extends Thresholds>(
  rule: RuleTexts<T> & { readonly judge: (facts: AlertFacts, values: ValuesOf<T>) => Finding[] },
): AlertRule => ({
  severity: 'warning',
  ...rule,
  judge: (facts, values) => rule.judge(facts, withDefaults(rule.thresholds, values)),
});

export interface RunFinding {
  readonly title: string;
  readonly detail: string;
  readonly evidence: Evidence;
}

/** A rule about ended runs. Its alert is over when the next run of the scope is as usual. */
export function defineRunRule<T extends Thresholds>(
  rule: RuleTexts<T> & {
    readonly judgeRun: (
      run: RunMeasure,
      past: readonly RunMeasure[],
      values: ValuesOf<T>,
    ) => RunFinding | null;
  },
): AlertRule {
  const judgeRun: AlertRule['judgeRun'] = (run, past, values) => {
    const found = rule.judgeRun(run, past, withDefaults(rule.thresholds, values));
    return (
      found && {
        ...found,
        subject: run.scope,
        sourceName: run.sourceName,
        href: `/runs/${run.runId}`,
        run: { runId: run.runId, startedAt: run.startedAt },
      }
    );
  };
  return {
    severity: 'warning',
    ...rule,
    judgeRun,
    judge: ({ measures, activeSources }, values) =>
      [...Map.groupBy(measures, ({ scope }) => scope).values()].flatMap((ofScope) => {
        const run = ofScope.at(-1);
        if (!run || (run.sourceName !== null && !activeSources.has(run.sourceName))) return [];
        const found = judgeRun(run, ofScope.slice(0, -1), values);
        return found ? [found] : [];
      }),
  };
}

/** A run that came to its own end: one that was cut short says nothing about its source. */
export const isWhole = ({ status, endReason }: RunMeasure): boolean =>
  status === 'completed' && (endReason === null || endReason === 'finished');

/** What a person may store for the rule. */
export const valuesSchemaOf = ({ thresholds }: AlertRule) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(thresholds).map(([name, { label, min, max, unit }]) => [
        name,
        z
          .number({ error: `${label} must be a number.` })
          .min(min, `${label} must be at least ${withUnit(min, unit)}.`)
          .max(max, `${label} must be at most ${withUnit(max, unit)}.`)
          .optional(),
      ]),
    ),
  );

/** `1 hour`, `12 hours`, `1,000 items`, `50 %`. */
export const withUnit = (value: number, unit: string): string =>
  `${value.toLocaleString('en-US')} ${value === 1 ? unit.replace(/s$/, '') : unit}`;

export const inPercent = (share: number): string => `${Math.round(share * 100)} %`;
export const inNumbers = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `40 min`, `5 h`, `3 days`. */
export function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export const minutes = (label: string, usual: number): Threshold => ({
  label,
  unit: 'minutes',
  default: usual,
  min: 1,
  max: 10_080,
});
export const hours = (label: string, usual: number): Threshold => ({
  label,
  unit: 'hours',
  default: usual,
  min: 1,
  max: 2_160,
});
export const percent = (label: string, usual: number): Threshold => ({
  label,
  unit: '%',
  default: usual,
  min: 1,
  max: 100,
});
export const spreads: Threshold = {
  label: 'Spreads from the median',
  unit: 'spreads',
  default: 5,
  min: 1,
  max: 50,
};
export const fewestRuns: Threshold = {
  label: 'Runs to compare with, at least',
  unit: 'runs',
  default: 7,
  min: 3,
  max: 50,
};
