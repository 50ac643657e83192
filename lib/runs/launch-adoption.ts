/** A run over what is pending already, for a command that is to work on without seeding. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { newId } from '#lib/ids.ts';
import type { Source } from '#lib/sources/read-sources.ts';
import { configHashOf } from './config-hash.ts';
import type { LaunchRequest } from './model.ts';

/**
 * Launches a run that enqueues nothing: `prepareRuns` puts in what the sources have pending without a
 * run. Items of other runs stay in theirs. A run that finds nothing ends with no items.
 */
export async function launchAdoption(
  db: Db,
  actor: Actor,
  sources: readonly Source[],
  name: string,
): Promise<{ readonly runId: string }> {
  requirePermission(actor, 'runs:change');
  const runId = newId();
  const names = sources.map((source) => source.name);
  const request: LaunchRequest = { kind: 'seed', name, sources: names };
  await db.transaction(async (tx) => {
    await tx.q
      .insertInto('ingest_runs')
      .values({
        run_id: runId,
        started_at: tx.engine.now(),
        status: 'running',
        kind: request.kind,
        name,
        phase: 'preparing',
        request: JSON.stringify(request),
        source_revisions: JSON.stringify(
          Object.fromEntries(sources.map((source) => [source.name, source.revision])),
        ),
        config_hash: configHashOf(sources),
        launched_by: actor.email,
        heartbeat_at: tx.engine.now(),
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'run.launch',
      targetType: 'run',
      targetId: runId,
      summary: `Launched ${name} over what is pending`,
      after: request,
    });
  });
  return { runId };
}
