/** Items that a program puts into the queue, of a source that there is. */
import { z } from 'zod';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import type { JsonValue } from '#lib/json.ts';
import { enqueueIn } from '#lib/queue/enqueue/enqueue.ts';
import { requireRunRow, runFromRow, sourcesOfRun } from '#lib/runs/run-row.ts';
import { requireSource } from '#lib/sources/read-sources.ts';
import { itemsWere } from './words.ts';

export const enqueueSchema = z.strictObject({
  /** Its name. */
  source: z.string().min(1).max(100),
  /** In a run that is running; absent = the next run of the source adopts them. */
  runId: z.string().max(36).optional(),
  items: z
    .array(
      z.strictObject({
        resourceType: z.string().min(1).max(100),
        resourceId: z.string().min(1).max(500),
        requestUri: z
          .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
          .max(2000),
        /** Lower goes first. */
        priority: z.int().min(0).max(1_000_000).optional(),
        metadata: z
          .record(
            z.string(),
            z.json() as z.ZodType<JsonValue>, // zod's JSON type is this union by another name
          )
          .optional(),
      }),
    )
    .min(1)
    .max(1000),
});

const enqueuedSchema = z.object({ workItemIds: z.array(z.string()) });
/** The ids of those that are new. */
export type Enqueued = z.output<typeof enqueuedSchema>;

/**
 * Enqueues those whose key is not known, once for a request key.
 * @throws AppError `forbidden`, `source_unknown`, `run_ended`, `not_found` (the run), and where an item does not fit,
 *   which it names by its place
 */
export function enqueueItems(
  db: Db,
  actor: Actor,
  input: z.output<typeof enqueueSchema>,
  options: { readonly requestKey?: string | undefined } = {},
): Promise<Enqueued> {
  requirePermission(actor, 'work-items:change');
  const request = { key: options.requestKey, action: 'work-items.enqueue' };
  return onceIn(db, request, enqueuedSchema, async (tx) => {
    const source = await requireSource(tx, input.source);
    const { runId } = input;
    requireSources(actor, [source.name]);
    if (runId !== undefined) {
      requireSources(actor, sourcesOfRun(runFromRow(await requireRunRow(tx, runId))));
    }
    const workItemIds = await enqueueIn(
      tx,
      input.items.map(({ metadata = null, priority, ...item }) => ({
        ...item,
        metadata,
        ...(priority === undefined ? {} : { priority }),
        sourceSystem: source.type,
        sourceName: source.name,
        runId: runId ?? null,
      })),
    );
    if (workItemIds.length > 0) {
      await recordAudit(tx, actor, {
        action: 'work-items.enqueue',
        targetType: workItemIds.length === 1 ? 'work-item' : 'source',
        targetId: workItemIds.length === 1 ? (workItemIds[0] ?? null) : source.sourceId,
        summary: `${itemsWere(workItemIds.length)} enqueued for ${source.name}`,
        after: { source: source.name, runId: runId ?? null, workItemIds },
      });
    }
    return { workItemIds };
  });
}
