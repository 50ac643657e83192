/** What `start` and `dev` do before anything serves: database, first source, first sign-in. */
import path from 'node:path';
import { migrate } from '#db/migrate/migrate.ts';
import { ensureAdministrator } from '#lib/access/ensure-administrator.ts';
import type { AppConfig } from '#lib/config/model.ts';
import { sessionSecret } from '#lib/config/secret-key.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { openRuntime } from '#lib/runtime.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import type { Address } from './port.ts';

export interface Prepared {
  readonly config: AppConfig;
  readonly databaseLabel: string;
  /** Null when somebody can sign in already, or passwords are off. */
  readonly firstSignIn: Awaited<ReturnType<typeof ensureAdministrator>>;
}

/** Migrates, and makes the sample source and the administrator when they are missing. */
export async function prepareInstallation(): Promise<Prepared> {
  const config = loadConfig({
    env: process.env,
    configFile: process.env['INGEST_CONFIG'] || undefined,
  });
  await migrate(config.database);
  const runtime = await openRuntime(config, createLogger({ level: 'warn', name: 'start' }));
  try {
    await ensureSampleSource(runtime.db);
    // Where passwords are off, the provider makes the administrators.
    const firstSignIn = config.signIn.passwords
      ? await ensureAdministrator(runtime.db, config.admin)
      : null;
    return { config, databaseLabel: runtime.db.label, firstSignIn };
  } finally {
    await runtime.close();
  }
}

/**
 * The environment of console and worker: what was resolved here, so that both mean the same files
 * although the console's server changes its directory.
 */
export function childEnvironment(config: AppConfig, address: Address): NodeJS.ProcessEnv {
  const { env } = process;
  const file = env['INGEST_CONFIG'];
  return {
    ...env,
    ...(config.database.engine === 'sqlite'
      ? { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: path.resolve(config.database.path) }
      : {}),
    ...(file ? { INGEST_CONFIG: path.resolve(file) } : {}),
    INGEST_LAKE_DIR: config.lake.baseDir,
    INGEST_SECRET_KEY: config.secretKey.toString('base64'),
    NEXTAUTH_SECRET: env['NEXTAUTH_SECRET'] || sessionSecret(config.secretKey),
    NEXTAUTH_URL: env['NEXTAUTH_URL'] || urlOf(address),
    PORT: String(address.port),
    HOSTNAME: address.host,
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

/** The address as a person opens it on this machine. */
function urlOf({ host, port }: Address): string {
  const local = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host);
  const name = local ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
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
        : `  Password   ${firstSignIn.generatedPassword}   (shown this once: keep it)`,
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
