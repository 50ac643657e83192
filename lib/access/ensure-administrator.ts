import type { Db, Session } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { checkNewPassword } from './new-password.ts';
import { generatePassword, hashPassword } from './passwords.ts';
import { emailSchema, insertUser } from './user-rows.ts';

const name = 'Administrator';

/**
 * Makes the first account, an administrator, when there is none at all; otherwise changes nothing
 * and returns null. A generated password is returned here and never again, and is
 * changed at the first sign-in. Throws `config_invalid`
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
  if (input.password !== undefined) await checkGivenPassword(input.password, email.data);
  const password = input.password ?? generatePassword();
  const passwordHash = await hashPassword(password);
  const made = await db.transaction(async (tx) => {
    // Another process may have been first.
    if (await hasUsers(tx)) return false;
    const userId = newId();
    await insertUser(tx, {
      userId,
      email: email.data,
      name,
      role: 'admin',
      passwordHash,
      mustChangePassword: input.password === undefined,
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

async function checkGivenPassword(password: string, email: string): Promise<void> {
  try {
    await checkNewPassword(password, { email, name });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('config_invalid', `INGEST_ADMIN_PASSWORD: ${error.message}`, {
      remedy: error.remedy,
    });
  }
}

async function hasUsers(session: Session): Promise<boolean> {
  const anybody = session.engine.take(session.q.selectFrom('users').select('user_id'), 1);
  return (await anybody.executeTakeFirst()) !== undefined;
}
