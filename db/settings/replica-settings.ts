/** The settings of a readable copy of the database: what is not given is as for the database itself. */
import type { ReplicaSettings, SqlServerSettings } from './model.ts';
import { read, schemas } from './sqlserver-values.ts';
import {
  type Environment,
  firstGiven,
  fromEnvironment,
  fromYaml,
  type Given,
  hostAndInstance,
  settingsInvalid,
  type YamlReplica,
} from './values.ts';

const hostName = 'INGEST_SQLSERVER_REPLICA_HOST';

/** A console waits no longer for a copy that does not answer before it turns to the database itself, ms. */
const longestConnectMs = 5_000;

/** Null unless a host is given: that of an availability group's listener may be the database's own. */
export function replicaSettings(
  env: Environment,
  yaml: YamlReplica = {},
): { readonly replica: ReplicaSettings | null; readonly notes: readonly string[] } {
  const pick = (name: string, inYaml?: Given) => firstGiven(fromEnvironment(env, name), inYaml);
  const host = pick(hostName, fromYaml(yaml.host, 'sqlserver.replica.host'));
  const port = pick('INGEST_SQLSERVER_REPLICA_PORT', fromYaml(yaml.port, 'sqlserver.replica.port'));
  const database = pick(
    'INGEST_SQLSERVER_REPLICA_DATABASE',
    fromYaml(yaml.database, 'sqlserver.replica.database'),
  );
  const user = pick('INGEST_SQLSERVER_REPLICA_USER', fromYaml(yaml.user, 'sqlserver.replica.user'));
  const password = pick('INGEST_SQLSERVER_REPLICA_PASSWORD');
  if (!host) {
    const idle = port ?? database ?? user ?? password;
    const notes = idle ? [`${idle.from} has no effect: ${hostName} is not given.`] : [];
    return { replica: null, notes };
  }
  if (user && !password) {
    throw settingsInvalid(
      'INGEST_SQLSERVER_REPLICA_PASSWORD',
      `is missing: ${user.from} names a login of its own`,
    );
  }
  return {
    notes: [],
    replica: {
      ...placeOf(host, port),
      ...(database ? { database: read(schemas.database, database, '') } : {}),
      ...(user ? { user: read(schemas.user, user, '') } : {}),
      ...(password ? { password: read(schemas.password, password, '') } : {}),
    },
  };
}

function placeOf(
  given: Given,
  port: Given | undefined,
): Pick<ReplicaSettings, 'host' | 'port' | 'instanceName'> {
  const { host, instanceName } = hostAndInstance(given);
  return {
    host: read(schemas.host, host, ''),
    ...(port ? { port: read(schemas.port, port, 0) } : {}),
    ...(instanceName && !port ? { instanceName: read(schemas.instance, instanceName, '') } : {}),
  };
}

/** The settings of connections to the copy, which ask for one that may be read; null without a copy. */
export function settingsOfReplica(settings: SqlServerSettings): SqlServerSettings | null {
  const { replica, instanceName: _, authentication, hostNameInCertificate, ...own } = settings;
  if (!replica) return null;
  return {
    ...own,
    ...replica,
    // A login of its own is a SQL login.
    ...(authentication && replica.user === undefined ? { authentication } : {}),
    ...(hostNameInCertificate && replica.host === own.host ? { hostNameInCertificate } : {}),
    readOnlyIntent: true,
    connectTimeoutMs: Math.min(own.connectTimeoutMs, longestConnectMs),
  };
}
