/** What console and worker are started with, and what a person sees when they serve. */
import path from 'node:path';
import type { Prepared } from '#commands/support/prepare-installation.ts';
import type { AppConfig } from '#lib/config/model.ts';
import { sessionSecret } from '#lib/config/secret-key.ts';
import { unknownVariables } from '#lib/config/unknown-variables.ts';
import { type Address, urlOf } from './address.ts';

/**
 * The environment of console and worker: what was resolved here, so that both mean the same files
 * although the console's server changes its directory.
 */
export function childEnvironment(
  config: AppConfig,
  address: Address,
  configFile: string | undefined,
): NodeJS.ProcessEnv {
  const env = { ...process.env };
  const file = configFile ?? env['INGEST_CONFIG'];
  // They have been named already; each child would name them again. Left out, they would come back from .env.
  for (const { name } of unknownVariables(env)) env[name] = '';
  return {
    ...env,
    ...(config.database.engine === 'sqlite'
      ? { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: path.resolve(config.database.path) }
      : {}),
    ...(file ? { INGEST_CONFIG: path.resolve(file) } : {}),
    INGEST_LAKE_DIR: config.lake.baseDir,
    INGEST_SECRET_KEY: config.keys.current.toString('base64'),
    INGEST_SECRET_KEY_OLDER: config.keys.older.map((key) => key.toString('base64')).join(' '),
    INGEST_SECRETS_DIR: config.secretsDirectory,
    NEXTAUTH_SECRET: env['NEXTAUTH_SECRET'] || sessionSecret(config.keys.current),
    NEXTAUTH_URL: env['NEXTAUTH_URL'] || urlOf(address),
    PORT: String(address.port),
    HOSTNAME: address.host,
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

/** What a person needs to know after the start. */
export function greeting(
  { config, databaseLabel, firstSignIn }: Prepared,
  address: Address,
): string {
  const lines = [
    '',
    '  Holocron Ingest',
    '',
    `  Console    ${urlOf(address)}`,
    `  Database   ${databaseLabel}`,
    `             ${config.database.reason}`,
  ];
  if (firstSignIn) {
    lines.push(`  Sign in    ${firstSignIn.email}`);
    lines.push(
      firstSignIn.generatedPassword === undefined
        ? '  Password   the one in INGEST_ADMIN_PASSWORD'
        : `  Password   ${firstSignIn.generatedPassword}   (shown this once: for the first sign-in)`,
    );
  }
  if (config.signIn.provider) lines.push(`  Sign in    with ${config.signIn.provider.name}`);
  if (config.egressAllow.length === 0) {
    lines.push('  Local wiki Private and local addresses are refused; to allow them:');
    lines.push('             INGEST_EGRESS_ALLOW=127.0.0.0/8,::1/128 pnpm start');
  } else {
    lines.push(`  Allowed    private networks ${config.egressAllow.join(', ')}`);
  }
  lines.push('', '  Ctrl-C stops the console and its worker.', '');
  return lines.join('\n');
}
