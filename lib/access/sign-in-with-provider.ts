/** Signing in with the company's provider: which account it is, and what the person may do today. */
import type { Selectable } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { UsersTable } from '#db/schema.ts';
import { type Role, systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import type { ProviderSettings } from '#lib/config/sign-in-settings.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import {
  decidesRoles,
  issuerOf,
  type ProviderPerson,
  personOfClaims,
  refusal,
} from './provider.ts';
import { recordProviderRefusal } from './provider-failures.ts';
import { endSessionsOf, type Origin } from './sessions.ts';
import { enter, type SignedIn } from './sign-in.ts';
import { findByEmail, findByIdentity, hasOtherAdmin, insertUser, parseRole } from './user-rows.ts';

type UserRow = Selectable<UsersTable>;

/** No person of this console decided it, the provider did. */
const actor = systemActor('sign-in');

/**
 * The account of the person the provider signed in: linked already, or of the same verified address, or a
 * new one. Where the claim decides roles, the account takes over what it says. `claims` are those of a
 * token whose signature was checked. Throws `account_deactivated` or one of the `provider_…` codes, which the audit log
 * keeps.
 */
export async function signInWithProvider(
  db: Db,
  ways: { readonly provider: ProviderSettings; readonly passwords: boolean },
  claims: unknown,
  origin: Origin,
): Promise<SignedIn> {
  const { provider, passwords } = ways;
  let person: ProviderPerson | null = null;
  try {
    const named = personOfClaims(claims, provider);
    person = named;
    return await db.transaction(async (tx) => {
      const known = (await findByIdentity(tx, named.identity)) ?? (await accountToLink(tx, named));
      return known
        ? enterAccount(tx, { ...provider, passwords, origin }, named, known)
        : enterNewAccount(tx, { ...provider, origin }, named);
    });
  } catch (error) {
    if (error instanceof AppError) await recordRefused(db, error, provider.name, person, origin);
    throw error;
  }
}

async function recordRefused(
  db: Db,
  error: AppError,
  providerName: string,
  person: ProviderPerson | null,
  { address }: Origin,
): Promise<void> {
  const { identity, email } = person ?? { identity: null, email: null };
  const row =
    (identity === null ? undefined : await findByIdentity(db, identity)) ??
    (email === null ? undefined : await findByEmail(db, email));
  const named = { userId: row?.user_id ?? null, email };
  await recordProviderRefusal(db, error, { providerName, address, person: named });
}

/**
 * The account with the person's address, when the provider has verified that it is theirs and no other
 * person of it is linked. One linked at another issuer counts as free: only one issuer can sign in at all.
 */
async function accountToLink(tx: Session, person: ProviderPerson): Promise<UserRow | undefined> {
  if (person.email === null) return undefined;
  const row = await findByEmail(tx, person.email);
  if (!row) return undefined;
  const isFree = row.identity === null || issuerOf(row.identity) !== issuerOf(person.identity);
  if (!isFree || !person.emailVerified) throw refusal('provider_email_taken');
  return row;
}

async function enterAccount(
  tx: Session,
  settings: ProviderSettings & { readonly passwords: boolean; readonly origin: Origin },
  person: ProviderPerson,
  row: UserRow,
): Promise<SignedIn> {
  if (row.active !== 1) throw refusal('account_deactivated');
  const before = parseRole(row.role);
  const given = decidesRoles(settings) ? person.role : before;
  if (given === null) throw refusal('provider_no_role');
  const losesAdmin = before === 'admin' && given !== 'admin';
  const isLast = losesAdmin && !(await hasOtherAdmin(tx, row.user_id, settings.passwords));
  const role = isLast ? 'admin' : given;
  if (row.identity !== person.identity) await link(tx, settings, person, row);
  if (role !== before) await follow(tx, settings, row, role);
  return enter(
    tx,
    { ...row, role },
    settings.origin,
    isLast
      ? ` with ${settings.name}, and stays the last administrator although its role there is ${given}`
      : ` with ${settings.name}`,
  );
}

async function link(
  tx: Session,
  settings: ProviderSettings,
  { identity }: ProviderPerson,
  row: UserRow,
): Promise<void> {
  await tx.q
    .updateTable('users')
    .set({ identity, updated_at: tx.engine.now() })
    .where('user_id', '=', row.user_id)
    .execute();
  await recordAudit(tx, actor, {
    action: 'user.link',
    targetType: 'user',
    targetId: row.user_id,
    summary: `Linked the account ${row.email} to ${settings.name}`,
    before: { identity: row.identity },
    after: { identity },
  });
}

/** Ends the sessions that began with the other role. */
async function follow(
  tx: Session,
  settings: ProviderSettings,
  row: UserRow,
  role: Role,
): Promise<void> {
  await tx.q
    .updateTable('users')
    .set({ role, updated_at: tx.engine.now() })
    .where('user_id', '=', row.user_id)
    .execute();
  await endSessionsOf(tx, row.user_id, 'role');
  await recordAudit(tx, actor, {
    action: 'user.change',
    targetType: 'user',
    targetId: row.user_id,
    summary: `Made ${row.email} ${role}, as ${settings.name} says`,
    before: { role: row.role },
    after: { role },
  });
}

async function enterNewAccount(
  tx: Session,
  settings: ProviderSettings & { readonly origin: Origin },
  person: ProviderPerson,
): Promise<SignedIn> {
  const { email, name, role, identity } = person;
  if (role === null) throw refusal('provider_no_role');
  if (email === null) throw refusal('provider_no_email');
  const userId = newId();
  await insertUser(tx, { userId, email, name, role, passwordHash: null, identity });
  await recordAudit(tx, actor, {
    action: 'user.create',
    targetType: 'user',
    targetId: userId,
    summary: `Created the account ${email} as ${role}, at its first sign-in with ${settings.name}`,
    after: { email, name, role, active: true, identity },
  });
  return enter(
    tx,
    { user_id: userId, email, name, role },
    settings.origin,
    ` with ${settings.name}`,
  );
}
