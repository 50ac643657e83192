/** What a rule would have told, had its thresholds been these: judged over the runs that were measured. */
import { setImmediate } from 'node:timers/promises';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requireSources } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { readMeasures } from './measure-runs.ts';
import type { RunMeasure } from './model.ts';
import { ruleNamed, valuesOf } from './rule-settings.ts';
import type { AlertRule } from './rules/rule.ts';

const dayMs = 86_400_000;
const dryRunDays = 30;
/** Judging so many runs takes some milliseconds; then others have their turn. */
const atOnce = 100;
const mostTold = 10;

export interface DryRun {
  /** Runs that ended in the last 30 days. */
  readonly runs: number;
  /** Alerts that would have been opened. */
  readonly times: number;
  /** The newest of them. */
  readonly told: readonly { readonly at: Instant; readonly title: string }[];
}

/**
 * @param values thresholds by name; what is not given is the rule's own
 * @throws AppError `forbidden`; `not_found`; `input_invalid` for a threshold out of its bounds, and for a rule that judges the
 * present, of which nothing is kept
 */
export async function dryRunRule(
  session: Session,
  actor: Actor,
  name: string,
  values: Readonly<Record<string, unknown>>,
): Promise<DryRun> {
  // It looks at the runs of all sources.
  requireSources(actor, 'all');
  const rule = ruleNamed(name);
  const given = valuesOf(rule, values);
  if (!rule.judgeRun) {
    throw new AppError(
      'input_invalid',
      `${rule.label} judges the present, of which no history is kept: only rules about ended runs can be tried.`,
    );
  }
  const now = await readNow(session);
  const from = new Date(Date.parse(now) - dryRunDays * dayMs).toISOString();
  return replay(rule, given, await readMeasures(session), from);
}

/** An alert is open while one run after the other is found wrong, so that these are told once. */
async function replay(
  { judgeRun }: AlertRule,
  values: Readonly<Record<string, number>>,
  measures: readonly RunMeasure[],
  from: Instant,
): Promise<DryRun> {
  let runs = 0;
  const told: { at: Instant; title: string }[] = [];
  for (const ofScope of Map.groupBy(measures, ({ scope }) => scope).values()) {
    let isOpen = false;
    for (const [at, run] of ofScope.entries()) {
      if (run.endedAt < from) continue;
      runs += 1;
      if (runs % atOnce === 0) await setImmediate();
      const found = judgeRun?.(run, ofScope.slice(Math.max(0, at - 60), at), values) ?? null;
      if (found && !isOpen) told.push({ at: run.endedAt, title: found.title });
      isOpen = found !== null;
    }
  }
  const newest = told.toSorted((a, b) => b.at.localeCompare(a.at));
  return { runs, times: told.length, told: newest.slice(0, mostTold) };
}
