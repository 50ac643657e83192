/** Evaluates the rules, and opens and closes alerts: one process at a time, whoever comes first. */
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import type { WatchedDisks } from '#lib/disks/disks.ts';
import { boundedMessage } from '#lib/errors/bounded-message.ts';
import type { NewEvent } from '#lib/events/model.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { newId } from '#lib/ids.ts';
import { type Notice, putNotice } from '#lib/notices/outbox.ts';
import { openQuarantine } from '#lib/quarantine/open.ts';
import { holdsOfSources } from '#lib/sources/read-sources.ts';
import { measureEndedRuns } from './measure-runs.ts';
import type { AlertFacts, BacklogPoint, Finding } from './model.ts';
import { type Mute, muteOfAlert, readMutes } from './mutes.ts';
import { readAlertFacts } from './read-facts.ts';
import { type RuleSettings, readRuleSettings } from './rule-settings.ts';
import { alertRules } from './rules/registry.ts';

/** Between two evaluations, ms. */
export const evaluateEveryMs = 180_000;
/** What hovers about a threshold is one alert: it is over when it was not found for so long, ms. */
const overAfterMs = 600_000;
/** Of one rule. What is beyond is not told one by one: the page of the rule's subject shows all of it. */
const mostOfRule = 50;
const hourMs = 3_600_000;
/** Hours of the queue's length that are remembered. */
const mostBacklog = 24 * 90;

export interface Evaluation {
  readonly opened: number;
  readonly closed: number;
}

/** Null when it is not due, or another process does it. */
export async function evaluateInTurn(
  db: Db,
  watched: WatchedDisks | null = null,
): Promise<Evaluation | null> {
  const turn = await db.q
    .updateTable('alert_state')
    .set({ due_at: db.engine.nowPlus(evaluateEveryMs) })
    .where('due_at', '<=', db.engine.now())
    .executeTakeFirst();
  return turn.numUpdatedRows === 0n ? null : evaluateAlerts(db, watched);
}

export async function evaluateAlerts(
  db: Db,
  watched: WatchedDisks | null = null,
): Promise<Evaluation> {
  await measureEndedRuns(db);
  const mutes = await readMutes(db);
  const facts = await readAlertFacts(db, watched, mutes);
  const settings = await readRuleSettings(db);
  const found = findingsOf(facts, settings);
  await rememberBacklog(db, facts.backlog);
  await holdWhatIsSuspicious(db, found, settings);
  return settle(db, found, mutes);
}

/**
 * Before it is told: whoever is told finds it held. Muted or not: a mute is about telling. What a source says of itself
 * counts more than what the rule says of all.
 */
async function holdWhatIsSuspicious(
  db: Db,
  found: readonly Found[],
  settings: ReadonlyMap<string, RuleSettings>,
): Promise<void> {
  const suspicious = found.flatMap((finding) => {
    const { run, sourceName, rule } = finding;
    const isAboutContent = alertRules.find((one) => one.rule === rule)?.quarantine !== undefined;
    return run && sourceName !== null && isAboutContent ? [{ ...finding, run, sourceName }] : [];
  });
  const names = [...new Set(suspicious.map(({ sourceName }) => sourceName))];
  const own = await holdsOfSources(db, names);
  for (const { rule, sourceName, run, title, detail, evidence } of suspicious) {
    const holds = own.get(sourceName) ?? (settings.get(rule)?.quarantine ? 'always' : 'never');
    if (holds === 'never') continue;
    const { runId, startedAt: from } = run;
    await openQuarantine(db, { sourceName, rule, title, detail, evidence, runId, from });
  }
}

interface Found extends Finding {
  readonly rule: string;
}

/** What the rules that are on find. Pure. */
export function findingsOf(
  facts: AlertFacts,
  settings: ReadonlyMap<string, RuleSettings>,
): Found[] {
  return alertRules.flatMap((rule) => {
    const { enabled, values } = settings.get(rule.rule) ?? { enabled: true, values: {} };
    if (!enabled) return [];
    return rule
      .judge(facts, values)
      .slice(0, mostOfRule)
      .map((finding) => ({ ...finding, rule: rule.rule }));
  });
}

/** Opens what is new, keeps what is found again, closes what has not been found for a while. */
async function settle(
  db: Db,
  found: readonly Found[],
  mutes: readonly Mute[],
): Promise<Evaluation> {
  const { engine } = db;
  const open = await db.q
    .selectFrom('alerts')
    .select(['alert_id', 'rule', 'subject', 'title', 'source_name', 'href'])
    .select(['told_at', 'acknowledged_at'])
    .where('closed_at', 'is', null)
    .execute();
  const keyOf = (one: { readonly rule: string; readonly subject: string }) =>
    `${one.rule} ${one.subject}`;
  const known = new Map(open.map((alert) => [keyOf(alert), alert]));
  const evaluation = { opened: 0, closed: 0 };
  for (const finding of found) {
    const alert = known.get(keyOf(finding));
    known.delete(keyOf(finding));
    const isMuted = muteOfAlert(mutes, finding) !== null;
    if (alert) {
      await keepOpen(db, alert.alert_id, finding);
      // What was opened under a mute is told when that is over, unless somebody has seen to it meanwhile.
      const isUntold = alert.told_at === null && alert.acknowledged_at === null;
      if (isUntold && !isMuted) await tellOpened(db, alert.alert_id, finding);
    } else if (await openAlert(db, finding, isMuted)) evaluation.opened += 1;
  }
  for (const alert of known.values()) {
    const isOver = await db.transaction(async (tx) => {
      const { numUpdatedRows } = await tx.q
        .updateTable('alerts')
        .set({ closed_at: engine.now() })
        .where('alert_id', '=', alert.alert_id)
        .where('closed_at', 'is', null)
        .where('seen_at', '<=', engine.nowPlus(-overAfterMs))
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      // Whoever was told of it is told that it is over, and nobody else.
      if (alert.told_at !== null) {
        await putNotice(
          tx,
          noticeOf('alert.closed', {
            ...alert,
            alertId: alert.alert_id,
            title: `Over: ${alert.title}`,
            detail: 'It has not been found for ten minutes.',
            sourceName: alert.source_name,
          }),
        );
      }
      await recordEvents(tx, [eventOf('alert.closed', `Over: ${alert.title}`, alert)]);
      return true;
    });
    if (isOver) evaluation.closed += 1;
  }
  return evaluation;
}

/** The lengths of the columns. */
const textsOf = (finding: Found) => ({
  title: boundedMessage(finding.title, 300),
  detail: boundedMessage(finding.detail, 1_000),
  evidence: JSON.stringify(finding.evidence),
  href: finding.href,
});

async function keepOpen(db: Db, alertId: string, finding: Found): Promise<void> {
  await db.q
    .updateTable('alerts')
    .set((eb) => ({
      ...textsOf(finding),
      seen_at: db.engine.now(),
      seen_count: eb('seen_count', '+', 1),
    }))
    .where('alert_id', '=', alertId)
    .where('closed_at', 'is', null)
    .execute();
}

async function tellOpened(db: Db, alertId: string, finding: Found): Promise<void> {
  await db.transaction(async (tx) => {
    const { numUpdatedRows } = await tx.q
      .updateTable('alerts')
      .set({ told_at: tx.engine.now() })
      .where('alert_id', '=', alertId)
      .where('told_at', 'is', null)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 1n)
      await putNotice(tx, noticeOf('alert.opened', { ...finding, alertId }));
  });
}

/** False when another process opened it first. */
async function openAlert(db: Db, finding: Found, isMuted: boolean): Promise<boolean> {
  const alertId = newId();
  try {
    await db.transaction(async (tx) => {
      await tx.q
        .insertInto('alerts')
        .values({
          ...textsOf(finding),
          alert_id: alertId,
          rule: finding.rule,
          subject: finding.subject,
          source_name: finding.sourceName,
          opened_at: tx.engine.now(),
          seen_at: tx.engine.now(),
          ...(isMuted ? {} : { told_at: tx.engine.now() }),
        })
        .execute();
      if (!isMuted) await putNotice(tx, noticeOf('alert.opened', { ...finding, alertId }));
      const about = { alert_id: alertId, source_name: finding.sourceName, rule: finding.rule };
      await recordEvents(tx, [eventOf('alert.opened', finding.title, about)]);
    });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_unique_violation') return false;
    throw error;
  }
}

const noticeOf = (
  type: 'alert.opened' | 'alert.closed',
  alert: Pick<Found, 'rule' | 'subject' | 'sourceName' | 'title' | 'detail' | 'href'> & {
    readonly alertId: string;
    readonly evidence?: Found['evidence'];
  },
): Notice => ({
  type,
  title: alert.title,
  detail: alert.detail,
  // That something is over wakes nobody.
  severity:
    type === 'alert.closed'
      ? 'information'
      : (alertRules.find(({ rule }) => rule === alert.rule)?.severity ?? 'warning'),
  href: alert.href,
  data: {
    alertId: alert.alertId,
    rule: alert.rule,
    subject: alert.subject,
    source: alert.sourceName,
    evidence: { ...alert.evidence },
  },
});

const eventOf = (
  kind: 'alert.opened' | 'alert.closed',
  message: string,
  alert: { readonly alert_id: string; readonly source_name: string | null; readonly rule: string },
): NewEvent => ({
  kind,
  message,
  sourceName: alert.source_name,
  data: { alertId: alert.alert_id, rule: alert.rule },
});

/** One point an hour. */
async function rememberBacklog(s: Session, points: readonly BacklogPoint[]): Promise<void> {
  const [before, last] = points.slice(-2);
  if (before && last && Date.parse(last.at) - Date.parse(before.at) < hourMs) return;
  await s.q
    .updateTable('alert_state')
    .set({ backlog: JSON.stringify(points.slice(-mostBacklog)) })
    .execute();
}
