/** Flags over environment over `.env` over YAML over defaults, into one typed object. */
import path from 'node:path';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { resolveDatabaseSettings } from '#db/settings/settings.ts';
import { type ParsedEnvironment, parseEnvironment } from '#lib/config/environment.ts';
import { type ConfigFile, fileSchema } from '#lib/config/file-schema.ts';
import type {
  AppConfig,
  ConfigFlags,
  Environment,
  LakeSettings,
  RunnerSettings,
  Settings,
} from '#lib/config/model.ts';
import { requireSafeReceivers } from '#lib/config/otlp-settings.ts';
import { requestSettings } from '#lib/config/request-settings.ts';
import { keyRing } from '#lib/config/secret-key.ts';
import { signInSettings } from '#lib/config/sign-in-settings.ts';
import { smtpSettings } from '#lib/config/smtp-settings.ts';
import { describeUnknown, unknownVariables } from '#lib/config/unknown-variables.ts';
import { readYamlFile, type YamlFile } from '#lib/config/yaml-file.ts';
import { sourcesOfFile } from '#lib/sources/yaml.ts';

const defaultUserAgent = 'HolocronIngest/0.1';
const defaultDataDirectory = 'data';

interface LoadOptions {
  /** With the variables of `.env`, where there is one (`loadEnvFile`). */
  readonly env?: Environment;
  readonly flags?: ConfigFlags;
}

/**
 * The settings that every command reads, from flags, `env`, the YAML file of `--config` or `INGEST_CONFIG`, and
 * defaults, in this order. Throws AppError `config_invalid` or `config_file_unreadable`, or DatabaseError
 * `db_settings_invalid`; each names the key, the file and line where it has one, and what is allowed, and never
 * a secret. Makes nothing.
 */
export function loadSettings(options: LoadOptions = {}): Settings {
  return read(options).settings;
}

/**
 * The settings, the sources of the YAML file and the master keys. Throws like `loadSettings`; makes the key file
 * when there is none.
 */
export function loadConfig(options: LoadOptions = {}): AppConfig {
  const { env, environment, file, content, settings } = read(options);
  const maxRetries = environment.INGEST_MAX_RETRIES ?? content.runner?.max_retries;
  const sources = file ? sourcesOfFile(file, content, env, { maxRetries }) : [];
  return {
    ...settings,
    sources,
    // The last that can fail, so that a configuration that is refused has made no key file.
    keys: keyRing(
      environment.INGEST_SECRET_KEY,
      environment.INGEST_SECRET_KEY_OLDER,
      keyFile(environment, settings.database),
    ),
  };
}

function read({ env = process.env, flags = {} }: LoadOptions) {
  const environment = parseEnvironment(env);
  requireSafeReceivers(env);
  const configFile = flags.config ?? (env['INGEST_CONFIG'] || undefined);
  const file = configFile === undefined ? null : readYamlFile(configFile);
  const content = file ? readContent(file) : {};
  const database = resolveDatabaseSettings(env, content.state, flags.database);
  const settings: Settings = {
    database,
    egressAllow: environment.INGEST_EGRESS_ALLOW ?? [],
    plainHttpHosts: environment.INGEST_PLAIN_HTTP_HOSTS ?? [],
    userAgent: environment.INGEST_USER_AGENT ?? defaultUserAgent,
    lake: lakeSettings(environment, content),
    runner: runnerSettings(flags, environment, content),
    admin: {
      email: environment.INGEST_ADMIN_EMAIL ?? 'admin@holocron.local',
      ...(environment.INGEST_ADMIN_PASSWORD === undefined
        ? {}
        : { password: environment.INGEST_ADMIN_PASSWORD }),
    },
    signIn: signInSettings(environment, env['NEXTAUTH_URL']),
    requests: requestSettings(environment, env['NEXTAUTH_URL']),
    monitoring: {
      token: environment.INGEST_METRICS_TOKEN ?? null,
      port: environment.INGEST_METRICS_PORT ?? null,
      host: environment.INGEST_METRICS_HOST ?? '127.0.0.1',
    },
    smtp: smtpSettings(environment),
    scanner: environment.INGEST_CLAMD ?? null,
    secretsDirectory: path.resolve(
      /*turbopackIgnore: true*/ environment.INGEST_SECRETS_DIR ?? '/run/secrets',
    ),
    logLevel: flags.logLevel ?? environment.INGEST_LOG_LEVEL ?? 'info',
    notes: [...unknownVariables(env).map(describeUnknown), ...database.notes, ...notesOf(content)],
  };
  return { env, environment, file, content, settings };
}

function readContent(file: YamlFile): ConfigFile {
  // An empty file is an empty configuration.
  const raw = file.content ?? {};
  refusePasswords(file, raw);
  return file.parse(fileSchema, [], raw);
}

/** A password in a file ends up in version control; the environment is its only way in. */
function refusePasswords(file: YamlFile, raw: unknown): void {
  for (const parent of [
    ['state', 'sqlserver'],
    ['state', 'sqlserver', 'replica'],
    ['storage', 'sql_server'],
  ]) {
    const section = parent.reduce<unknown>(
      (value, key) => (isRecord(value) ? value[key] : undefined),
      raw,
    );
    for (const key of ['password', 'pwd', 'connection_string', 'access_token']) {
      if (!isRecord(section) || !(key in section)) continue;
      const variable = secretVariable(key, parent.includes('replica'));
      const message = `secrets do not belong in a file; set the environment variable ${variable}.`;
      throw file.error([{ path: [...parent, key], message, atKey: true }]);
    }
  }
}

function secretVariable(key: string, ofReplica: boolean): string {
  if (key === 'connection_string') return 'INGEST_SQLSERVER_STATE_CONN_STR';
  if (key === 'access_token') return 'INGEST_SQLSERVER_ACCESS_TOKEN';
  return ofReplica ? 'INGEST_SQLSERVER_REPLICA_PASSWORD' : 'INGEST_SQLSERVER_PASSWORD';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Beside the embedded database, so that a copied directory keeps its secrets readable. */
function keyFile(environment: ParsedEnvironment, database: DatabaseSettings): string {
  if (environment.INGEST_SECRET_KEY_FILE !== undefined)
    return path.resolve(environment.INGEST_SECRET_KEY_FILE);
  const directory =
    database.engine === 'sqlite' ? path.dirname(database.path) : defaultDataDirectory;
  return path.resolve(directory, 'secret.key');
}

function lakeSettings(environment: ParsedEnvironment, content: ConfigFile): LakeSettings {
  const lake = content.storage?.data_lake;
  return {
    enabled: environment.INGEST_LAKE_ENABLED ?? lake?.enabled ?? false,
    // The build must not take a path of run time for one of the project and trace all of it.
    baseDir: path.resolve(
      /*turbopackIgnore: true*/
      environment.INGEST_LAKE_DIR ?? lake?.base_dir ?? path.join(defaultDataDirectory, 'lake'),
    ),
    prettyPrint: environment.INGEST_LAKE_PRETTY_PRINT ?? lake?.pretty_print ?? false,
  };
}

function runnerSettings(
  flags: ConfigFlags,
  environment: ParsedEnvironment,
  content: ConfigFile,
): RunnerSettings {
  const runner = content.runner;
  return {
    batchSize: flags.batchSize ?? environment.INGEST_BATCH_SIZE ?? runner?.batch_size ?? 100,
    maxItems: flags.maxItems ?? runner?.max_items ?? null,
    maxRetries: environment.INGEST_MAX_RETRIES ?? runner?.max_retries ?? 3,
    enableDiscovery: environment.INGEST_ENABLE_DISCOVERY ?? runner?.enable_discovery ?? true,
    concurrency: flags.concurrency ?? environment.INGEST_CONCURRENCY ?? runner?.concurrency ?? 4,
    pauseBelowBytes:
      (environment.INGEST_DISK_PAUSE_MIB ?? runner?.disk_pause_mib ?? 1_024) * 1_024 ** 2,
    leaseMs: (environment.INGEST_LEASE_SECONDS ?? runner?.lease_seconds ?? 60) * 1000,
  };
}

function notesOf(content: ConfigFile): string[] {
  const notes: string[] = [];
  const storage = content.storage?.sql_server;
  if (storage?.enabled === false) {
    notes.push(
      'storage.sql_server.enabled: false has no effect: records are always kept in the state database.',
    );
  }
  if (storage?.table !== undefined && storage.table !== 'IngestRecords') {
    notes.push(
      'storage.sql_server.table has no effect: records are kept in IngestRecords of the state database.',
    );
  }
  const connection =
    storage && Object.keys(storage).some((key) => key !== 'enabled' && key !== 'table');
  if (connection) {
    notes.push(
      'The connection under storage.sql_server has no effect: records are kept in the state database.',
    );
  }
  return notes;
}
