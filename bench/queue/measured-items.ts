/** The items a case works on, and putting them back so that the next run finds the same. */
import { sql } from 'kysely';
import { chunksOf } from '#db/chunks.ts';
import type { Db } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { newId } from '#lib/ids.ts';
import type { OpenStateStore } from '#lib/queue/create-state-store.ts';
import type { ClaimedItem, CompletionInput, NewWorkItem } from '#lib/queue/model.ts';
import { measuredSource } from './bench-row.ts';

/** Before all filled rows in claim order. */
const measuredPriority = 1;
const measuredHost = 'measured.example';
/** SQL Server takes 2,100 in one statement, some of which the driver uses itself. */
const mostParameters = 2_000;

/** @param turn keeps the items of one turn apart from those that an earlier one left behind */
export function newItems(count: number, turn: string | number = 0): NewWorkItem[] {
  return Array.from({ length: count }, (_, i) => ({
    workItemId: newId(),
    sourceSystem: 'test',
    sourceName: measuredSource,
    resourceType: 'page',
    resourceId: `Measured_${turn}_${i}`,
    requestUri: `https://${measuredHost}/wiki/Measured_${turn}_${i}`,
    priority: measuredPriority,
  }));
}

export async function removeMeasured(db: Db): Promise<void> {
  await removeTraces(db);
  await db.q.deleteFrom('work_items').where('source_name', '=', measuredSource).execute();
}

/** The measured items as they are now, to start every run from. */
export function snapshotMeasured(db: Db): Promise<WorkItemRow[]> {
  return db.q
    .selectFrom('work_items')
    .selectAll()
    .where('source_name', '=', measuredSource)
    .execute();
}

/** Back to the snapshot: what was done since leaves no trace. */
export async function restoreMeasured(db: Db, rows: readonly WorkItemRow[]): Promise<void> {
  await removeMeasured(db);
  const [first] = rows;
  if (!first) return;
  const atOnce = Math.floor(mostParameters / Object.keys(first).length);
  for (const chunk of chunksOf(rows, atOnce)) {
    await db.q.insertInto('work_items').values(chunk).execute();
  }
}

async function removeTraces(db: Db): Promise<void> {
  for (const table of ['IngestRecords', 'work_item_attempts', 'seen_resources'] as const) {
    await db.q.deleteFrom(table).where('source_name', '=', measuredSource).execute();
  }
  await db.q.deleteFrom('hosts').where('host', '=', measuredHost).execute();
}

/** How much of the work was done: a floor that did something else would be no floor. */
export async function footprint(db: Db): Promise<string> {
  const statuses = await db.q
    .selectFrom('work_items')
    .where('source_name', '=', measuredSource)
    .select(['status', sql<number>`count(*)`.as('items'), sql<number>`sum(attempt)`.as('attempts')])
    .groupBy('status')
    .orderBy('status')
    .execute();
  const counts: Record<string, unknown> = {};
  for (const table of ['IngestRecords', 'work_item_attempts', 'seen_resources'] as const) {
    const { n } = await db.q
      .selectFrom(table)
      .where('source_name', '=', measuredSource)
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow();
    counts[table] = Number(n);
  }
  const byStatus = statuses.map((row) => [row.status, Number(row.items), Number(row.attempts)]);
  return JSON.stringify([byStatus, counts]);
}

export async function claimAll(
  store: OpenStateStore,
  count: number,
  batch: number,
): Promise<ClaimedItem[]> {
  const claimed: ClaimedItem[] = [];
  while (claimed.length < count) {
    const items = await store.dequeue(Math.min(batch, count - claimed.length), { owner: 'bench' });
    if (items.length === 0)
      throw new Error(`Only ${claimed.length} of ${count} items were claimed.`);
    claimed.push(...items);
  }
  return claimed;
}

/** A completion without a record: what the queue itself costs. */
export function plainCompletion(item: ClaimedItem): CompletionInput {
  return {
    fence: { workItemId: item.workItemId, leaseId: item.leaseId },
    attempt: { attemptId: newId(), workerId: 'bench', durationMs: 1, httpStatus: 200, facts: null },
    record: null,
    validators: { etag: null, lastModified: null, revision: null },
    discovered: [],
  };
}

const payload = JSON.stringify({ title: 'Measured', text: 'lorem ipsum '.repeat(160) });

/** A completion with a record of about 2 kB. */
export function recordedCompletion(item: ClaimedItem): CompletionInput {
  const ingestId = newId();
  return {
    ...plainCompletion(item),
    record: {
      ingestId,
      requestUri: item.requestUri,
      requestMethod: 'GET',
      requestHeaders: null,
      statusCode: 200,
      responseHeaders: { 'content-type': 'application/json' },
      payload,
      contentType: 'application/json',
      hashSha256: ingestId.replaceAll('-', '').repeat(2),
      contentHash: ingestId.replaceAll('-', '').repeat(2),
      durationMs: 1,
      lakePath: null,
      charset: null,
      body: null,
    },
  };
}
