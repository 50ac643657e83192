/**
 * Who ended a worker? When one dies, all that it held are suspects and none of them pays. A suspect is tried again with
 * no other suspect beside it, and its worker says so first: if that one dies too, it was this item.
 */
import type { Session } from '#db/engine.ts';
import type { WorkersTable, WorkItemRow } from '#db/schema.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';

/** What an item carries, until it is concluded, of which something was hurt. */
const suspicions: ReadonlySet<string> = new Set([
  'worker_lost',
  'worker_lost_again',
  'reading_overran',
] satisfies ErrorCode[]);
/** It alone has hung or ended its reader once. */
const convictions: ReadonlySet<string> = new Set([
  'worker_lost_again',
  'reading_overran',
] satisfies ErrorCode[]);

/** Whether it was held by a worker that died, or its reading had to be ended, and nothing has come of it since. */
export const isSuspect = (errorCode: string | null): boolean =>
  errorCode !== null && suspicions.has(errorCode);

/** Says, before a suspect is begun, that this worker tries it: nobody else can once it has died. */
export async function recordSuspect(
  session: Session,
  workerId: string,
  leaseId: string,
): Promise<void> {
  await session.q
    .updateTable('workers')
    .set({ suspect_lease_id: leaseId })
    .where('worker_id', '=', workerId)
    .execute();
}

/** Before a suspect that ended a worker is tried for the last time, ms. */
const suspectWaitsMs = 60_000;

/** What is known of a lease's owner. */
export type Owner = Pick<WorkersTable, 'heartbeat_at' | 'stopped_at'> & {
  readonly suspect_lease_id: string | null;
};

export const readOwner = (tx: Session, item: WorkItemRow): Promise<Owner | undefined> =>
  tx.q
    .selectFrom('workers')
    .select(['heartbeat_at', 'stopped_at', 'suspect_lease_id'])
    .where('worker_id', '=', item.lease_owner ?? '')
    .executeTakeFirst();

/** What becomes of an item whose lease ran out. */
export interface Fate {
  /** Whether it failed for good. */
  readonly fails: boolean;
  /** Whether the attempt stays counted. */
  readonly pays: boolean;
  /** What the attempt ended in; null = its lease ran out, and nothing more is known. */
  readonly code: ErrorCode | null;
  /**
   * How long it waits, ms. Who ended a worker alone once may be innocent, where workers are killed by the minute: it is
   * not tried again amid the same trouble.
   */
  readonly waitsMs?: number;
  /** What the item carries from now on; undefined = what it carried. */
  readonly carries?: ErrorCode;
}

type Expired = Pick<WorkItemRow, 'attempt' | 'lease_id' | 'lease_until' | 'error_code'>;

/**
 * An item pays when its owner lives, ended in order, or is not known as a worker: then the lease was lost over this item
 * alone. An owner that has sent no heartbeat since the lease ran out is dead, and took with it whatever it held.
 */
export function fateOf(item: Expired, owner: Owner | undefined, maxAttempts: number): Fate {
  const isExhausted = item.attempt >= maxAttempts;
  if (!isDead(owner, item)) {
    return isExhausted
      ? { fails: true, pays: true, code: 'attempts_exhausted', carries: 'attempts_exhausted' }
      : { fails: false, pays: true, code: null };
  }
  const carried = item.error_code ?? '';
  if (item.lease_id === null || owner.suspect_lease_id !== item.lease_id) {
    const carries = isSuspect(carried) ? {} : { carries: 'worker_lost' as const };
    return { fails: false, pays: false, code: 'worker_lost', ...carries };
  }
  return convictions.has(carried) || isExhausted
    ? { fails: true, pays: true, code: 'poisonous_page', carries: 'poisonous_page' }
    : {
        fails: false,
        pays: true,
        code: 'worker_lost_again',
        carries: 'worker_lost_again',
        waitsMs: suspectWaitsMs,
      };
}

const isDead = (
  owner: Owner | undefined,
  { lease_until: until }: Pick<Expired, 'lease_until'>,
): owner is Owner =>
  owner !== undefined && owner.stopped_at === null && until !== null && owner.heartbeat_at <= until;
