/** Items of which a list says that they are no longer what was fetched are due again, whatever their interval says. */
import { chunksOf } from '#db/chunks.ts';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { dedupeKeyOf } from '../dedupe-key.ts';
import { statusIs } from '../lease/leased-item.ts';
import type { NewWorkItem } from '../model.ts';
import { reopenGroup } from '../reopen.ts';
import {
  adjustRunInAnyState,
  outcomeDeltas,
  type RunState,
  runningAmong,
  timesDeltas,
} from '../runs/run-numbers.ts';
import { groupByStatusAndRun, type ItemAsRead } from '../status-and-run.ts';

/**
 * Makes completed items due that were last fetched before the change which `changedAt` of the same item in
 * `found` announces. Returns how many. Items that are not known yet need nothing: they are new.
 */
export async function recordAnnouncedChanges(
  tx: Session,
  found: readonly NewWorkItem[],
): Promise<number> {
  const announced = new Map<string, Instant>();
  for (const item of found) {
    if (item.changedAt !== undefined) announced.set(dedupeKeyOf(item), item.changedAt);
  }
  let due = 0;
  for await (const known of completedAmong(tx, [...announced.keys()])) {
    const stale = known.filter(
      ({ dedupe_key: key, last_fetched_at: fetchedAt }) =>
        fetchedAt !== null && fetchedAt < (announced.get(key) ?? ''),
    );
    if (stale.length === 0) continue;
    const now = tx.engine.now();
    const updated = await completedUnpinned(tx, stale)
      .set({ next_fetch_at: now })
      .where((eb) => eb.or([eb('next_fetch_at', 'is', null), eb('next_fetch_at', '>', now)]))
      .executeTakeFirst();
    due += Number(updated.numUpdatedRows);
  }
  return due;
}

/** In which run something was found. */
interface Place {
  readonly runId: string | null;
  readonly run: RunState | null;
}

/**
 * Sends completed items round again whose `revision` in `found` is not the one they were fetched as: within the run that
 * found it, while that goes on, for what it has read of them may be older than what it has found; else they are due.
 * Those that wait or are completed get the metadata they were found with: by those they are read. Returns how many are
 * due or were reopened.
 */
export async function recordAnnouncedRevisions(
  tx: Session,
  found: readonly NewWorkItem[],
  place: Place,
): Promise<number> {
  const announced = new Map<string, NewWorkItem>();
  for (const item of found) {
    if (item.revision !== undefined) announced.set(dedupeKeyOf(item), item);
  }
  let count = 0;
  for (const keys of chunksOf([...announced.keys()])) {
    const known = await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'status', 'revision', 'metadata', 'run_id', 'refetch'])
      .where('dedupe_key', 'in', tx.engine.listed(keys, 'exactly'))
      .where('status', 'in', waitingOrCompleted)
      .execute();
    const metadataOf = (key: string) => textOf(announced.get(key)?.metadata);
    const moved = known.filter((row) => row.metadata !== metadataOf(row.dedupe_key));
    const byMetadata = Map.groupBy(moved, (row) => metadataOf(row.dedupe_key));
    for (const [metadata, rows] of byMetadata) {
      await amongItems(tx, rows)
        .where('status', 'in', waitingOrCompleted)
        .set({ metadata })
        .execute();
    }
    const changed = known.filter(
      ({ dedupe_key: key, status, revision, refetch }) =>
        status === 'completed' && refetch === null && revision !== announced.get(key)?.revision,
    );
    const reopened = await reopenedIn(tx, place, changed);
    count += reopened.length;
    const due = changed.filter((row) => !reopened.includes(row));
    if (due.length === 0) continue;
    const updated = await completedUnpinned(tx, due)
      .set({ next_fetch_at: tx.engine.now() })
      .executeTakeFirst();
    count += Number(updated.numUpdatedRows);
  }
  return count;
}

/** Those of the items that were reopened in the run: its own, and those that no other run is at work on. */
async function reopenedIn<Row extends ItemAsRead>(
  tx: Session,
  { runId, run }: Place,
  items: readonly Row[],
): Promise<readonly Row[]> {
  if (items.length === 0 || run?.status !== 'running' || run.phase === 'ending') return [];
  const others = items.map((item) => item.run_id).filter((id) => id !== runId);
  const busy = await runningAmong(tx, others);
  const own = items.filter((item) => item.run_id === runId);
  const joining = items.filter((item) => item.run_id !== runId && !busy.has(item.run_id ?? ''));
  const room = run.maxItems === null ? joining.length : Math.max(0, run.maxItems - run.itemsTotal);
  const reopened = [...own, ...joining.slice(0, room)];
  for (const group of groupByStatusAndRun(reopened)) {
    const count = await reopenGroup(tx, group, runId);
    const isOwn = group.runId === runId;
    const deltas = isOwn ? timesDeltas(outcomeDeltas(group.status, -1), count) : { total: count };
    if (count > 0) await adjustRunInAnyState(tx, runId, deltas);
  }
  return reopened;
}

const waitingOrCompleted = (['completed', 'pending'] as const).map(statusIs);

/** As its column holds it. */
const textOf = (metadata: NewWorkItem['metadata']): string | null =>
  metadata == null ? null : JSON.stringify(metadata);

async function* completedAmong(tx: Session, keys: readonly string[]) {
  for (const some of chunksOf(keys)) {
    yield await tx.q
      .selectFrom('work_items')
      .select(['work_item_id', 'dedupe_key', 'last_fetched_at'])
      .where('dedupe_key', 'in', tx.engine.listed(some, 'exactly'))
      .where('status', '=', statusIs('completed'))
      .execute();
  }
}

type Rows = readonly { readonly work_item_id: string }[];

const amongItems = ({ q, engine }: Session, rows: Rows) =>
  q
    .updateTable('work_items')
    .where('work_item_id', 'in', engine.listed(rows.map((row) => row.work_item_id)));

/** A person's plan stands above what the site says. */
const completedUnpinned = (tx: Session, rows: Rows) =>
  amongItems(tx, rows).where('status', '=', statusIs('completed')).where('refetch', 'is', null);
