/** Pausing, resuming and deleting take effect at the next claim; items in flight are finished. */
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { requireSource, type Source } from './read-sources.ts';

/** Pausing a paused source changes nothing. Throws `source_unknown`, `forbidden`, `input_invalid`. */
export async function pauseSource(
  db: Db,
  actor: Actor,
  nameOrId: string,
  options: { readonly reason?: string } = {},
): Promise<Source> {
  requirePermission(actor, 'sources:change');
  const reason = options.reason?.trim() || null;
  if (reason !== null && reason.length > 400) {
    throw new AppError('input_invalid', 'The reason may have 400 characters at most.', {
      fields: { reason: 'at most 400 characters' },
    });
  }
  return db.transaction(async (tx) => {
    const before = await requireSource(tx, nameOrId);
    if (before.pausedAt !== null) return before;
    await tx.q
      .updateTable('sources')
      .set({ paused_at: tx.engine.now(), paused_reason: reason, updated_at: tx.engine.now() })
      .where('source_id', '=', before.sourceId)
      .execute();
    return audited(tx, actor, before, 'source.pause', `Paused source ${before.name}`);
  });
}

/** Resuming a source that is not paused changes nothing. */
export async function resumeSource(db: Db, actor: Actor, nameOrId: string): Promise<Source> {
  requirePermission(actor, 'sources:change');
  return db.transaction(async (tx) => {
    const before = await requireSource(tx, nameOrId);
    if (before.pausedAt === null) return before;
    await tx.q
      .updateTable('sources')
      .set({ paused_at: null, paused_reason: null, updated_at: tx.engine.now() })
      .where('source_id', '=', before.sourceId)
      .execute();
    return audited(tx, actor, before, 'source.resume', `Resumed source ${before.name}`);
  });
}

async function audited(
  tx: Session,
  actor: Actor,
  before: Source,
  action: string,
  summary: string,
): Promise<Source> {
  const after = await requireSource(tx, before.sourceId);
  const view = ({ pausedAt, pausedReason }: Source) => ({ pausedAt, pausedReason });
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
  requirePermission(actor, 'sources:change');
  return db.transaction(async (tx) => {
    const source = await requireSource(tx, nameOrId);
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
