import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { UsersTable } from '#db/schema.ts';
import { type Limits, permissions, type Role, roles } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseJson } from '#lib/json.ts';

/** An e-mail address of an account, in lower case. */
export const emailSchema = z
  .email('Give an e-mail address like name@example.org.')
  .max(254, 'Use at most 254 characters.')
  .transform((email) => email.toLowerCase());

/** A role as stored; an unknown one (of a newer version) gets the least rights. */
export const parseRole = (role: string): Role => roles.find((known) => known === role) ?? 'viewer';

const limitsSchema = z.strictObject({
  without: z
    .array(z.string())
    .max(100)
    .transform((names) => permissions.filter((one) => names.includes(one))),
  sources: z.array(z.string().min(1).max(100)).max(200).nullable(),
});

/** What an administrator chooses for a person; nothing left out and all sources is no limit. */
export const limitsInputSchema = limitsSchema
  .extend({
    without: z
      .array(z.enum(permissions).exclude(['console:view'], 'Without it, deactivate the account.'))
      .max(100),
    sources: limitsSchema.shape.sources.refine(
      (names) => names === null || names.length > 0,
      'Choose at least one source.',
    ),
  })
  .transform(({ without, sources }): Limits | null =>
    without.length === 0 && sources === null ? null : { without, sources },
  );

/** What cannot be read any more leaves nothing but looking: a limit is never lifted by accident. */
export function parseLimits(text: string | null): Limits | null {
  if (text === null) return null;
  const parsed = limitsSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  return { without: permissions.filter((one) => one !== 'console:view'), sources: [] };
}

export function findByEmail(
  session: Session,
  email: string,
): Promise<Selectable<UsersTable> | undefined> {
  return session.q
    .selectFrom('users')
    .selectAll()
    .where('email', '=', email.toLowerCase())
    .executeTakeFirst();
}

/** The account linked to a person of the provider, `issuer|subject`. */
export function findByIdentity(
  session: Session,
  identity: string,
): Promise<Selectable<UsersTable> | undefined> {
  return session.q
    .selectFrom('users')
    .selectAll()
    .where('identity', '=', identity)
    .executeTakeFirst();
}

export async function insertUser(
  tx: Session,
  user: {
    readonly userId: string;
    readonly email: string;
    readonly name: string;
    readonly role: Role;
    /** Null for people who sign in with the provider alone. */
    readonly passwordHash: string | null;
    /** Somebody else chose it. */
    readonly mustChangePassword?: boolean;
    readonly identity?: string;
  },
): Promise<void> {
  await tx.q
    .insertInto('users')
    .values({
      user_id: user.userId,
      email: user.email.toLowerCase(),
      name: user.name,
      role: user.role,
      password_hash: user.passwordHash,
      identity: user.identity ?? null,
      active: 1,
      must_change_password: user.mustChangePassword ? 1 : 0,
      preferences: null,
      limits: null,
      created_at: tx.engine.now(),
      updated_at: tx.engine.now(),
      last_sign_in_at: null,
    })
    .execute();
}

/** Throws `not_found`. */
export async function getUserRow(
  session: Session,
  userId: string,
): Promise<Selectable<UsersTable>> {
  const row = await session.q
    .selectFrom('users')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'There is no such account.');
  return row;
}

/**
 * Whether there is an active administrator beside this one. `passwords` false: one that the provider
 * signs in, since no other can get in.
 */
export async function hasOtherAdmin(
  session: Session,
  userId: string,
  passwords = true,
): Promise<boolean> {
  const others = session.q
    .selectFrom('users')
    .select('user_id')
    .where('role', '=', 'admin')
    .where('active', '=', 1)
    .where('user_id', '<>', userId);
  const able = passwords ? others : others.where('identity', 'is not', null);
  return (await able.executeTakeFirst()) !== undefined;
}
