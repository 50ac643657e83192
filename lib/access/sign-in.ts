/** Signing in with a password, guarded against guessing. */
import type { Db, Session } from '#db/engine.ts';
import type { Role } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { verifyPassword } from './passwords.ts';
import { beginSession, type Origin } from './sessions.ts';
import { findByEmail, parseRole } from './user-rows.ts';

/**
 * Slows guessing of passwords: failures are counted per account and address, and per account over
 * all addresses (an address can be forged where no proxy sets it).
 *
 * Kept in memory on purpose: a flood of wrong passwords must not become a flood of writes to the
 * database the workers use. Several web processes each allow their own few attempts, which argon2's
 * cost makes harmless.
 */
const windowMs = 15 * 60_000;
const mostPerAddress = 5;
const mostPerAccount = 30;
/** Bounds the memory under a flood of invented accounts. */
const mostKeys = 10_000;

export interface SignInThrottle {
  /** Milliseconds to wait before another attempt is looked at; 0 = now. */
  waitMs(account: string, address: string): number;
  recordFailure(account: string, address: string): void;
  recordSuccess(account: string, address: string): void;
}

/** `now` gives milliseconds that never run backwards. */
export function createSignInThrottle(now: () => number): SignInThrottle {
  /** Times of the failures inside the window, oldest first. */
  const failures = new Map<string, number[]>();

  const recent = (key: string): number[] => {
    const kept = (failures.get(key) ?? []).filter((at) => at > now() - windowMs);
    if (kept.length === 0) failures.delete(key);
    return kept;
  };
  const keys = (account: string, address: string): [key: string, most: number][] => [
    [`${account}\n${address}`, mostPerAddress],
    [account, mostPerAccount],
  ];

  return {
    waitMs(account, address) {
      const waits = keys(account, address).map(([key, most]) => {
        const times = recent(key);
        const first = times.at(-most);
        return first === undefined ? 0 : first + windowMs - now();
      });
      return Math.max(0, ...waits);
    },
    recordFailure(account, address) {
      for (const [key] of keys(account, address)) {
        const times = [...recent(key), now()];
        // Deleting first moves the key to the end: the map's first key is the longest untouched.
        failures.delete(key);
        failures.set(key, times);
      }
      while (failures.size > mostKeys) {
        const oldest = failures.keys().next();
        if (oldest.done) break;
        failures.delete(oldest.value);
      }
    },
    recordSuccess(account, address) {
      for (const [key] of keys(account, address)) failures.delete(key);
    },
  };
}

export interface SignedIn {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** Of the session that begins with it. */
  readonly token: string;
}

/**
 * Checks e-mail and password, and begins a session. Throws `sign_in_failed`, the same for an unknown address, a
 * wrong password and a deactivated account, or `too_many_attempts`.
 */
export async function signIn(
  db: Db,
  throttle: SignInThrottle,
  input: { readonly email: string; readonly password: string; readonly origin: Origin },
): Promise<SignedIn> {
  const email = input.email.trim().toLowerCase();
  const address = input.origin.address ?? '';
  const waitMs = throttle.waitMs(email, address);
  if (waitMs > 0) {
    const minutes = Math.ceil(waitMs / 60_000);
    throw new AppError('too_many_attempts', 'Too many attempts to sign in.', {
      remedy: `Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    });
  }
  // Counted before the check: attempts made at the same time must not slip past each other.
  throttle.recordFailure(email, address);
  const user = await findByEmail(db, email);
  const matches = await verifyPassword(user?.password_hash ?? null, input.password);
  if (!user || !matches || user.active !== 1) {
    throw wrong();
  }
  throttle.recordSuccess(email, address);
  const known = {
    ...user,
    role: parseRole(user.role),
    verifiedHash: user.password_hash,
    mustChangePassword: user.must_change_password === 1,
  };
  return db.transaction((tx) => enter(tx, known, input.origin));
}

const wrong = () => new AppError('sign_in_failed', 'The e-mail address or the password is wrong.');

/** Begins the session of a person who is known now; `how` ends the sentence of the audit log. Throws `sign_in_failed`. */
export async function enter(
  tx: Session,
  user: {
    readonly user_id: string;
    readonly email: string;
    readonly name: string;
    readonly role: Role;
    /** Of the password that was found right, where one was given. */
    readonly verifiedHash?: string | null;
    /** Somebody else chose that password. */
    readonly mustChangePassword?: boolean;
  },
  origin: Origin,
  how = '',
): Promise<SignedIn> {
  const account = tx.q
    .updateTable('users')
    .set({ last_sign_in_at: tx.engine.now() })
    .where('user_id', '=', user.user_id)
    .where('active', '=', 1);
  const { verifiedHash } = user;
  const { numUpdatedRows } = await (verifiedHash === undefined
    ? account
    : account.where('password_hash', '=', verifiedHash)
  ).executeTakeFirst();
  // Changed since it was read: the sessions that ended then must not get a successor.
  if (Number(numUpdatedRows) === 0) throw wrong();
  const { mustChangePassword = false } = user;
  const token = await beginSession(tx, user.user_id, origin, { mustChangePassword });
  await recordAudit(
    tx,
    { userId: user.user_id, email: user.email, role: user.role, address: origin.address },
    {
      action: 'user.sign-in',
      targetType: 'user',
      targetId: user.user_id,
      summary: `${user.email} signed in${how}`,
    },
  );
  return { userId: user.user_id, email: user.email, name: user.name, token };
}
