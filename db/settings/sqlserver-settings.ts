/** The settings of SQL Server: connection string over variables over YAML over defaults. */
import { readSignIn } from './authentication.ts';
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
  hostAndInstance,
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
  /** By the variable's name; the key of the file is the same in lower case. */
  const pick = (name: string, inString?: Given, inYaml?: string | number | boolean) =>
    firstGiven(inString, fromEnv(name), fromYaml(inYaml, `sqlserver.${name.toLowerCase()}`));
  const server = serverOf(odbc, pick('HOST', undefined, yaml.host), () =>
    pick('PORT', undefined, yaml.port),
  );
  const signIn = readSignIn({
    authentication: pick('AUTHENTICATION', odbc.authentication, yaml.authentication),
    user: pick('USER', odbc.user, yaml.user),
    password: firstGiven(
      pick('PASSWORD', odbc.password),
      fromEnvironment(env, 'MSSQL_SA_PASSWORD'),
    ),
    tenantId: pick('TENANT_ID', undefined, yaml.tenant_id),
    accessToken: pick('ACCESS_TOKEN'),
  });
  const encryption = pick('ENCRYPT', odbc.encrypt, yaml.encrypt);
  const encrypt = read(schemas.encrypt, encryption, true);
  if (encrypt === false && encryption && isEntra(signIn.authentication?.kind))
    throw settingsInvalid(encryption.from, 'must be yes or strict: a token is sent');
  const trust = pick(
    'TRUST_SERVER_CERTIFICATE',
    odbc.trustServerCertificate,
    yaml.trust_server_certificate,
  );
  const certificateHost = pick(
    'HOST_NAME_IN_CERTIFICATE',
    odbc.hostNameInCertificate,
    yaml.host_name_in_certificate,
  );
  const multiSubnet = pick(
    'MULTI_SUBNET_FAILOVER',
    odbc.multiSubnetFailover,
    yaml.multi_subnet_failover,
  );
  const packetSize = pick('PACKET_SIZE', odbc.packetSize, yaml.packet_size);
  const { replica, notes: replicaNotes } = replicaSettings(env, yaml.replica);
  const trustServerCertificate = read(
    schemas.flag,
    trust,
    isLoopback(server.host) && (replica === null || isLoopback(replica.host)),
  );
  return {
    engine: 'sqlserver',
    ...server,
    database: read(
      schemas.database,
      firstGiven(named, pick('DATABASE', odbc.database, yaml.database)),
      'Holocron',
    ),
    ...signIn,
    schema: read(schemas.schema, pick('SCHEMA', undefined, yaml.schema), 'ingest'),
    encrypt,
    trustServerCertificate,
    ...(certificateHost
      ? { hostNameInCertificate: read(schemas.hostInCertificate, certificateHost, '') }
      : {}),
    ...(multiSubnet ? { multiSubnetFailover: read(schemas.flag, multiSubnet, false) } : {}),
    ...(packetSize ? { packetSize: read(schemas.packetSize, packetSize, 0) } : {}),
    connectTimeoutMs:
      read(schemas.seconds, pick('CONNECT_TIMEOUT', odbc.connectTimeout), 15) * 1000,
    requestTimeoutMs: read(schemas.seconds, pick('REQUEST_TIMEOUT'), 30) * 1000,
    poolMax: read(schemas.poolMax, pick('POOL_MAX'), 10),
    ...(replica ? { replica } : {}),
    reason,
    notes: [
      ...odbc.notes,
      ...replicaNotes,
      ...driverNotes(pick('DRIVER', undefined, yaml.driver)),
      ...clearNotes(encrypt, server.host, encryption),
      ...trustNotes(trustServerCertificate && encrypt === true, server.host, trust),
      ...(trustServerCertificate && certificateHost && encrypt === true
        ? [`${certificateHost.from} has no effect: the server’s certificate is not checked.`]
        : []),
    ],
  };
}

/** A server named in the string without a port has the default one, not the port of another server. */
function serverOf(
  odbc: ConnectionStringValues,
  host: Given | undefined,
  otherPort: () => Given | undefined,
): Pick<SqlServerSettings, 'host' | 'port' | 'instanceName'> {
  const named: Pick<ConnectionStringValues, 'host' | 'instanceName'> = odbc.host
    ? odbc
    : host
      ? hostAndInstance(host)
      : {};
  const port = odbc.host ? odbc.port : otherPort();
  // As in ODBC: the port says where the instance is.
  const instance = port === undefined ? named.instanceName : undefined;
  return {
    host: read(schemas.host, named.host, 'localhost'),
    port: read(schemas.port, port, 1433),
    ...(instance ? { instanceName: read(schemas.instance, instance, '') } : {}),
  };
}

const isEntra = (kind: string | undefined) => kind !== undefined && kind !== 'ntlm';

/** Nobody stands between a process and a server on its own machine. */
const isLoopback = (host: string) => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/** Told where whoever stands between reads the sign-in, and every row. */
function clearNotes(encrypt: unknown, host: string, given: Given | undefined): string[] {
  if (encrypt !== false || isLoopback(host) || given === undefined) return [];
  return [`${given.from}: the password and all rows travel to ${host} in clear.`];
}

/** Told where a stranger could stand between: whoever does would get the sign-in. */
function trustNotes(trusts: boolean, host: string, given: Given | undefined): string[] {
  if (!trusts || isLoopback(host) || given === undefined) return [];
  return [`${given.from}: the certificate of ${host} is trusted unseen.`];
}

function driverNotes(driver: Given | undefined): string[] {
  return driver === undefined
    ? []
    : [`${driver.from} has no effect: the connection needs no ODBC driver.`];
}
