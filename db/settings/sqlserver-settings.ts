/** The settings of SQL Server: connection string over variables over YAML over defaults. */
import { z } from 'zod';
import { type ConnectionStringValues, readConnectionString } from './connection-string.ts';
import type { SqlServerSettings } from './model.ts';
import {
  type Environment,
  firstGiven,
  fromEnvironment,
  fromYaml,
  type Given,
  settingsInvalid,
  type YamlSqlServer,
} from './values.ts';

const prefix = 'INGEST_SQLSERVER_';

const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
};

const yes = ['yes', 'true', '1', 'on', 'mandatory'];
const no = ['no', 'false', '0', 'off', 'optional'];

const hostMessage = 'must be a host name or an IP address, with its port in INGEST_SQLSERVER_PORT';
const schemas = {
  host: z
    .string()
    .trim()
    .regex(/^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45})$/, hostMessage),
  port: wholeNumber(1, 65_535),
  instance: z
    .string()
    .regex(
      /^[A-Za-z_#][A-Za-z0-9_$#-]{0,15}$/,
      'must be an instance name of at most 16 letters, digits, $, #, _ or -',
    ),
  database: z
    .string()
    .min(1)
    .regex(
      /^[^\p{Cc}[\]]{1,128}$/u,
      'must be 1 to 128 characters without brackets or control characters',
    ),
  user: z.string().min(1).max(128, 'must have at most 128 characters'),
  schema: z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
      'must be letters, digits and underscores, not starting with a digit, at most 128',
    ),
  encrypt: z
    .string()
    .trim()
    .toLowerCase()
    .refine(
      (text) => [...yes, ...no, 'strict'].includes(text),
      `must be one of ${[...yes, ...no, 'strict'].join(', ')}`,
    )
    .transform((text) => (text === 'strict' ? ('strict' as const) : yes.includes(text))),
  flag: z
    .string()
    .trim()
    .toLowerCase()
    .refine((text) => [...yes, ...no].includes(text), 'must be yes or no')
    .transform((text) => yes.includes(text)),
  seconds: wholeNumber(1, 3600),
  poolMax: wholeNumber(1, 200),
};

function read<T>(schema: z.ZodType<T, string>, given: Given | undefined, otherwise: T): T {
  if (given === undefined) return otherwise;
  const result = schema.safeParse(given.value);
  if (result.success) return result.data;
  throw settingsInvalid(given.from, result.error.issues[0]?.message ?? 'is not allowed');
}

export function sqlServerSettings(
  env: Environment,
  yaml: YamlSqlServer,
  reason: string,
): SqlServerSettings {
  const fromEnv = (name: string) => fromEnvironment(env, `${prefix}${name}`);
  const text = firstGiven(fromEnv('STATE_CONN_STR'));
  const odbc: ConnectionStringValues = text ? readConnectionString(text.value) : { notes: [] };
  const pick = (inString: Given | undefined, name: string, inYaml?: Given) =>
    firstGiven(inString, fromEnv(name), inYaml);
  const trust = fromYaml(yaml.trust_server_certificate, 'sqlserver.trust_server_certificate');
  // A server named in the string without a port has the default one, not the port of another server.
  const port = odbc.host
    ? odbc.port
    : pick(undefined, 'PORT', fromYaml(yaml.port, 'sqlserver.port'));
  const instance = odbc.instanceName && odbc.port === undefined ? odbc.instanceName : undefined;
  const timeout = pick(odbc.connectTimeout, 'CONNECT_TIMEOUT');
  return {
    engine: 'sqlserver',
    host: read(
      schemas.host,
      pick(odbc.host, 'HOST', fromYaml(yaml.host, 'sqlserver.host')),
      'localhost',
    ),
    port: read(schemas.port, port, 1433),
    ...(instance ? { instanceName: read(schemas.instance, instance, '') } : {}),
    database: read(
      schemas.database,
      pick(odbc.database, 'DATABASE', fromYaml(yaml.database, 'sqlserver.database')),
      'Holocron',
    ),
    user: read(schemas.user, pick(odbc.user, 'USER', fromYaml(yaml.user, 'sqlserver.user')), 'sa'),
    password: passwordOf(
      firstGiven(odbc.password, fromEnv('PASSWORD'), fromEnvironment(env, 'MSSQL_SA_PASSWORD')),
    ),
    schema: read(
      schemas.schema,
      pick(undefined, 'SCHEMA', fromYaml(yaml.schema, 'sqlserver.schema')),
      'ingest',
    ),
    encrypt: read(
      schemas.encrypt,
      pick(odbc.encrypt, 'ENCRYPT', fromYaml(yaml.encrypt, 'sqlserver.encrypt')),
      true,
    ),
    trustServerCertificate: read(
      schemas.flag,
      pick(odbc.trustServerCertificate, 'TRUST_SERVER_CERTIFICATE', trust),
      true,
    ),
    connectTimeoutMs: read(schemas.seconds, timeout, 15) * 1000,
    requestTimeoutMs: read(schemas.seconds, fromEnv('REQUEST_TIMEOUT'), 30) * 1000,
    poolMax: read(schemas.poolMax, fromEnv('POOL_MAX'), 10),
    reason,
    notes: [
      ...odbc.notes,
      ...driverNotes(firstGiven(fromEnv('DRIVER'), fromYaml(yaml.driver, 'sqlserver.driver'))),
    ],
  };
}

function passwordOf(given: Given | undefined): string {
  if (given === undefined) {
    throw settingsInvalid(
      'INGEST_SQLSERVER_PASSWORD',
      'is missing: set it, or MSSQL_SA_PASSWORD, or PWD in INGEST_SQLSERVER_STATE_CONN_STR',
    );
  }
  if (given.value.length > 128)
    throw settingsInvalid(given.from, 'must have at most 128 characters');
  return given.value;
}

function driverNotes(driver: Given | undefined): string[] {
  return driver === undefined
    ? []
    : [`${driver.from} has no effect: the connection needs no ODBC driver.`];
}
