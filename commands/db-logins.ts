/** `pnpm db:logins`: the least-privilege roles of SQL Server, and the logins of console and workers in them. */
import { InvalidArgumentError } from 'commander';
import { pendingError, pendingMigrations } from '#db/migrate/pending-migrations.ts';
import { openDatabase } from '#db/open.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import {
  applyRoles,
  defaultLoginPrefix,
  type LoginPasswords,
  loginPrefixPattern,
  type Role,
  roles,
} from '#db/sqlserver/roles/apply-roles.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  addCommonOptions,
  type CommonFlags,
  defineCommand,
  outputOf,
  runProgram,
  settingsFrom,
} from './support/program.ts';

interface Flags extends CommonFlags {
  readonly roles: readonly Role[];
  readonly prefix: string;
}

/** The variables that hold the passwords: a process list shows no environment, and a command line to everybody. */
const variables = {
  console: 'MSSQL_CONSOLE_PASSWORD',
  worker: 'MSSQL_WORKER_PASSWORD',
} as const;
/** SQL Server's own bound of a password, characters. */
const longestPassword = 128;

async function run(flags: Flags): Promise<void> {
  const out = outputOf(flags);
  const settings = settingsFrom(flags).database;
  if (settings.engine === 'sqlite') {
    throw new AppError('usage', 'Logins are for SQL Server, and the settings name SQLite.', {
      remedy: 'Set DB_BACKEND=sqlserver.',
    });
  }
  const passwords = passwordsOf(process.env);
  await requireTables(settings);
  await applyRoles(settings, {
    roles: flags.roles,
    passwords,
    loginPrefix: flags.prefix,
    onApplied: (script) =>
      out.line(
        script === 'logins'
          ? `✓ The logins ${loginsOf(flags).join(' and ')} have the passwords given`
          : `✓ The role ${settings.schema}_${script}`,
      ),
  });
  out.result({
    roles: flags.roles.map((role) => `${settings.schema}_${role}`),
    logins: loginsOf(flags),
  });
}

const loginsOf = ({ prefix }: Flags) => Object.keys(variables).map((role) => `${prefix}_${role}`);

/** Throws AppError `config_invalid` naming each variable at fault; never its value. */
function passwordsOf(env: Readonly<Record<string, string | undefined>>): LoginPasswords {
  const faults: Record<string, string> = {};
  const read = (name: string): string => {
    const password = env[name] ?? '';
    if (password === '') faults[name] = 'is required';
    // Text ends there for the server: what follows would be cut without a word.
    else if (password.includes('\0') || password.length > longestPassword)
      faults[name] = `must have ${longestPassword} characters at most`;
    return password;
  };
  const passwords = { console: read(variables.console), worker: read(variables.worker) };
  const sentences = Object.entries(faults).map(
    ([name, fault]) => `Environment variable ${name}: ${fault}.`,
  );
  if (sentences.length > 0)
    throw new AppError('config_invalid', sentences.join('\n'), {
      fields: faults,
      remedy: 'Set both: they are the passwords that the console and the workers sign in with.',
    });
  return passwords;
}

/** What is granted must be there. */
async function requireTables(settings: SqlServerSettings): Promise<void> {
  const db = await openDatabase(settings);
  try {
    const pending = await pendingMigrations(db);
    if (pending.length > 0) throw await pendingError(db, pending);
  } finally {
    await db.close();
  }
}

function readRoles(text: string): readonly Role[] {
  const named = text.split(',').map((part) => part.trim());
  const unknown = named.filter((name) => !roles.some((role) => role === name));
  if (unknown.length > 0 || !named.includes('console') || !named.includes('worker'))
    throw new InvalidArgumentError(
      `It must be of ${roles.join(', ')}, worker and console among them.`,
    );
  return roles.filter((role) => named.includes(role));
}

function readPrefix(text: string): string {
  if (!loginPrefixPattern.test(text))
    throw new InvalidArgumentError('It must be letters, digits and _ after a letter, 64 at most.');
  return text;
}

export const program = addCommonOptions(
  defineCommand({
    name: 'db:logins',
    description:
      'Makes the least-privilege roles of SQL Server, and a login each for the console and the workers.',
    reads:
      'the passwords from MSSQL_CONSOLE_PASSWORD and MSSQL_WORKER_PASSWORD, and what is applied',
    changes:
      'roles, logins and their users; again, it grants what a new version needs and sets the passwords anew',
    examples: [
      ['', 'makes the four roles, holocron_console and holocron_worker'],
      ['--prefix wiki', 'wiki_console and wiki_worker, for a second deployment on the server'],
      ['--roles worker,console', 'without the roles of migrations and reports'],
    ],
  }),
)
  .option('--roles <names>', 'the roles to make, with commas', readRoles, roles)
  .option(
    '--prefix <name>',
    'what the names of the logins begin with',
    readPrefix,
    defaultLoginPrefix,
  )
  .action(run);

if (import.meta.main) await runProgram(program);
