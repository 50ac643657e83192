/**
 * Slows down the guessing of passwords: failures are counted in the database, so that several web processes count
 * together and a restart forgets nothing. After a few, each further one doubles the wait until the next is looked at.
 * What is asked during a wait is not counted: nobody can keep an owner out by asking without end.
 */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { networkOf } from './client-address.ts';
import type { KnownBy } from './sessions.ts';

interface Limit {
  /** Failures before anybody waits. */
  readonly free: number;
  /** The longest wait, ms. */
  readonly mostMs: number;
}

const minute = 60_000;
const firstWaitMs = 30_000;
/** Without a failure for so long, counting begins again, ms; rows as old are deleted. */
const forgetMs = 24 * 60 * minute;

const limits = {
  /** One account from one network. */
  pair: { free: 5, mostMs: 15 * minute },
  /** One account from anywhere. Its owner may be in a new place, and has to get between two guesses. */
  account: { free: 10, mostMs: minute },
  /** Any accounts from one network: a password tried on many accounts. */
  address: { free: 20, mostMs: 15 * minute },
  /** The present password, asked of somebody who is signed in before they change it. */
  own: { free: 5, mostMs: 15 * minute },
} as const satisfies Record<string, Limit>;

/** What failures are counted for: `pair:` and a hash, for example. */
interface Counter {
  readonly key: string;
  readonly limit: Limit;
}

const counter = (kind: keyof typeof limits, ...parts: readonly string[]): Counter => ({
  // A hash: what strangers type may be long, and may be a password.
  key: `${kind}:${sha256(parts.join('\n'))}`,
  limit: limits[kind],
});

/**
 * Of an attempt to sign in. Where the account has been signed in before, only what fails there counts: in the browser
 * that still holds an old session, or at the address.
 */
export function countersOfSignIn(
  email: string,
  place: {
    readonly address: string | null;
    readonly heldToken: string | null;
    readonly by: KnownBy;
  },
): Counter[] {
  if (place.by === 'session') return [counter('pair', email, 'token', place.heldToken ?? '')];
  const network = place.address === null ? 'unknown' : networkOf(place.address);
  const pair = counter('pair', email, network);
  if (place.by === 'address') return [pair];
  return [counter('account', email), counter('address', network), pair];
}

export const countersOfOwnPassword = (userId: string): Counter[] => [counter('own', userId)];

/** The wait after so many failures, ms. */
function waitAfter(failures: number, { free, mostMs }: Limit): number {
  return failures < free ? 0 : Math.min(mostMs, firstWaitMs * 2 ** Math.min(failures - free, 20));
}

/**
 * Counts an attempt as failed before it is looked at, so that attempts made at the same time do not slip past one
 * another; `forgive` takes it back. Returns how long the next has to wait, ms. Throws `too_many_attempts` while one waits.
 */
export function countAttempt(db: Db, counters: readonly Counter[]): Promise<number> {
  return db.transaction(async (tx) => {
    let waitMs = 0;
    for (const { key, limit } of counters) {
      const failures = await countOne(tx, key);
      const wait = waitAfter(failures, limit);
      waitMs = Math.max(waitMs, wait);
      if (wait === 0) continue;
      await tx.q
        .updateTable('sign_in_attempts')
        .set({ retry_at: tx.engine.nowPlus(wait) })
        .where('attempt_key', '=', key)
        .execute();
    }
    return waitMs;
  });
}

async function countOne(tx: Session, key: string): Promise<number> {
  const { engine, q } = tx;
  const old = sql<boolean>`${sql.ref('last_at')} < ${engine.nowPlus(-forgetMs)}`;
  const counted = await q
    .updateTable('sign_in_attempts')
    .set({
      failures: sql<number>`case when ${old} then 1 else ${sql.ref('failures')} + 1 end`,
      last_at: engine.now(),
      refused: 0,
    })
    .where('attempt_key', '=', key)
    .where((eb) => eb.or([eb('retry_at', 'is', null), eb('retry_at', '<=', engine.now())]))
    .executeTakeFirst();
  const row = await q
    .selectFrom('sign_in_attempts')
    .select('failures')
    .select(engine.diffMs(engine.now(), sql.ref('retry_at')).as('wait_ms'))
    .where('attempt_key', '=', key)
    .executeTakeFirst();
  if (Number(counted.numUpdatedRows) > 0) return row?.failures ?? 1;
  if (row) throw tooMany(Number(row.wait_ms ?? 0));
  await q
    .insertInto('sign_in_attempts')
    .values({ attempt_key: key, failures: 1, last_at: engine.now(), retry_at: null, refused: 0 })
    .execute();
  return 1;
}

function tooMany(waitMs: number): AppError {
  return new AppError('too_many_attempts', 'Too many attempts with a wrong password.', {
    remedy: `Try again in ${inWords(waitMs)}, or from where you have signed in before.`,
  });
}

/** `30 seconds`, `2 minutes`: never less than there is to wait. */
export function inWords(waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const [count, unit] = seconds <= 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/**
 * Whether this is the first refusal of a wait: one of them is worth an entry of the audit log, a flood of them is not.
 */
export async function isFirstRefusal(tx: Session, counters: readonly Counter[]): Promise<boolean> {
  let isFirst = false;
  for (const { key } of counters) {
    const { numUpdatedRows } = await tx.q
      .updateTable('sign_in_attempts')
      .set({ refused: 1 })
      .where('attempt_key', '=', key)
      .where('refused', '=', 0)
      .where('retry_at', '>', tx.engine.now())
      .executeTakeFirst();
    isFirst ||= Number(numUpdatedRows) > 0;
  }
  return isFirst;
}

/**
 * Takes back an attempt that was none: what was counted for the account begins anew, and of the network's failures it is
 * one less. Deletes what is too old to count.
 */
export async function forgive(tx: Session, counters: readonly Counter[]): Promise<void> {
  for (const { key, limit } of counters) {
    if (limit === limits.address) {
      await tx.q
        .updateTable('sign_in_attempts')
        .set({ failures: sql<number>`${sql.ref('failures')} - 1`, retry_at: null })
        .where('attempt_key', '=', key)
        .execute();
    } else {
      await tx.q.deleteFrom('sign_in_attempts').where('attempt_key', '=', key).execute();
    }
  }
  await tx.q
    .deleteFrom('sign_in_attempts')
    .where('last_at', '<', tx.engine.nowPlus(-forgetMs))
    .execute();
}
