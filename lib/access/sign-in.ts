/** Signing in with a password, guarded against guessing. */
import type { Db, Session } from '#db/engine.ts';
import { type Role, systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { countAttempt, countersOfSignIn, forgive, inWords, isFirstRefusal } from './attempts.ts';
import { verifyPassword } from './passwords.ts';
import { beginSession, knownBy, type Origin } from './sessions.ts';
import { findByEmail, parseRole } from './user-rows.ts';

export interface SignedIn {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** Of the session that begins with it. */
  readonly token: string;
}

export interface Attempt {
  readonly email: string;
  readonly password: string;
  readonly origin: Origin;
  /** The token of a session that this browser held before, over or not. */
  readonly heldToken?: string | null;
}

/**
 * Checks e-mail and password, and begins a session. Throws `sign_in_failed`, the same for an unknown address, a
 * wrong password and a deactivated account, or `too_many_attempts`.
 */
export async function signIn(db: Db, attempt: Attempt): Promise<SignedIn> {
  const email = attempt.email.trim().toLowerCase();
  const { origin } = attempt;
  const user = await findByEmail(db, email);
  const heldToken = attempt.heldToken ?? null;
  const by = await knownBy(db, user?.user_id ?? '', origin, heldToken);
  const counters = countersOfSignIn(email, { address: origin.address, heldToken, by });
  const waitMs = await countAttempt(db, counters).catch(async (error: unknown) => {
    await db.transaction(async (tx) => {
      if (await isFirstRefusal(tx, counters))
        await recordFailure(tx, user, origin, 'it has to wait');
    });
    throw error;
  });
  const matches = await verifyPassword(user?.password_hash ?? null, attempt.password);
  if (!user || !matches || user.active !== 1) {
    const reason = matches ? 'the account is deactivated' : 'the password was wrong';
    await db.transaction((tx) => recordFailure(tx, user, origin, reason, waitMs));
    throw wrong();
  }
  const known = {
    ...user,
    role: parseRole(user.role),
    verifiedHash: user.password_hash,
    mustChangePassword: user.must_change_password === 1,
  };
  return db.transaction(async (tx) => {
    await forgive(tx, counters);
    return enter(tx, known, origin);
  });
}

const wrong = () => new AppError('sign_in_failed', 'The e-mail address or the password is wrong.');

/** An address without an account is not written down: it may be a password, typed into the wrong field. */
async function recordFailure(
  tx: Session,
  user: { readonly user_id: string; readonly email: string } | undefined,
  { address }: Origin,
  reason: string,
  waitMs = 0,
): Promise<void> {
  const then = waitMs > 0 ? `; the next attempt waits ${inWords(waitMs)}` : '';
  await recordAudit(
    tx,
    { ...systemActor('sign-in'), address },
    {
      action: 'user.sign-in-refused',
      targetType: 'user',
      targetId: user?.user_id ?? null,
      summary: `An attempt to sign in ${user ? `as ${user.email}` : 'without an account'} was refused: ${reason}${then}`,
    },
  );
}

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
