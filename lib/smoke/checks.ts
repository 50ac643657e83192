/** The four checks of the smoke test. Each throws what is wrong, and reports each step that it has done. */
import { sql } from 'kysely';
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { pendingError, pendingMigrations } from '#db/migrate/pending-migrations.ts';
import type { TableName } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newClaimId, newId } from '#lib/ids.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { dedupeKeyOf } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { readStop, stopSentence } from '#lib/stops/read-stop.ts';

const sourceSystem = 'smoke';
const tables: readonly TableName[] = [
  'work_items',
  'IngestRecords',
  'ingest_runs',
  'seen_resources',
];

type OnStep = (line: string) => void;

export async function checkConnection(db: Db): Promise<void> {
  await sql`select ${db.engine.now()} as now`.execute(db.q);
}

/** The specification's tables answer, and no migration is pending. */
export async function checkSchema(db: Db): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0) throw await pendingError(db, pending);
  for (const table of tables) {
    await db.engine.take(db.q.selectFrom(table).select(sql`1`.as('one')), 1).execute();
  }
}

/** A source name that nobody has configured. */
const smokeSourceName = (): string => `smoke-${newId()}`;

const smokeItem = (sourceName: string, resourceId: string): NewWorkItem => ({
  workItemId: newId(),
  sourceSystem,
  sourceName,
  resourceType: 'check',
  resourceId,
  requestUri: 'https://smoke.invalid/',
  metadata: { text: 'Ð ☃ 𝒳' },
});

export const checkWriteAndRead = (db: Db, onStep: OnStep): Promise<void> =>
  withoutTrace(db, (inside) => writeAndRead(inside, smokeSourceName(), onStep));

async function writeAndRead(db: Db, sourceName: string, onStep: OnStep): Promise<void> {
  const store = await createStateStore({ db });
  const item = smokeItem(sourceName, 'write-read');
  const id = item.workItemId ?? '';
  expectThat(await store.enqueue(item), 'A new work item was taken for a known one.');
  onStep(`Enqueued work item: ${id}`);
  expectThat(await store.exists(dedupeKeyOf(item)), 'The work item cannot be found by its key.');
  onStep('Verified work item exists');
  // Not `dequeue`: the queue may be in use, and its items are not ours.
  const source = { system: sourceSystem, name: sourceName };
  const claim = { claimId: newClaimId(), limit: 1, owner: 'smoke-test', leaseMs: 60_000, source };
  const stop = await readStop(db);
  if (stop !== null) {
    throw new AppError('everything_stopped', `Nothing can be claimed: ${stopSentence(stop)}`);
  }
  const [claimed] = await db.engine.claim(db, claim);
  expectThat(claimed?.work_item_id === id, 'The work item cannot be claimed.');
  const read = await store.getWorkItem(id);
  expectThat(
    JSON.stringify(read?.metadata) === JSON.stringify(item.metadata),
    'The work item was not read back as it was written.',
  );
  onStep('Retrieved work item successfully');
  await store.updateStatus(id, 'completed');
  const status = (await store.getWorkItem(id))?.status;
  expectThat(status === 'completed', `The status is ${status} instead of completed.`);
  onStep('Updated status to COMPLETED');
}

export const checkDedupe = (db: Db, onStep: OnStep): Promise<void> =>
  withoutTrace(db, (inside) => dedupe(inside, smokeSourceName(), onStep));

async function dedupe(db: Db, sourceName: string, onStep: OnStep): Promise<void> {
  const store = await createStateStore({ db });
  const enqueue = () => store.enqueue(smokeItem(sourceName, 'dedupe'));
  expectThat(await enqueue(), 'A new work item was taken for a known one.');
  onStep('First enqueue succeeded');
  expectThat(!(await enqueue()), 'The same work item was enqueued twice.');
  onStep('Second enqueue correctly rejected (dedupe working)');
}

/** Carries the result out of a transaction that is to be rolled back. */
class RolledBack<T> extends Error {
  override readonly name = 'RolledBack';
  readonly result: T;
  constructor(result: T) {
    super('the check is over');
    this.result = result;
  }
}

/**
 * Runs `fn` on the database inside one transaction that is never committed: nobody else sees what it writes, nothing
 * is left when the process is killed in the middle, and it needs no right to delete.
 */
async function withoutTrace<T>(db: Db, fn: (inside: Db) => Promise<T>): Promise<T> {
  const { direct: _outside, ...rest } = db;
  try {
    await db.transaction(async (tx) => {
      const inside: Db = { ...rest, ...tx, transaction: (inner) => inner(tx) };
      throw new RolledBack(await fn(inside));
    });
  } catch (error) {
    // It was made above, with what `fn` returned.
    if (error instanceof RolledBack) return error.result as T;
    throw error;
  }
  throw new Error('a transaction that throws was committed');
}

function expectThat(holds: boolean, otherwise: string): asserts holds {
  if (holds) return;
  throw new DatabaseError('db_error', otherwise, {
    remedy: 'Run pnpm db:init, then this check again; look into the server’s log if it stays.',
  });
}
