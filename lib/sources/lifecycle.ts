/** Pausing, resuming and deleting take effect at the next claim; items in flight are finished. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { parseInput } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { noteText } from '#lib/people-text.ts';
import { endAt, endSchema } from '#lib/stops/end.ts';
import { getSource, requireSource, type Source } from './read-sources.ts';

export const pauseInputSchema = z.strictObject({
  reason: noteText({ most: 400, missing: null }).optional(),
  /** When it is resumed by itself; null = when somebody does. */
  end: endSchema.optional(),
});

/**
 * Pauses a source, or gives its pause another reason and end. Throws `source_unknown`, `forbidden`, and `input_invalid`
 * for an end that is past or more than a year away.
 */
export async function pauseSource(
  db: Db,
  actor: Actor,
  nameOrId: string,
  options: z.input<typeof pauseInputSchema> = {},
): Promise<Source> {
  requirePermission(actor, 'sources:change');
  const { reason, end } = parseInput(pauseInputSchema, options);
  return db.transaction(async (tx) => {
    const before = await requireSource(tx, nameOrId);
    requireSources(actor, [before.name]);
    const until = endAt(end ?? null, await readNow(tx));
    const saysNothing = reason === undefined && end === undefined;
    const isAsItWas = (reason || null) === before.pausedReason && until === before.pausedUntil;
    if (before.pausedAt !== null && (saysNothing || isAsItWas)) return before;
    await tx.q
      .updateTable('sources')
      .set({
        ...(before.pausedAt === null ? { paused_at: tx.engine.now() } : {}),
        paused_reason: reason || null,
        paused_until: until === null ? null : tx.engine.instantParam(until),
        updated_at: tx.engine.now(),
      })
      .where('source_id', '=', before.sourceId)
      .execute();
    const what = before.pausedAt === null ? 'Paused' : 'Changed the pause of';
    return audited(tx, actor, before, 'source.pause', `${what} source ${before.name}`);
  });
}

/** Resuming a source that is not paused changes nothing. */
export async function resumeSource(db: Db, actor: Actor, nameOrId: string): Promise<Source> {
  requirePermission(actor, 'sources:change');
  return db.transaction(async (tx) => {
    const before = await requireSource(tx, nameOrId);
    requireSources(actor, [before.name]);
    if (before.pausedAt === null) return before;
    await tx.q
      .updateTable('sources')
      .set({ ...notPaused, updated_at: tx.engine.now() })
      .where('source_id', '=', before.sourceId)
      .execute();
    return audited(tx, actor, before, 'source.resume', `Resumed source ${before.name}`);
  });
}

const notPaused = { paused_at: null, paused_reason: null, paused_until: null } as const;

export const pausesThatAreOver = ({ q, engine }: Session) =>
  q.selectFrom('sources').select('source_id').where('paused_until', '<=', engine.now());

/**
 * Resumes the sources whose pause was to end by now. Any number of workers may call it; one of them does it, and the
 * audit log has it. Returns how many.
 */
export async function endPauses(db: Db): Promise<number> {
  let ended = 0;
  for (const { source_id: sourceId } of await pausesThatAreOver(db).execute()) {
    const isMine = await db.transaction(async (tx) => {
      const before = await getSource(tx, sourceId);
      const result = await tx.q
        .updateTable('sources')
        .set({ ...notPaused, updated_at: tx.engine.now() })
        .where('source_id', '=', sourceId)
        .where('paused_until', '<=', tx.engine.now())
        .executeTakeFirst();
      if (Number(result.numUpdatedRows) === 0 || before === null) return false;
      const summary = `Resumed source ${before.name}: its pause was over`;
      await audited(tx, systemActor('worker'), before, 'source.resume', summary);
      return true;
    });
    if (isMine) ended += 1;
  }
  return ended;
}

async function audited(
  tx: Session,
  actor: Actor,
  before: Source,
  action: string,
  summary: string,
): Promise<Source> {
  const after = await requireSource(tx, before.sourceId);
  const view = ({ pausedAt, pausedReason, pausedUntil }: Source) => ({
    pausedAt,
    pausedReason,
    pausedUntil,
  });
  await recordAudit(tx, actor, {
    action,
    targetType: 'source',
    targetId: before.sourceId,
    summary,
    before: view(before),
    after: view(after),
  });
  return after;
}

/**
 * Takes a source away: its secrets are erased, its items and records stay and are no longer
 * claimed, its name is free again. `itemsLeft` says how many items stay. Throws `source_unknown`.
 */
export async function deleteSource(
  db: Db,
  actor: Actor,
  nameOrId: string,
): Promise<{ readonly itemsLeft: number }> {
  requirePermission(actor, 'sources:delete');
  return db.transaction(async (tx) => {
    const source = await requireSource(tx, nameOrId);
    requireSources(actor, [source.name]);
    const counters = await tx.engine.readTotals(tx);
    const itemsLeft = counters
      .filter((row) => row.source_system === source.type && row.source_name === source.name)
      .reduce((sum, row) => sum + Number(row.item_count), 0);
    await tx.q
      .updateTable('sources')
      .set({ deleted_at: tx.engine.now(), updated_at: tx.engine.now(), enabled: 0 })
      .where('source_id', '=', source.sourceId)
      .execute();
    await tx.q.deleteFrom('source_secrets').where('source_id', '=', source.sourceId).execute();
    await recordAudit(tx, actor, {
      action: 'source.delete',
      targetType: 'source',
      targetId: source.sourceId,
      summary: `Deleted source ${source.name}; ${itemsLeft} items stay`,
      before: {
        name: source.name,
        type: source.type,
        settings: source.settings,
        seeds: source.seeds,
      },
    });
    return { itemsLeft };
  });
}
