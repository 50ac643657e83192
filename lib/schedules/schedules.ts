/** Listing, saving and removing schedules. */

import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import type { SchedulesTable } from '#db/schema.ts';
import { type Actor, isSeen, type Sight } from '#lib/actor/model.ts';
import {
  requirePermission,
  requireSources as requireReach,
} from '#lib/actor/require-permission.ts';
import { refuseChangedMeanwhile, type Seen } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import { readNow } from '#lib/now.ts';
import { storedRequestSchema } from '#lib/runs/model.ts';
import { ofRequest } from '#lib/runs/run-row.ts';
import { stopsInForce } from '#lib/stops/read-stop.ts';
import { nextTimes } from './cron.ts';
import type { Schedule, ScheduleInput } from './model.ts';

/** Keeps the page's cost bounded. */
const mostListed = 200;

/** By name, 200 at most; those that launch runs of sources that are not seen are left out. */
export async function listSchedules(session: Session, sight: Sight = null): Promise<Schedule[]> {
  const query = session.q
    .selectFrom('schedules')
    .selectAll()
    .orderBy('name')
    .orderBy('schedule_id');
  return (await session.engine.take(query, mostListed).execute())
    .map(scheduleFromRow)
    .filter(({ request }) => isSeen(sight, request === null ? 'all' : ofRequest(request)));
}

/**
 * Creates, or with `scheduleId` changes, a schedule, once for a request key. Needs `schedules:change`.
 * Returns its id. Throws `not_found`, `conflict` when it is no longer as it was seen, and `input_invalid` when a
 * named source does not exist.
 */
export async function saveSchedule(
  db: Db,
  actor: Actor,
  input: ScheduleInput,
  options: {
    readonly scheduleId?: string | undefined;
    readonly requestKey?: string | undefined;
    /** Name, cron, timezone, enabled and request as they were read. */
    readonly seen?: Seen;
  } = {},
): Promise<string> {
  requirePermission(actor, 'schedules:change');
  const { scheduleId, requestKey: key, seen } = options;
  return onceIn(db, { key, action: 'schedule.save' }, z.string(), (tx) =>
    createOrChange(tx, actor, input, { scheduleId, seen }),
  );
}

async function createOrChange(
  tx: Session,
  actor: Actor,
  input: ScheduleInput,
  { scheduleId: changed, seen }: { readonly scheduleId: string | undefined; readonly seen: Seen },
): Promise<string> {
  requireReach(actor, ofRequest(input.request));
  await requireSources(tx, input.request.sources);
  const now = await readNow(tx);
  const nextAt = input.enabled ? nextTimes(input.cron, input.timezone, now, 1)[0] : undefined;
  const values = {
    name: input.name,
    cron: input.cron,
    timezone: input.timezone,
    enabled: input.enabled ? (1 as const) : (0 as const),
    request: JSON.stringify(input.request),
    next_at: nextAt === undefined ? null : tx.engine.instantParam(nextAt),
    updated_at: tx.engine.now(),
  };
  const after = { ...input, nextAt: nextAt ?? null };
  if (changed !== undefined) {
    await lockRow(tx, 'schedules', 'schedule_id', changed);
    const before = await getSchedule(tx, changed);
    requireReach(actor, before.request === null ? 'all' : ofRequest(before.request));
    await refuseChangedMeanwhile(tx, {
      what: `the schedule ${before.name}`,
      targetType: 'schedule',
      targetId: changed,
      actions: ['schedule.change'],
      seen,
      stored: { ...before },
    });
    await tx.q.updateTable('schedules').set(values).where('schedule_id', '=', changed).execute();
    await recordAudit(tx, actor, {
      action: 'schedule.change',
      targetType: 'schedule',
      targetId: changed,
      summary: `Changed the schedule ${input.name}`,
      before,
      after,
    });
    return changed;
  }
  const scheduleId = newId();
  await tx.q
    .insertInto('schedules')
    .values({
      ...values,
      schedule_id: scheduleId,
      last_at: null,
      last_run_id: null,
      last_outcome: null,
      created_by: actor.email,
      created_at: tx.engine.now(),
    })
    .execute();
  await recordAudit(tx, actor, {
    action: 'schedule.create',
    targetType: 'schedule',
    targetId: scheduleId,
    summary: `Created the schedule ${input.name}`,
    after,
  });
  return scheduleId;
}

/** Needs `schedules:change`. Runs it launched stay. Throws `not_found`. */
export async function deleteSchedule(db: Db, actor: Actor, scheduleId: string): Promise<void> {
  requirePermission(actor, 'schedules:change');
  await db.transaction(async (tx) => {
    const before = await getSchedule(tx, scheduleId);
    requireReach(actor, before.request === null ? 'all' : ofRequest(before.request));
    await tx.q.deleteFrom('schedules').where('schedule_id', '=', scheduleId).execute();
    await recordAudit(tx, actor, {
      action: 'schedule.delete',
      targetType: 'schedule',
      targetId: scheduleId,
      summary: `Deleted the schedule ${before.name}`,
      before,
    });
  });
}

async function getSchedule(session: Session, scheduleId: string): Promise<Schedule> {
  const row = await session.q
    .selectFrom('schedules')
    .selectAll()
    .where('schedule_id', '=', scheduleId)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'There is no such schedule.');
  return scheduleFromRow(row);
}

async function requireSources(session: Session, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const known = await session.q
    .selectFrom('sources')
    .select('name')
    .where('deleted_at', 'is', null)
    .where('name', 'in', session.engine.listed(names, 'exactly'))
    .execute();
  const unknown = names.filter((name) => !known.some((source) => source.name === name));
  if (unknown.length === 0) return;
  throw new AppError('input_invalid', `There is no source named ${unknown.join(', ')}.`, {
    fields: { 'request.sources': `There is no source named ${unknown.join(', ')}.` },
  });
}

function scheduleFromRow(row: Selectable<SchedulesTable>): Schedule {
  return {
    scheduleId: row.schedule_id,
    name: row.name,
    cron: row.cron,
    timezone: row.timezone,
    enabled: row.enabled === 1,
    request: storedRequestSchema.safeParse(JSON.parse(row.request)).data ?? null,
    nextAt: row.next_at,
    lastAt: row.last_at,
    lastRunId: row.last_run_id,
    lastOutcome: row.last_outcome,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
  };
}

/** Enabled ones whose time has come. While everything is stopped there is none: they launch once when it goes on. */
export const schedulesThatAreDue = (session: Session) =>
  session.q
    .selectFrom('schedules')
    .select('schedule_id')
    .where(sql<boolean>`enabled = 1`)
    .where('next_at', '<=', session.engine.now())
    .where(({ exists, not }) => not(exists(stopsInForce(session))));

/** The longest due first. */
export async function dueSchedules(session: Session, most: number): Promise<Schedule[]> {
  const query = schedulesThatAreDue(session)
    .clearSelect()
    .selectAll()
    .orderBy('next_at')
    .orderBy('schedule_id');
  return (await session.engine.take(query, most).execute()).map(scheduleFromRow);
}
