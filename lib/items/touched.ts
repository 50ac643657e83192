/** Which sources items, filters, changes and bulk actions are about. */
import type { Session } from '#db/engine.ts';
import { isSeen, type Sight, type Touched } from '#lib/actor/model.ts';
import { ofRun } from '#lib/runs/run-row.ts';
import type { BulkAction, BulkChange, BulkScope } from './bulk/model.ts';
import { requireBulkAction } from './bulk/read.ts';
import type { ItemChange } from './changes/registry.ts';
import { parseWorkItemQuery } from './list/query.ts';

/** Ids that name nothing belong to no source. */
export async function ofItems({ q, engine }: Session, ids: readonly string[]): Promise<Touched> {
  const rows = await q
    .selectFrom('work_items')
    .select('source_name')
    .distinct()
    .where('work_item_id', 'in', engine.listed(ids))
    .execute();
  return rows.map((row) => row.source_name);
}

/** What a change reaches beside the items. */
const ofChange = async (s: Session, change: ItemChange): Promise<Touched> =>
  change.action === 'move_to_run' ? ofRun(s, change.runId) : [];

export async function ofChangedItems(
  s: Session,
  change: ItemChange,
  ids: readonly string[],
): Promise<Touched> {
  return together(await ofItems(s, ids), await ofChange(s, change));
}

const ofFilter = (filter: Readonly<Record<string, string | undefined>>): Touched => {
  const { source } = parseWorkItemQuery(filter).query.filter;
  return source === undefined ? 'all' : [source];
};

/** Of a list, which leaves out by itself what is not seen where its filter names no source. */
export const ofListed = ({ source }: { readonly source?: string | undefined }): Touched =>
  source === undefined ? [] : [source];

const ofScope = (s: Session, scope: BulkScope): Promise<Touched> | Touched =>
  'ids' in scope ? ofItems(s, scope.ids) : ofFilter(scope.filter);

export async function ofScopedChange(
  s: Session,
  change: ItemChange,
  scope: BulkScope,
): Promise<Touched> {
  return together(await ofScope(s, scope), await ofChange(s, change));
}

export const forwards = (change: BulkChange): ItemChange =>
  change.action === 'undo' ? change.of : change;

/** An undo reaches what the action that it undoes reached. */
export async function sourcesOfBulkAction(
  s: Session,
  action: Pick<BulkAction, 'change' | 'scope' | 'undoOf'>,
): Promise<Touched> {
  const { scope, undoOf } = action;
  if (scope !== null) return ofScopedChange(s, forwards(action.change), scope);
  return undoOf === null ? 'all' : ofBulkAction(s, undoOf);
}

/** Whether a bulk action is about nothing else than what is seen. */
export async function isBulkActionSeen(
  s: Session,
  sight: Sight,
  action: Pick<BulkAction, 'change' | 'scope' | 'undoOf'>,
): Promise<boolean> {
  if (sight === null) return true;
  // What an action was about may be gone.
  return isSeen(sight, await sourcesOfBulkAction(s, action).catch(() => 'all' as const));
}

export const ofBulkAction = async (s: Session, bulkActionId: string): Promise<Touched> =>
  sourcesOfBulkAction(s, await requireBulkAction(s, bulkActionId));

const together = (one: Touched, other: Touched): Touched =>
  one === 'all' || other === 'all' ? 'all' : [...one, ...other];
