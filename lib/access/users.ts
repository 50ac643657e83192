/** Accounts of the console: listing and managing them. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { lockRow } from '#db/lock-row.ts';
import type { Instant } from '#db/schema.ts';
import { type Actor, type Limits, type Role, roles } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { refuseChangedMeanwhile, seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import { nameText } from '#lib/people-text.ts';
import { revokeTokensOf } from './api-tokens.ts';
import { countAttempt, countersOfOwnPassword, forgive } from './attempts.ts';
import { checkNewPassword } from './new-password.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { type EndReason, endSessionsOf } from './sessions.ts';
import {
  emailSchema,
  findByEmail,
  getUserRow,
  hasOtherAdmin,
  insertUser,
  limitsInputSchema,
  parseLimits,
  parseRole,
} from './user-rows.ts';

export interface User {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly limits: Limits | null;
  readonly hasPassword: boolean;
  /** Linked to a person of the provider. */
  readonly isLinked: boolean;
  readonly createdAt: Instant;
  readonly lastSignInAt: Instant | null;
}

export const newUserSchema = z.strictObject({
  email: z.string().trim().pipe(emailSchema),
  name: nameText({ most: 100, missing: 'Give a name.' }),
  role: z.enum(roles),
  /** Null for somebody who will sign in with the provider alone. */
  password: z.string().nullable(),
});

export const userChangeSchema = z.strictObject({
  userId: z.string(),
  name: newUserSchema.shape.name,
  role: z.enum(roles),
  active: z.boolean(),
  /** False removes the link to the provider's person; the next verified sign-in links again. */
  isLinked: z.boolean().optional(),
  /** Absent = as they are; a role that manages users has none. */
  limits: limitsInputSchema.optional(),
  /** Name, role, active, isLinked and limits as they were read. */
  seen: seenSchema,
});

/** Far above any team this is made for; keeps the page's cost bounded. */
const mostListed = 500;

/** By name, 500 at most. */
export async function listUsers(session: Session): Promise<User[]> {
  const query = session.q
    .selectFrom('users')
    .select(['user_id', 'email', 'name', 'role', 'active', 'created_at', 'last_sign_in_at'])
    .select(['password_hash', 'identity', 'limits'])
    .orderBy('name')
    .orderBy('user_id');
  const rows = await session.engine.take(query, mostListed).execute();
  return rows.map((row) => ({
    userId: row.user_id,
    email: row.email,
    name: row.name,
    role: parseRole(row.role),
    active: row.active === 1,
    limits: parseLimits(row.limits),
    hasPassword: row.password_hash !== null,
    isLinked: row.identity !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  }));
}

/** How the signed-in person signs in. Throws `not_found`. */
export async function ownWaysIn(
  session: Session,
  userId: string,
): Promise<Pick<User, 'hasPassword' | 'isLinked'>> {
  const row = await getUserRow(session, userId);
  return { hasPassword: row.password_hash !== null, isLinked: row.identity !== null };
}

/**
 * Needs `users:manage`. Throws `input_invalid` or `password_refused` with fields. Returns the new user's id; for the same request
 * key the same one.
 */
export async function createUser(
  db: Db,
  actor: Actor,
  input: z.output<typeof newUserSchema>,
  options: { readonly requestKey?: string | undefined } = {},
): Promise<string> {
  requirePermission(actor, 'users:manage');
  if (input.password !== null) await checkNewPassword(input.password, input);
  const passwordHash = input.password === null ? null : await hashPassword(input.password);
  const request = { key: options.requestKey, action: 'user.create' };
  return onceIn(db, request, z.string(), (tx) =>
    insertAccount(tx, actor, { ...input, passwordHash }),
  );
}

async function insertAccount(
  tx: Session,
  actor: Actor,
  input: z.output<typeof newUserSchema> & { readonly passwordHash: string | null },
): Promise<string> {
  const userId = newId();
  if (await findByEmail(tx, input.email)) {
    throw new AppError('input_invalid', 'There is already an account with this address.', {
      fields: { email: 'There is already an account with this address.' },
      remedy: 'Change the existing account instead.',
    });
  }
  await insertUser(tx, { ...input, userId, mustChangePassword: input.passwordHash !== null });
  await recordAudit(tx, actor, {
    action: 'user.create',
    targetType: 'user',
    targetId: userId,
    summary: `Created the account ${input.email} as ${input.role}`,
    after: { email: input.email, name: input.name, role: input.role, active: true },
  });
  return userId;
}

/**
 * Needs `users:manage`. Deactivating, changing the role or unlinking ends the person's sessions. Throws
 * `conflict` rather than leave the console without an active administrator, and when it is no longer as it was seen.
 */
export async function changeUser(
  db: Db,
  actor: Actor,
  input: z.output<typeof userChangeSchema>,
): Promise<void> {
  requirePermission(actor, 'users:manage');
  await db.transaction(async (tx) => {
    await lockRow(tx, 'users', 'user_id', input.userId);
    const user = await getUserRow(tx, input.userId);
    const before = {
      name: user.name,
      role: parseRole(user.role),
      active: user.active === 1,
      linked: user.identity !== null,
      limits: parseLimits(user.limits),
    };
    const { linked: isLinked, ...others } = before;
    await refuseChangedMeanwhile(tx, {
      what: `the account ${user.email}`,
      targetType: 'user',
      targetId: input.userId,
      actions: ['user.change'],
      seen: input.seen,
      stored: { ...others, isLinked },
    });
    const limits = input.limits === undefined ? before.limits : input.limits;
    if (input.role === 'admin' && input.limits) {
      throw new AppError('input_invalid', 'An administrator has no limits.', {
        fields: { limits: 'Who manages users could lift them: choose another role.' },
      });
    }
    const after = {
      name: input.name,
      role: input.role,
      active: input.active,
      linked: before.linked && input.isLinked !== false,
      limits: input.role === 'admin' ? null : limits,
    };
    const wasAdmin = before.role === 'admin' && before.active;
    const staysAdmin = after.role === 'admin' && after.active;
    if (wasAdmin && !staysAdmin && !(await hasOtherAdmin(tx, input.userId))) {
      throw new AppError('conflict', `${user.email} is the last active administrator.`, {
        remedy: 'Make somebody else an administrator first.',
      });
    }
    await tx.q
      .updateTable('users')
      .set({
        name: after.name,
        role: after.role,
        active: after.active ? 1 : 0,
        identity: after.linked ? user.identity : null,
        limits: after.limits === null ? null : JSON.stringify(after.limits),
        updated_at: tx.engine.now(),
      })
      .where('user_id', '=', input.userId)
      .execute();
    const reason = reasonToEnd(before, after);
    if (reason) await endSessionsOf(tx, input.userId, reason);
    await recordAudit(tx, actor, {
      action: 'user.change',
      targetType: 'user',
      targetId: input.userId,
      summary: `Changed the account ${user.email}`,
      before,
      after,
    });
  });
}

interface Standing {
  readonly role: Role;
  readonly active: boolean;
  readonly linked: boolean;
}

/** Why a change of the account ends its sessions; null when it does not. */
function reasonToEnd(before: Standing, after: Standing): EndReason | null {
  if (before.active !== after.active) return 'deactivated';
  if (before.role !== after.role) return 'role';
  return before.linked === after.linked ? null : 'unlinked';
}

/** Ends the person's sessions. One that somebody else chose is changed at the next sign-in. */
/** @param before the hash that must still be there; any where it is left out. Throws `conflict` when it is not */
async function storePassword(
  tx: Session,
  userId: string,
  passwordHash: string,
  {
    isChosenByOwner,
    before,
  }: { readonly isChosenByOwner: boolean; readonly before?: string | null },
): Promise<void> {
  const account = tx.q
    .updateTable('users')
    .set({
      password_hash: passwordHash,
      must_change_password: isChosenByOwner ? 0 : 1,
      updated_at: tx.engine.now(),
    })
    .where('user_id', '=', userId);
  const { numUpdatedRows } = await (before === undefined
    ? account
    : account.where('password_hash', '=', before)
  ).executeTakeFirst();
  if (before !== undefined && Number(numUpdatedRows) === 0) {
    throw new AppError('conflict', 'The password was changed meanwhile.', {
      remedy: 'Sign in with the new one.',
    });
  }
  await endSessionsOf(tx, userId, 'password');
}

/**
 * Needs `users:manage`. Sets another password, ends the person's sessions and, where it is somebody else's, their API
 * tokens: whoever had the old password may have made some. Says how many those were.
 */
export async function setUserPassword(
  db: Db,
  actor: Actor,
  input: { readonly userId: string; readonly password: string },
): Promise<{ readonly tokensRevoked: number }> {
  requirePermission(actor, 'users:manage');
  await checkNewPassword(input.password, await getUserRow(db, input.userId));
  const passwordHash = await hashPassword(input.password);
  const isOwn = actor.userId === input.userId;
  return db.transaction(async (tx) => {
    const user = await getUserRow(tx, input.userId);
    await storePassword(tx, input.userId, passwordHash, { isChosenByOwner: isOwn });
    const tokensRevoked = isOwn ? 0 : await revokeTokensOf(tx, input.userId);
    await recordAudit(tx, actor, {
      action: 'user.set-password',
      targetType: 'user',
      targetId: input.userId,
      summary: `Set a new password for ${user.email}`,
      after: { tokensRevoked },
    });
    return { tokensRevoked };
  });
}

/**
 * Anybody for themselves. Ends all their sessions; they sign in again with the new password. Throws `conflict` when it was
 * changed meanwhile.
 */
export async function changeOwnPassword(
  db: Db,
  actor: Actor,
  input: { readonly current: string; readonly password: string },
): Promise<void> {
  if (actor.userId === null) throw new AppError('not_signed_in', 'Nobody is signed in.');
  const userId = actor.userId;
  const known = await getUserRow(db, userId);
  await checkNewPassword(input.password, known);
  const counters = countersOfOwnPassword(userId);
  await countAttempt(db, counters);
  if (!(await verifyPassword(known.password_hash, input.current))) {
    await db.transaction((tx) =>
      recordAudit(tx, actor, {
        action: 'user.change-own-password-refused',
        targetType: 'user',
        targetId: userId,
        summary: `${actor.email} gave a wrong present password to change it`,
      }),
    );
    throw new AppError('input_invalid', 'The current password is wrong.', {
      fields: { current: 'This is not your current password.' },
    });
  }
  if (input.password === input.current) {
    throw new AppError('password_refused', 'This is the present password.', {
      fields: { password: 'Use another than the present one.' },
    });
  }
  const passwordHash = await hashPassword(input.password);
  await db.transaction(async (tx) => {
    await forgive(tx, counters);
    // Whoever only knows the one before it must not undo it.
    const before = known.password_hash;
    await storePassword(tx, userId, passwordHash, { isChosenByOwner: true, before });
    await recordAudit(tx, actor, {
      action: 'user.change-own-password',
      targetType: 'user',
      targetId: userId,
      summary: `${actor.email} changed their own password`,
    });
  });
}
