/** An operator asks a worker to finish what it has and leave. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';

/**
 * The worker sees it at its next heartbeat, claims nothing more and ends. Throws `not_found` for an
 * unknown worker and `conflict` for one that has ended.
 */
export async function drainWorker(db: Db, actor: Actor, workerId: string): Promise<void> {
  requirePermission(actor, 'workers:change');
  await db.transaction(async (tx) => {
    const worker = await tx.q
      .selectFrom('workers')
      .select(['host_name', 'pid', 'draining', 'stopped_at'])
      .where('worker_id', '=', workerId)
      .executeTakeFirst();
    if (!worker) throw new AppError('not_found', 'This worker is not known.');
    if (worker.stopped_at !== null)
      throw new AppError('conflict', 'This worker has already ended.');
    if (worker.draining === 1) return;
    await tx.q
      .updateTable('workers')
      .set({ draining: 1 })
      .where('worker_id', '=', workerId)
      .execute();
    await recordAudit(tx, actor, {
      action: 'worker.drain',
      targetType: 'worker',
      targetId: workerId,
      summary: `Asked the worker ${worker.host_name} (${worker.pid}) to finish and leave`,
      before: { draining: false },
      after: { draining: true },
    });
  });
}
