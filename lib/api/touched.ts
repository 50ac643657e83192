/** Which sources things belong to, for endpoints. Throws `not_found` or `source_unknown` for what is not there. */
import type { Session } from '#db/engine.ts';
import type { Touched } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { ofItems } from '#lib/items/touched.ts';
import { sourceOfRecord } from '#lib/records/readable.ts';
import { requireSource } from '#lib/sources/read-sources.ts';

export {
  isBulkActionSeen,
  ofBulkAction,
  ofChangedItems,
  ofListed,
  ofScopedChange,
} from '#lib/items/touched.ts';
export { ofRequest, ofRun, sourcesOfRun } from '#lib/runs/run-row.ts';

export const ofSource = async (s: Session, nameOrId: string): Promise<Touched> => [
  (await requireSource(s, nameOrId)).name,
];

export async function ofItem(s: Session, workItemId: string): Promise<Touched> {
  const names = await ofItems(s, [workItemId]);
  if (names === 'all') throw new AppError('not_found', 'There is no such work item.');
  return names;
}

export const ofRecord = async (s: Session, ingestId: string): Promise<Touched> => [
  await sourceOfRecord(s, ingestId),
];
