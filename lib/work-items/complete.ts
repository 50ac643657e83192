/** Done means stored: everything a fetched item brings commits in one transaction, or nothing does. */
import { validate as isUuid } from 'uuid';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemRow } from '#db/schema.ts';
import type { JsonObject } from '#lib/json.ts';
import { storeRecord } from '#lib/records/store-record.ts';
import { adjustRun, runStanding } from '#lib/runs/run-numbers.ts';
import { noteAnnouncedChanges } from './announced-changes.ts';
import { recordAttempt } from './attempts.ts';
import { type DiscoveryCounts, enqueueDiscovered } from './discovered.ts';
import { earlierCompletion } from './earlier-outcome.ts';
import { noLease, readHeld, updateHeld, type WorkItemChange } from './held-item.ts';
import { noteHostAnswer } from './hosts.ts';
import type { CompletionInput, CompletionResult } from './model.ts';
import { nextFetchMs } from './next-fetch.ts';

const lost = { ok: false, code: 'lease_lost' } as const;

/**
 * Completes a claimed item: record (when its content is new), discovered items, `seen_resources`, the
 * attempt, the run's numbers and the status. A worker whose lease was taken over changes nothing and
 * is told `lease_lost`.
 */
export function complete(db: Db, input: CompletionInput): Promise<CompletionResult> {
  return db.transaction((tx) => completeIn(tx, input));
}

/** The same inside a transaction that is open already. */
export async function completeIn(tx: Session, input: CompletionInput): Promise<CompletionResult> {
  const item = await readHeld(tx, input.fence);
  const settled = async () => (await earlierCompletion(tx, input)) ?? lost;
  if (!item) return settled();
  const fresh = input.record !== null && input.record.contentHash !== item.content_hash;
  const unchanged = !fresh && input.alias !== true;
  if (!(await updateHeld(tx, input.fence, completedItem(tx, item, input, fresh)))) return settled();

  if (fresh && input.record) await storeRecord(tx, item, input.record);
  await tx.engine.touchSeenResources(tx, [seenResource(item)]);
  await noteHostAnswer(tx, item.host, {
    httpStatus: input.attempt.httpStatus,
    requests: input.attempt.requests ?? 1,
    hostFailed: false,
    blockMs: null,
    reason: null,
    facts: input.attempt.facts,
  });
  await adjustRun(tx, item.run_id, {
    processed: 1,
    succeeded: 1,
    unchanged: unchanged ? 1 : 0,
  });
  const counts = await discover(tx, item, input);
  await recordAttempt(tx, item, input.attempt, {
    outcome: unchanged ? 'unchanged' : 'completed',
    ingestId: fresh ? (input.record?.ingestId ?? null) : null,
    itemsDiscovered: counts.inserted,
    facts: withLeftOut(input.attempt.facts, counts),
  });
  return { ok: true, discovered: counts.inserted, unchanged };
}

const nothingFound: DiscoveryCounts = { inserted: 0, tooDeep: 0, overBudget: 0, invalid: 0 };

async function discover(
  tx: Session,
  item: WorkItemRow,
  input: CompletionInput,
): Promise<DiscoveryCounts> {
  if (input.discovered.length === 0) return nothingFound;
  const run = await runStanding(tx, item.run_id);
  const parent = { workItemId: item.work_item_id, runId: run === null ? null : item.run_id };
  const counts = await enqueueDiscovered(tx, parent, run, input.discovered);
  await noteAnnouncedChanges(tx, input.discovered);
  return counts;
}

function completedItem(
  tx: Session,
  item: WorkItemRow,
  input: CompletionInput,
  fresh: boolean,
): WorkItemChange {
  const { record, validators, attempt } = input;
  const now = tx.engine.now();
  // A "not modified" answer may leave validators out; the ones it confirmed stay good then.
  const kept = record === null && input.alias !== true ? item : null;
  return {
    status: 'completed',
    ...noLease,
    wait_reason: null,
    error_code: null,
    error_message: null,
    last_http_status: attempt.httpStatus,
    etag: validators.etag ?? kept?.etag ?? null,
    last_modified: validators.lastModified ?? kept?.last_modified ?? null,
    revision: validators.revision ?? kept?.revision ?? null,
    last_fetched_at: now,
    next_fetch_at: tx.engine.nowPlus(nextFetchMs(item, fresh, Math.random())),
    check_count: item.check_count + 1,
    ...(record === null ? {} : { content_hash: record.contentHash }),
    ...(fresh ? { last_changed_at: now } : {}),
    // The first fetch is no change: there was nothing to differ from.
    ...(fresh && item.content_hash !== null ? { change_count: item.change_count + 1 } : {}),
  };
}

const seenResource = (item: WorkItemRow) => ({
  resource_key: item.dedupe_key,
  source_system: item.source_system,
  source_name: item.source_name,
  resource_type: item.resource_type,
  resource_id: item.resource_id,
  // UNIQUEIDENTIFIER on SQL Server; items of an older database may carry other text.
  last_run_id: item.run_id !== null && isUuid(item.run_id) ? item.run_id : null,
});

/** What was found but not enqueued stands on the attempt, so that nothing vanishes without a word. */
function withLeftOut(facts: JsonObject | null, counts: DiscoveryCounts): JsonObject | null {
  const leftOut = Object.entries({
    too_deep: counts.tooDeep,
    over_budget: counts.overBudget,
    invalid: counts.invalid,
  }).filter(([, count]) => count > 0);
  return leftOut.length === 0 ? facts : { ...facts, not_enqueued: Object.fromEntries(leftOut) };
}
