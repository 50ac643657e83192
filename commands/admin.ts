/** `pnpm admin`: accounts in need, for whoever holds the database. */
import { Argument } from 'commander';
import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { generatePassword } from '#lib/access/passwords.ts';
import { findByEmail } from '#lib/access/user-rows.ts';
import { changeUser, listUsers, setUserPassword } from '#lib/access/users.ts';
import { type Role, roles, systemActor } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  type Output,
  outputOf,
  printDatabase,
  runProgram,
  settingsFrom,
} from './support/program.ts';

const actor = systemActor('admin');

async function withDatabase(
  flags: CommonFlags,
  run: (db: Db, out: Output) => Promise<void>,
): Promise<void> {
  const db = await openDatabase(settingsFrom(flags).database);
  printDatabase(db);
  try {
    await run(db, outputOf(flags));
  } finally {
    await db.close();
  }
}

const runList = (flags: CommonFlags): Promise<void> =>
  withDatabase(flags, async (db, out) => {
    const users = await listUsers(db);
    for (const { email, name, role, active, hasPassword, isLinked, lastSignInAt } of users) {
      const ways = [...(hasPassword ? ['password'] : []), ...(isLinked ? ['provider'] : [])];
      out.line(
        [
          email,
          name,
          active ? role : `${role}, deactivated`,
          ways.join(' and ') || 'no way to sign in',
          `last sign-in ${lastSignInAt ?? 'never'}`,
        ].join('  '),
      );
    }
    if (users.length === 0) out.line('No accounts yet: pnpm start makes the first.');
    out.result({ users });
  });

const runReset = (email: string, flags: CommonFlags): Promise<void> =>
  withDatabase(flags, async (db, out) => {
    const user = await accountOf(db, email);
    if (user.active !== 1) {
      throw new AppError('account_deactivated', `The account ${user.email} is deactivated.`, {
        remedy: `Activate it first: pnpm admin grant ${user.email} ${user.role}`,
      });
    }
    const password = generatePassword();
    const { tokensRevoked } = await setUserPassword(db, actor, { userId: user.user_id, password });
    out.line(`✓ ${user.email} is signed out everywhere; API tokens revoked: ${tokensRevoked}`);
    out.line(`Password  ${password}   (shown this once; it is changed at the next sign-in)`);
    out.result({ email: user.email, password, tokensRevoked });
  });

const runGrant = (email: string, role: Role, flags: CommonFlags): Promise<void> =>
  withDatabase(flags, async (db, out) => {
    const user = await accountOf(db, email);
    await changeUser(db, actor, { userId: user.user_id, name: user.name, role, active: true });
    out.line(`✓ ${user.email} is ${role}`);
    out.result({ email: user.email, role });
  });

async function accountOf(db: Db, email: string) {
  const user = await findByEmail(db, email.trim());
  if (user) return user;
  throw new AppError('not_found', `There is no account ${email}.`, {
    remedy: 'pnpm admin list names those there are.',
  });
}

const emailArgument = () => new Argument('<email>', 'the address of the account');

export const program = defineCommand({
  name: 'admin',
  description: 'Helps accounts that nobody can help from the console, such as a lost password.',
  reads: 'the accounts',
  changes:
    'reset-password and grant: the account; its sessions end, and the audit log says that a command did it',
  examples: [
    ['list', 'the accounts, what they may do and how they sign in'],
    ['reset-password ada@example.org', 'prints a password for one sign-in'],
    ['grant ada@example.org admin', 'makes the account an active administrator'],
  ],
});
addCommonOptions(program.command('list'))
  .description('Lists the accounts with their roles, ways to sign in and last sign-ins.')
  .action(runList);
addCommonOptions(program.command('reset-password'))
  .description(
    "Sets a generated password, which is changed at the next sign-in, and ends the account's sessions and API tokens.",
  )
  .addArgument(emailArgument())
  .action(runReset);
addCommonOptions(program.command('grant'))
  .description('Gives an account a role and activates it; when that changes it, its sessions end.')
  .addArgument(emailArgument())
  .addArgument(new Argument('<role>', `one of ${roles.join(', ')}`).choices(roles))
  .action(runGrant);

if (import.meta.main) await runProgram(program);
