/** What the driver is told of the settings, and what a session is told first. */
import { hostname } from 'node:os';
import type { ConnectionConfiguration } from 'tedious';
import type { ProcessRole, SqlServerSettings } from '../settings/model.ts';

/** A server that does not even take back a statement is taken for dead after this, ms. */
const cancelTimeoutMs = 2_000;

/** A person waits for a console: that something is locked for longer (a table that is rebuilt) is said, ms. */
const consoleLockTimeoutMs = 3_000;

/**
 * What a server's "user options" or a logon trigger may have set otherwise: without row counts every completion
 * would look lost; and a lock that a worker waits for ends with the statement's own limit. tedious sends the others.
 */
export const sessionOptions = ({ role }: Pick<SqlServerSettings, 'role'>): string =>
  `set nocount off; set deadlock_priority normal; set lock_timeout ${role === 'console' ? consoleLockTimeoutMs : -1}`;

/** As `sys.dm_exec_sessions` shows it: `Holocron worker crawler-1:4711`. */
const programName = (role: ProcessRole = 'command') =>
  `Holocron ${role} ${hostname().slice(0, 60)}:${process.pid}`;

export function connectionConfiguration(settings: SqlServerSettings): ConnectionConfiguration {
  const { host, port, instanceName, database, hostNameInCertificate, packetSize } = settings;
  return {
    server: host,
    authentication: authenticationOf(settings),
    options: {
      database,
      ...(instanceName === undefined ? { port } : { instanceName }),
      encrypt: settings.encrypt,
      trustServerCertificate: settings.trustServerCertificate,
      ...(hostNameInCertificate === undefined ? {} : { serverName: hostNameInCertificate }),
      multiSubnetFailover: settings.multiSubnetFailover ?? false,
      ...(packetSize === undefined ? {} : { packetSize }),
      connectTimeout: settings.connectTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      // Closes the connection when the server is silent: nothing half-open returns to the pool.
      cancelTimeout: cancelTimeoutMs,
      readOnlyIntent: settings.readOnlyIntent ?? false,
      appName: programName(settings.role),
      // How often a server is asked again is decided in one place: `reconnect.ts`.
      maxRetriesOnTransientErrors: 0,
      lowerCaseGuids: true,
      useUTC: true,
      // Statements that fail must not silently end the transaction around them.
      abortTransactionOnError: false,
    },
  };
}

/** https://tediousjs.github.io/tedious/api-connection.html, and `AuthenticationOptions` of its types. */
function authenticationOf({
  authentication,
  user,
  password,
}: SqlServerSettings): NonNullable<ConnectionConfiguration['authentication']> {
  const identity = user === '' ? {} : { clientId: user };
  switch (authentication?.kind) {
    case undefined:
      return { type: 'default', options: { userName: user, password } };
    case 'ntlm':
      return { type: 'ntlm', options: { userName: user, password, domain: authentication.domain } };
    case 'service-principal':
      return {
        type: 'azure-active-directory-service-principal-secret',
        options: { clientId: user, clientSecret: password, tenantId: authentication.tenantId },
      };
    case 'managed-identity':
      // The same as for an app service: the driver's library finds out which of them it is.
      return { type: 'azure-active-directory-msi-vm', options: identity };
    case 'default-credential':
      return { type: 'azure-active-directory-default', options: identity };
    case 'access-token':
      return {
        type: 'azure-active-directory-access-token',
        options: { token: authentication.token },
      };
  }
}
