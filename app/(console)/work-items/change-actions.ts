'use server';
/** Changing many items: what it would do, doing it at once to a few, and launching it for a filter. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { type LaunchedBulkAction, launchBulkAction } from '#lib/items/bulk/launch.ts';
import { bulkScopeSchema, launchBulkActionSchema } from '#lib/items/bulk/model.ts';
import { type BulkPreview, previewBulkAction } from '#lib/items/bulk/preview.ts';
import { type ChangedItems, changeItems } from '#lib/items/changes/change-items.ts';
import { itemChangeSchema } from '#lib/items/changes/item-changes.ts';
import { listRuns } from '#lib/runs/list-runs.ts';

const previewSchema = z.object({ change: itemChangeSchema, scope: bulkScopeSchema });

/** How many items there are, and what becomes of the first hundred; changes nothing. */
export async function previewChange(
  input: z.input<typeof previewSchema>,
): Promise<ActionResult<BulkPreview>> {
  return runAction(previewSchema, input, ({ runtime, actor, input: { change, scope } }) =>
    previewBulkAction(runtime.db, actor, change, scope),
  );
}

/** Most rows a page can have selected. */
const mostSelected = 100;

const changeSchema = z.object({
  change: itemChangeSchema,
  ids: z.array(z.string().min(1).max(36)).min(1).max(mostSelected),
  requestKey: requestKeySchema,
});

/** Changes the selected items at once; says how many changed and how many could not. */
export async function changeSelected(
  input: z.input<typeof changeSchema>,
): Promise<ActionResult<ChangedItems>> {
  return runAction(changeSchema, input, ({ runtime, actor, input: { change, ids, ...keyed } }) =>
    changeItems(runtime.db, actor, change, ids, keyed),
  );
}

const launchSchema = launchBulkActionSchema.extend({ requestKey: requestKeySchema });

/** Has the workers change every item of the filter. */
export async function launchChange(
  input: z.input<typeof launchSchema>,
): Promise<ActionResult<LaunchedBulkAction>> {
  return runAction(
    launchSchema,
    input,
    ({ runtime, actor, input: { requestKey: key, ...asked } }) =>
      launchBulkAction(runtime.db, actor, asked, key),
  );
}

export interface RunToJoin {
  readonly runId: string;
  readonly name: string | null;
}

/** Running runs, into which items can be moved, the latest first; 100 at most. */
export async function runsToJoin(): Promise<ActionResult<readonly RunToJoin[]>> {
  return runAction(z.null(), null, async ({ runtime, actor }) => {
    requirePermission(actor, 'console:view');
    const { rows } = await listRuns(runtime.db, { status: 'running' });
    return rows.map(({ runId, name }) => ({ runId, name }));
  });
}
