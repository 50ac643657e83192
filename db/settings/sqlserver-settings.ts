/** The settings of SQL Server: connection string over variables over YAML over defaults. */
import { type ConnectionStringValues, readConnectionString } from './connection-string.ts';
import type { SqlServerSettings } from './model.ts';
import { replicaSettings } from './replica-settings.ts';
import { read, schemas } from './sqlserver-values.ts';
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

export function sqlServerSettings(
  env: Environment,
  yaml: YamlSqlServer,
  reason: string,
  /** The database's name, from the command line. */
  named?: Given,
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
  const { replica, notes: replicaNotes } = replicaSettings(env, yaml.replica);
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
      firstGiven(
        named,
        pick(odbc.database, 'DATABASE', fromYaml(yaml.database, 'sqlserver.database')),
      ),
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
    ...(replica ? { replica } : {}),
    reason,
    notes: [
      ...odbc.notes,
      ...replicaNotes,
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
