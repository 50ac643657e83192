'use server';
/** What the work-item pages change: items, the person's columns, and saved views. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { localClock } from '#app/_server/local-clock.ts';
import { reaches } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import {
  type BulkPreview,
  type LaunchedBulkAction,
  launchBulkAction,
  previewBulkAction,
} from '#lib/items/bulk/launch.ts';
import { type BulkScope, bulkScopeSchema, launchBulkActionSchema } from '#lib/items/bulk/model.ts';
import { withFixedTimes } from '#lib/items/bulk/scope.ts';
import { type ChangedItems, changeItems } from '#lib/items/changes/change-items.ts';
import type { ChangeOffer } from '#lib/items/changes/offers.ts';
import { changeOutcome, itemChangeSchema } from '#lib/items/changes/registry.ts';
import { gridArrangementSchema } from '#lib/preferences/model.ts';
import { keepGrid, keepDefaultView as keepView } from '#lib/preferences/preferences.ts';
import { type RefetchPlan, refetchPlanSchema } from '#lib/revisit/refetch-plan.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
import { newViewSchema, viewChangeSchema } from '#lib/views/model.ts';
import { changeView as alterView, createView, deleteView as removeView } from '#lib/views/views.ts';

/** As the dialog fills it in; what it must be is the server's to say. */
interface WithDraft {
  readonly change: ChangeOffer['change'];
}

const previewSchema = z.object({ change: itemChangeSchema, scope: bulkScopeSchema });

/** How many items there are, and what becomes of the first hundred; changes nothing. */
export async function previewChange(
  input: Omit<z.input<typeof previewSchema>, 'change'> & WithDraft,
): Promise<ActionResult<BulkPreview>> {
  return runAction(
    previewSchema,
    input,
    async ({ runtime, actor, input: { change, scope } }) =>
      previewBulkAction(runtime.db, actor, change, await fixed(scope)),
    { cost: 10 },
  );
}

/** Most rows a page can have selected. */
const mostSelected = 100;

const changeItemsSchema = z.object({
  change: itemChangeSchema,
  ids: z.array(z.string().min(1).max(36)).min(1).max(mostSelected),
  requestKey: requestKeySchema,
});

/** Changes the selected items at once; says how many changed and how many could not. */
export async function changeSelected(
  input: Omit<z.input<typeof changeItemsSchema>, 'change'> & WithDraft,
): Promise<ActionResult<ChangedItems & { readonly outcome: string }>> {
  return runAction(
    changeItemsSchema,
    input,
    async ({ runtime, actor, input: { change, ids, ...keyed } }) => {
      const result = await changeItems(runtime.db, actor, change, ids, keyed);
      return { ...result, outcome: changeOutcome(change, result.changed) };
    },
  );
}

const launchSchema = launchBulkActionSchema.extend({ requestKey: requestKeySchema });

/** Has the workers change every item of the filter. */
export async function launchChange(
  input: Omit<z.input<typeof launchSchema>, 'change'> & WithDraft,
): Promise<ActionResult<LaunchedBulkAction>> {
  return runAction(
    launchSchema,
    input,
    async ({ runtime, actor, input: { requestKey: key, ...asked } }) => {
      const scope = await fixed(asked.scope, asked.asOf);
      return launchBulkAction(runtime.db, actor, { ...asked, scope }, key);
    },
    { cost: 10 },
  );
}

/** `yesterday` of a scope is that of whoever chose it, at the moment at which they saw the count. */
async function fixed(scope: BulkScope, asOf?: string): Promise<BulkScope> {
  if ('ids' in scope) return scope;
  const clock = await localClock();
  const at = asOf === undefined ? clock : { ...clock, now: asOf };
  const { filter, problems } = withFixedTimes(scope.filter, at);
  // What is not understood is refused with the rest of the scope.
  return problems.length > 0 ? scope : { filter };
}

export interface RunToJoin {
  readonly runId: string;
  readonly name: string;
}

/** Running runs, into which items can be moved, the latest first; 100 at most. */
export async function runsToJoin(): Promise<ActionResult<readonly RunToJoin[]>> {
  return runAction(z.null(), null, async ({ runtime, actor }) => {
    requirePermission(actor, 'console:view');
    const { rows } = await listRuns(runtime.db, { filter: { status: ['running'] } });
    const own = rows.filter((run) => reaches(actor, sourcesOfRun(run)));
    return own.map(({ runId, name }) => ({ runId, name }));
  });
}

const refetchSchema = z.object({
  workItemId: z.string().min(1).max(36),
  plan: refetchPlanSchema,
});

/** Pins one item to a plan, retires it, or takes either back. */
export async function setRefetch(
  input: z.input<typeof refetchSchema>,
): Promise<ActionResult<{ changed: number; plan: RefetchPlan }>> {
  return runAction(
    refetchSchema,
    input,
    async ({ runtime, actor, input: { workItemId, plan } }) => {
      const { changed } = await changeItems(runtime.db, actor, { action: 'set_refetch', plan }, [
        workItemId,
      ]);
      return { changed, plan };
    },
  );
}

const page = 'work-items';
const gridSchema = z.strictObject({ grid: gridArrangementSchema.nullable() });

/** Keeps how a person arranged the list; null = back to the list's own arrangement. */
export async function keepArrangement(
  input: z.input<typeof gridSchema>,
): Promise<ActionResult<null>> {
  return runAction(gridSchema, input, async ({ runtime, actor, input: { grid } }) => {
    await keepGrid(runtime.db, actor, { page, grid });
    return null;
  });
}

const viewId = z.string().min(1).max(36);

const saveSchema = newViewSchema.omit({ page: true }).extend({ requestKey: requestKeySchema });

/** Saves the filter and order as a new view. */
export async function saveView(
  input: z.input<typeof saveSchema>,
): Promise<ActionResult<{ viewId: string }>> {
  return runAction(
    saveSchema,
    input,
    async ({ runtime, actor, input: { requestKey, ...view } }) => ({
      viewId: await createView(runtime.db, actor, { ...view, page }, { requestKey }),
    }),
  );
}

const changeViewSchema = viewChangeSchema.extend({ viewId });

/** Renames a view, gives it another filter, shares it or takes it back. */
export async function changeView(
  input: z.input<typeof changeViewSchema>,
): Promise<ActionResult<null>> {
  return runAction(
    changeViewSchema,
    input,
    async ({ runtime, actor, input: { viewId: id, ...to } }) => {
      await alterView(runtime.db, actor, id, to);
      return null;
    },
  );
}

const oneSchema = z.strictObject({ viewId });

/** Removes a view for everybody who has it. */
export async function deleteView(input: z.input<typeof oneSchema>): Promise<ActionResult<null>> {
  return runAction(oneSchema, input, async ({ runtime, actor, input: { viewId: id } }) => {
    await removeView(runtime.db, actor, id);
    return null;
  });
}

const defaultSchema = z.strictObject({ viewId: viewId.nullable() });

/** The view that the list opens with; null = everything. */
export async function keepDefaultView(
  input: z.input<typeof defaultSchema>,
): Promise<ActionResult<null>> {
  return runAction(defaultSchema, input, async ({ runtime, actor, input: { viewId: id } }) => {
    await keepView(runtime.db, actor, { page, viewId: id });
    return null;
  });
}
