/** Rescue: items whose leases ran out are taken from their workers. */
import { chunkSize } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '#db/errors.ts';
import type { ItemFailure } from '#db/queue/storage.ts';
import type { WorkItemRow } from '#db/schema.ts';
import { ofItem, recordEvents } from '#lib/events/record-events.ts';
import { attemptRow } from '../finish/attempts.ts';
import { countOutcomes, outcomeDeltas } from '../runs/run-numbers.ts';
import { settleReturned } from '../runs/settle-unfetched.ts';
import { statusIs } from './leased-item.ts';
import { maxAttemptsOf } from './max-attempts.ts';
import { type Fate, fateOf, readOwner } from './suspects.ts';

/** Items whose leases ran out. */
export const expiredLeases = ({ q, engine }: Session) =>
  q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('status', '=', statusIs('in_progress'))
    .where((eb) => eb.or([eb('lease_until', '<=', engine.now()), eb('lease_until', 'is', null)]));

export interface RescueOptions {
  /** Most items to rescue; absent = all. */
  readonly limit?: number;
  /** After this time no further item is begun, ms. */
  readonly withinMs?: number;
  /** Told of each item that could not be rescued. Absent: the first fault is thrown when nothing could be rescued. */
  readonly onFault?: (workItemId: string, error: unknown) => void;
}

/** A pass gives way to the other duties of its worker, which finds what is left due at its next pulse. */
const longestPassMs = 30_000;

/** With these nothing else can be rescued either. */
const serverIsAway: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'db_connection_refused',
  'db_host_unknown',
  'db_connect_timeout',
  'db_login_failed',
  'db_certificate_untrusted',
  'db_missing',
  'db_pool_exhausted',
]);

/** The rescues of one process: it remembers what it could not rescue, so that others are not kept waiting by it. */
export class Rescue {
  readonly #db: Db;
  /** Could not be rescued in an earlier pass: they come after all others. */
  #late: ReadonlySet<string> = new Set();
  readonly #random: () => number;

  /** @param random from 0 to 1, 1 excluded */
  constructor(db: Db, random: () => number = Math.random) {
    this.#db = db;
    this.#random = random;
  }

  /**
   * Expired leases go back to pending, or to failed where their item has ended; whether an attempt stays counted says
   * `fateOf`. The fence is cleared, so a worker that wakes up again can change nothing. Items in progress without a lease
   * (left by an older system's crash) are rescued too. Goes on until nothing is left or its time is up; an item that
   * cannot be rescued is left for the next pass.
   * @returns how many were rescued
   * @throws DatabaseError when the server is away
   */
  async pass(options: RescueOptions = {}): Promise<number> {
    const { limit = Number.POSITIVE_INFINITY, withinMs = longestPassMs, onFault } = options;
    const endsAt = performance.now() + withinMs;
    const faults = new Map<string, unknown>();
    let late = this.#late;
    let rescued = 0;
    while (rescued < limit && performance.now() < endsAt) {
      const most = Math.min(chunkSize, limit - rescued);
      const ids = await this.#expired(most, new Set([...late, ...faults.keys()]));
      if (ids.length === 0) {
        if (late.size === 0) break;
        late = new Set();
        continue;
      }
      for (const id of from(ids, this.#random())) {
        if (performance.now() >= endsAt) break;
        try {
          if (await this.#db.transaction((tx) => rescueOne(tx, id))) rescued += 1;
        } catch (error) {
          if (error instanceof DatabaseError && serverIsAway.has(error.code)) throw error;
          faults.set(id, error);
          onFault?.(id, error);
        }
      }
    }
    this.#late = new Set([...late, ...faults.keys()]);
    if (onFault === undefined && rescued === 0) for (const error of faults.values()) throw error;
    return rescued;
  }

  /** Those that ran out first, without the given ones. */
  async #expired(most: number, without: ReadonlySet<string>): Promise<string[]> {
    const expired = await this.#db.engine
      .take(expiredLeases(this.#db).orderBy('lease_until'), most + without.size)
      .execute();
    const ids = expired.map(({ work_item_id: id }) => id).filter((id) => !without.has(id));
    return ids.slice(0, most);
  }
}

/**
 * The same, begun somewhere in the middle: workers that find the same leases at the same time would wait for each
 * other at every item, one behind the other, and only the first of them would be of use.
 */
function from<T>(values: readonly T[], share: number): T[] {
  const start = Math.floor(share * values.length);
  return [...values.slice(start), ...values.slice(0, start)];
}

async function rescueOne(tx: Session, workItemId: string): Promise<boolean> {
  const item = await readExpired(tx, workItemId);
  if (!item) return false;
  const fate = fateOf(item, await readOwner(tx, item), await maxAttemptsOf(tx, item));
  const message = messageOf(item, fate);
  const changed = await tx.engine.failItems(tx, [rescueOf(item, fate, message)]);
  if (!changed.has(item.work_item_id)) return false;
  const deltas = fate.fails ? outcomeDeltas('failed', 1) : { retried: 1 };
  await countOutcomes(tx, item.run_id, [{ claimedAt: item.claimed_at, deltas }]);
  if (!fate.fails) await settleReturned(tx, item);
  await recordEvents(tx, [
    {
      ...ofItem(item),
      kind: fate.fails ? 'item.failed' : 'item.rescued',
      message,
      workerId: item.lease_owner,
    },
  ]);
  return true;
}

const readExpired = (tx: Session, workItemId: string): Promise<WorkItemRow | undefined> =>
  tx.q
    .selectFrom('work_items')
    .selectAll()
    .where('work_item_id', '=', workItemId)
    .where('status', '=', statusIs('in_progress'))
    .where((eb) => eb.or([eb('lease_until', '<=', tx.engine.now()), eb('lease_until', 'is', null)]))
    .executeTakeFirst();

/** Renewed or claimed anew since it was read, it is left alone. */
function rescueOf(item: WorkItemRow, fate: Fate, message: string): ItemFailure {
  const { fails, pays, carries, waitsMs } = fate;
  return {
    work_item_id: item.work_item_id,
    lease_id: item.lease_id,
    expired: true,
    status: fails ? 'failed' : 'pending',
    uncounted: !pays,
    wait_reason: fails || waitsMs === undefined ? null : 'backoff',
    available_ms: fails ? null : (waitsMs ?? 0),
    error: carries === undefined ? null : { code: carries, message },
    answered: false,
    missing: null,
    attempt: attemptRow({
      item,
      report: null,
      outcome: 'expired',
      ...(fate.code === null ? {} : { errorCode: fate.code }),
      errorMessage: message,
    }),
  };
}

function messageOf(item: WorkItemRow, { code }: Fate): string {
  const owner = item.lease_owner ?? '(unknown)';
  const expired = `The worker ${owner} did not finish attempt ${item.attempt} within its lease.`;
  switch (code) {
    case 'worker_lost':
      return `The worker ${owner} died while it held the item; the attempt is not counted.`;
    case 'worker_lost_again':
      return `The worker ${owner} died while it tried this item.`;
    case 'poisonous_page':
      return `The worker ${owner} died while it tried this item, which has hurt its reader before.`;
    case 'attempts_exhausted':
      return `${expired} It was the last of its attempts.`;
    default:
      return expired;
  }
}
