import type { Db, Session } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { generatePassword, hashPassword, leastPasswordLength } from './passwords.ts';
import { emailSchema, insertUser } from './user-rows.ts';

/**
 * Makes the first account, an administrator, when there is none at all; otherwise changes nothing
 * and returns null. A generated password is returned here and never again. Throws `config_invalid`
 * for an address or a password that cannot be used.
 */
export async function ensureAdministrator(
  db: Db,
  input: { readonly email: string; readonly password?: string | undefined },
): Promise<{ readonly email: string; readonly generatedPassword?: string } | null> {
  if (await hasUsers(db)) return null;
  const email = emailSchema.safeParse(input.email.trim());
  if (!email.success) {
    throw new AppError('config_invalid', 'INGEST_ADMIN_EMAIL is not an e-mail address.');
  }
  if (input.password !== undefined && input.password.length < leastPasswordLength) {
    throw new AppError(
      'config_invalid',
      `INGEST_ADMIN_PASSWORD is too short: use at least ${leastPasswordLength} characters.`,
    );
  }
  const password = input.password ?? generatePassword();
  const passwordHash = await hashPassword(password);
  const made = await db.transaction(async (tx) => {
    // Another process may have been first.
    if (await hasUsers(tx)) return false;
    const userId = newId();
    await insertUser(tx, {
      userId,
      email: email.data,
      name: 'Administrator',
      role: 'admin',
      passwordHash,
    });
    await recordAudit(tx, systemActor('start'), {
      action: 'user.create',
      targetType: 'user',
      targetId: userId,
      summary: `Created the first administrator ${email.data}`,
      after: { email: email.data, role: 'admin' },
    });
    return true;
  });
  if (!made) return null;
  return input.password === undefined
    ? { email: email.data, generatedPassword: password }
    : { email: email.data };
}

async function hasUsers(session: Session): Promise<boolean> {
  const anybody = session.engine.take(session.q.selectFrom('users').select('user_id'), 1);
  return (await anybody.executeTakeFirst()) !== undefined;
}
