/** What people have tuned of the rules. */
import type { Db, Session } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { refuseChangedMeanwhile, type Seen } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError, parseInput } from '#lib/errors/app-error.ts';
import { objectFromText } from '#lib/json.ts';
import { alertRules } from './rules/registry.ts';
import { type AlertRule, valuesSchemaOf } from './rules/rule.ts';

export interface RuleSettings {
  readonly enabled: boolean;
  /** What differs from the rule's own thresholds. */
  readonly values: Readonly<Record<string, number>>;
  /** What it finds puts the source in quarantine. */
  readonly quarantine: boolean;
}

const untouched = ({ quarantine = false }: AlertRule): RuleSettings => ({
  enabled: true,
  values: {},
  quarantine,
});

/** Of every rule, by its name. What a later version stored, and this one does not know, is left out. */
export async function readRuleSettings({ q }: Session): Promise<ReadonlyMap<string, RuleSettings>> {
  const rows = await q
    .selectFrom('alert_rules')
    .select(['rule', 'enabled', 'thresholds', 'quarantine'])
    .execute();
  return new Map(
    alertRules.map((rule) => {
      const row = rows.find((one) => one.rule === rule.rule);
      return [rule.rule, row ? settingsOf(rule, row) : untouched(rule)];
    }),
  );
}

function settingsOf(
  rule: AlertRule,
  row: {
    readonly enabled: number;
    readonly thresholds: string;
    readonly quarantine: number | null;
  },
): RuleSettings {
  const stored = objectFromText(row.thresholds) ?? {};
  const known = Object.fromEntries(
    Object.entries(stored).filter(([name]) => name in rule.thresholds),
  );
  const values = valuesSchemaOf(rule).safeParse(known);
  return {
    enabled: row.enabled === 1,
    values: values.success ? given(values.data) : {},
    quarantine: row.quarantine === null ? (rule.quarantine ?? false) : row.quarantine === 1,
  };
}

const given = (values: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** @throws AppError `not_found` */
export function ruleNamed(name: string): AlertRule {
  const rule = alertRules.find((one) => one.rule === name);
  if (!rule) throw new AppError('not_found', `There is no rule ${name}.`);
  return rule;
}

/** @throws AppError `input_invalid` with the thresholds that are unknown or out of their bounds, each by its name */
export const valuesOf = (
  rule: AlertRule,
  input: Readonly<Record<string, unknown>>,
): Record<string, number> => given(parseInput(valuesSchemaOf(rule), input));

export interface RuleSettingsInput {
  readonly enabled: boolean;
  readonly values: Readonly<Record<string, unknown>>;
  /** Absent = as the rule itself says. */
  readonly quarantine?: boolean | undefined;
  /** Enabled, values and quarantine as they were read. */
  readonly seen?: Seen;
}

/**
 * Switches a rule on or off and sets its thresholds; what is not given is the rule's own.
 * @throws AppError `forbidden`, `not_found`, or `input_invalid` with the threshold that is out of its bounds,
 * or for a quarantine by a rule that is not about content; `conflict` when it is no longer as it was seen
 */
export async function saveRuleSettings(
  db: Db,
  actor: Actor,
  name: string,
  input: RuleSettingsInput,
): Promise<void> {
  requirePermission(actor, 'alerts:change');
  requireSources(actor, 'all');
  const rule = ruleNamed(name);
  const { enabled } = input;
  const values = valuesOf(rule, input.values);
  const quarantine = input.quarantine ?? null;
  if (quarantine === true && rule.quarantine === undefined) {
    throw new AppError('input_invalid', `${rule.label} finds nothing that could be held.`, {
      fields: { quarantine: 'It finds nothing that could be held.' },
    });
  }
  await db.transaction(async (tx) => {
    await lockRow(tx, 'alert_rules', 'rule', name);
    const before = (await readRuleSettings(tx)).get(name) ?? untouched(rule);
    await refuseChangedMeanwhile(tx, {
      what: `the rule ${rule.label}`,
      targetType: 'alert-rule',
      targetId: name,
      actions: ['alert-rule.change'],
      seen: input.seen,
      stored: { ...before },
    });
    await tx.q.deleteFrom('alert_rules').where('rule', '=', name).execute();
    await tx.q
      .insertInto('alert_rules')
      .values({
        rule: name,
        enabled: enabled ? 1 : 0,
        thresholds: JSON.stringify(values),
        quarantine: quarantine === null ? null : quarantine ? 1 : 0,
        updated_at: tx.engine.now(),
        updated_by: actor.email,
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'alert-rule.change',
      targetType: 'alert-rule',
      targetId: name,
      summary: `Changed the alert rule ${rule.label}`,
      before,
      after: { enabled, values, ...(quarantine === null ? {} : { quarantine }) },
    });
  });
}
