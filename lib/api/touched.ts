/** Which sources things belong to. Throws `not_found` or `source_unknown` for what is not there. */
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import type { BulkAction, BulkChange, BulkScope } from '#lib/items/bulk/model.ts';
import { requireBulkAction } from '#lib/items/bulk/read.ts';
import type { ItemChange } from '#lib/items/changes/registry.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import type { LaunchRequest, Run } from '#lib/runs/model.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { requireSource } from '#lib/sources/read-sources.ts';
import type { Touched } from './endpoint.ts';

export const ofSource = async (s: Session, nameOrId: string): Promise<Touched> => [
  (await requireSource(s, nameOrId)).name,
];

export function sourcesOfRun({ sourceRevisions, request }: Run): Touched {
  const names = [...Object.keys(sourceRevisions), ...(request?.sources ?? [])];
  return names.length === 0 ? 'all' : names;
}

export async function ofRun(s: Session, runId: string): Promise<Touched> {
  const run = await getRun(s, runId);
  if (run === null) throw new AppError('not_found', `There is no run ${runId}.`);
  return sourcesOfRun(run);
}

export const ofRequest = ({ sources }: Pick<LaunchRequest, 'sources'>): Touched =>
  sources.length === 0 ? 'all' : sources;

/** Ids that name nothing belong to no source. */
async function ofItems({ q, engine }: Session, ids: readonly string[]): Promise<Touched> {
  const rows = await q
    .selectFrom('work_items')
    .select('source_name')
    .distinct()
    .where('work_item_id', 'in', engine.listed(ids))
    .execute();
  return rows.map((row) => row.source_name);
}

export async function ofItem(s: Session, workItemId: string): Promise<Touched> {
  const names = await ofItems(s, [workItemId]);
  if (names.length === 0) throw new AppError('not_found', 'There is no such work item.');
  return names;
}

export async function ofRecord({ q }: Session, ingestId: string): Promise<Touched> {
  const row = isUuid(ingestId)
    ? await q
        .selectFrom('IngestRecords')
        .select('source_name')
        .where('ingest_id', '=', ingestId)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw new AppError('not_found', 'There is no such record.');
  return [row.source_name];
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

export const ofFilter = (filter: Readonly<Record<string, string | undefined>>): Touched => {
  const { source } = parseWorkItemQuery(filter).query.filter;
  return source === undefined ? 'all' : [source];
};

const ofScope = (s: Session, scope: BulkScope): Promise<Touched> | Touched =>
  'ids' in scope ? ofItems(s, scope.ids) : ofFilter(scope.filter);

export async function ofScopedChange(
  s: Session,
  change: ItemChange,
  scope: BulkScope,
): Promise<Touched> {
  return together(await ofScope(s, scope), await ofChange(s, change));
}

const forwards = (change: BulkChange): ItemChange =>
  change.action === 'undo' ? change.of : change;

/** An undo reaches what the action that it undoes reached. */
export async function sourcesOfBulkAction(s: Session, action: BulkAction): Promise<Touched> {
  const { scope, undoOf } = action;
  if (scope !== null) return ofScopedChange(s, forwards(action.change), scope);
  return undoOf === null ? 'all' : ofBulkAction(s, undoOf);
}

export const ofBulkAction = async (s: Session, bulkActionId: string): Promise<Touched> =>
  sourcesOfBulkAction(s, await requireBulkAction(s, bulkActionId));

const together = (one: Touched, other: Touched): Touched =>
  one === 'all' || other === 'all' ? 'all' : [...one, ...other];
