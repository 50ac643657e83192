/** Which sources items, filters, changes and bulk actions are about. */
import type { Session } from '#db/engine.ts';
import { isSeen, type Sight, type Touched } from '#lib/actor/model.ts';
import { ofRun } from '#lib/runs/run-row.ts';
import type { BulkAction, BulkChange, BulkScope } from './bulk/model.ts';
import { type BulkActionDetail, getBulkAction, requireBulkAction } from './bulk/read.ts';
import type { ItemChange } from './changes/registry.ts';
import { parseWorkItemQuery } from './list/query.ts';

/**
 * An id that names nothing may be anybody's: who is limited to sources is told neither that it is there nor that it is
 * not, by an answer or by a count of what was refused.
 */
export async function ofItems(s: Session, ids: readonly string[]): Promise<Touched> {
  const { found, sources } = await namesOf(s, ids);
  return found === new Set(ids).size ? sources : 'all';
}

/** Of what was stored a while ago: retention may have taken some of them meanwhile. */
async function ofItemsLeft(s: Session, ids: readonly string[]): Promise<Touched> {
  const { found, sources } = await namesOf(s, ids);
  return found === 0 ? 'all' : sources;
}

async function namesOf({ q, engine }: Session, ids: readonly string[]) {
  const rows = await q
    .selectFrom('work_items')
    .select(['work_item_id', 'source_name'])
    .where('work_item_id', 'in', engine.listed(ids))
    .execute();
  return { found: rows.length, sources: [...new Set(rows.map((row) => row.source_name))] };
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

export async function ofScopedChange(
  s: Session,
  change: ItemChange,
  scope: BulkScope,
): Promise<Touched> {
  const of = 'ids' in scope ? await ofItems(s, scope.ids) : ofFilter(scope.filter);
  return together(of, await ofChange(s, change));
}

export const forwards = (change: BulkChange): ItemChange =>
  change.action === 'undo' ? change.of : change;

/** An undo reaches what the action that it undoes reached. */
export async function sourcesOfBulkAction(
  s: Session,
  action: Pick<BulkAction, 'change' | 'scope' | 'undoOf'>,
): Promise<Touched> {
  const { scope, undoOf } = action;
  if (scope === null) return undoOf === null ? 'all' : ofBulkAction(s, undoOf);
  const of = 'ids' in scope ? await ofItemsLeft(s, scope.ids) : ofFilter(scope.filter);
  return together(of, await ofChange(s, forwards(action.change)));
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

/** Null where there is none, and of one that is about more than is seen. */
export async function getSeenBulkAction(
  s: Session,
  id: string,
  sight: Sight,
): Promise<BulkActionDetail | null> {
  const action = await getBulkAction(s, id);
  return action !== null && (await isBulkActionSeen(s, sight, action)) ? action : null;
}

export const ofBulkAction = async (s: Session, bulkActionId: string): Promise<Touched> =>
  sourcesOfBulkAction(s, await requireBulkAction(s, bulkActionId));

const together = (one: Touched, other: Touched): Touched =>
  one === 'all' || other === 'all' ? 'all' : [...one, ...other];
