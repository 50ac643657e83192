/** Which seeds of sources are in the queue already: a run that seeds fetches none of these again. */
import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import { dedupeKeyOf } from '#lib/queue/dedupe-key.ts';
import type { WorkItemStatus } from '#lib/queue/model.ts';
import type { Source } from '#lib/sources/read-sources.ts';
import { seedItems } from '#lib/sources/seeds.ts';

/** How many of the sources' seeds are known, by their status. */
export async function knownSeeds(
  { q, engine }: Session,
  sources: readonly Source[],
): Promise<ReadonlyMap<WorkItemStatus, number>> {
  const counts = new Map<WorkItemStatus, number>();
  const keys = new Set(sources.flatMap((source) => seedItems(source).map(dedupeKeyOf)));
  for (const chunk of chunksOf([...keys])) {
    const rows = await q
      .selectFrom('work_items')
      .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
      .where('dedupe_key', 'in', engine.listed(chunk, 'exactly'))
      .groupBy('status')
      .execute();
    for (const { status, count } of rows) {
      counts.set(status, (counts.get(status) ?? 0) + Number(count));
    }
  }
  return counts;
}
