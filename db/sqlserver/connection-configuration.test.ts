import { Connection } from 'tedious';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../settings/describe.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { resolveDatabaseSettings } from '../settings/settings.ts';
import { connectionConfiguration, sessionOptions } from './connection-configuration.ts';

type Given = Readonly<Record<string, string>>;

function settingsOf(given: Given, yaml = {}): SqlServerSettings {
  const env = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`INGEST_SQLSERVER_${name}`, value]),
  );
  const settings = resolveDatabaseSettings(
    { DB_BACKEND: 'sqlserver', ...env },
    { sqlserver: yaml },
  );
  if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
  return settings;
}

/** What the driver made of it: its constructor refuses what it does not know. */
function driverOf(given: Given, yaml = {}) {
  const { config } = new Connection(connectionConfiguration(settingsOf(given, yaml)));
  return config;
}

const odbc = (text: string): Given => ({ STATE_CONN_STR: `Server=db;${text}` });
const refusalOf = (given: Given) => {
  expect(() => settingsOf(given)).toThrow();
  try {
    settingsOf(given);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
};

describe('the sign-in that the driver sends', () => {
  const principal = { clientId: 'app', clientSecret: 'secret', tenantId: 'contoso.com' };
  it.each([
    ['a SQL login', { USER: 'u', PASSWORD: 'p' }, 'default', { userName: 'u', password: 'p' }],
    [
      'a Windows account',
      { AUTHENTICATION: 'ntlm', USER: 'CORP\\svc', PASSWORD: 'p' },
      'ntlm',
      { userName: 'svc', password: 'p', domain: 'CORP' },
    ],
    [
      'an application',
      {
        AUTHENTICATION: 'ActiveDirectoryServicePrincipal',
        USER: 'app',
        PASSWORD: 'secret',
        TENANT_ID: 'contoso.com',
      },
      'azure-active-directory-service-principal-secret',
      principal,
    ],
    [
      'an application in a connection string',
      odbc('Authentication=ActiveDirectoryServicePrincipal;UID=app@contoso.com;PWD=secret'),
      'azure-active-directory-service-principal-secret',
      principal,
    ],
    [
      'the identity of the machine',
      { AUTHENTICATION: 'ActiveDirectoryManagedIdentity' },
      'azure-active-directory-msi-vm',
      { clientId: undefined },
    ],
    [
      'an assigned identity, by ODBC’s word',
      odbc('Authentication=ActiveDirectoryMsi;UID=assigned'),
      'azure-active-directory-msi-vm',
      { clientId: 'assigned' },
    ],
    [
      'the default credential',
      { AUTHENTICATION: 'ActiveDirectoryDefault' },
      'azure-active-directory-default',
      { clientId: undefined },
    ],
    [
      'a token',
      { AUTHENTICATION: 'ActiveDirectoryAccessToken', ACCESS_TOKEN: ' ey.J0.x\n' },
      'azure-active-directory-access-token',
      { token: 'ey.J0.x' },
    ],
  ])('is that of %s', (_, given: Given, type, options) => {
    const driver = driverOf(given);
    expect(driver.authentication).toEqual({ type, options });
    expect(JSON.stringify(describeSettings(settingsOf(given)))).not.toMatch(/secret|ey\.J0/);
  });

  it('is read from a file, but for its secrets', () => {
    const yaml = {
      authentication: 'ActiveDirectoryServicePrincipal',
      tenant_id: 'contoso.com',
      user: 'app',
    };
    expect(driverOf({ PASSWORD: 'secret' }, yaml).authentication.options).toEqual(principal);
  });

  it.each([
    ['an unknown kind', { AUTHENTICATION: 'Kerberos' }, /AUTHENTICATION must be SqlPassword, Ntlm/],
    ['no domain', { AUTHENTICATION: 'Ntlm', USER: 'u', PASSWORD: 'p' }, /must be DOMAIN\\user/],
    [
      'no directory',
      { AUTHENTICATION: 'ActiveDirectoryServicePrincipal', USER: 'app', PASSWORD: 'p' },
      /TENANT_ID is missing/,
    ],
    ['no token', { AUTHENTICATION: 'ActiveDirectoryAccessToken' }, /ACCESS_TOKEN is missing/],
    [
      'a token without encryption',
      { AUTHENTICATION: 'ActiveDirectoryDefault', ENCRYPT: 'no' },
      /ENCRYPT must be yes or strict/,
    ],
    [
      'a ticket of Windows',
      odbc('Trusted_Connection=yes'),
      /trusted_connection.*Authentication=Ntlm/,
    ],
  ])('is refused for %s', (_, given: Given, message) => {
    expect(refusalOf(given)).toMatch(message);
  });
});

describe('the way to the server', () => {
  const password = { PASSWORD: 'p' };

  it.each([
    ['variables', { ...password, HOST: 'db', MULTI_SUBNET_FAILOVER: 'yes', PACKET_SIZE: '8192' }],
    ['a connection string', odbc('PWD=p;MultiSubnetFailover=Yes;Packet Size=8192')],
  ])('takes addresses at once and the packet size from %s', (_, given: Given) => {
    expect(driverOf(given).options).toMatchObject({ multiSubnetFailover: true, packetSize: 8192 });
  });

  it('takes them from a file', () => {
    const yaml = { host: 'db', multi_subnet_failover: true, packet_size: 16384 };
    expect(driverOf(password, yaml).options).toMatchObject({
      multiSubnetFailover: true,
      packetSize: 16384,
    });
  });

  it('asks for 4 KB packets and one address after the other by itself', () => {
    expect(driverOf(password).options).toMatchObject({
      multiSubnetFailover: false,
      packetSize: 4096,
    });
  });

  it('finds a named instance by its browser, unless a port says where it is', () => {
    const named = driverOf({ ...password, HOST: 'db\\PROD' });
    expect([named.server, named.options.instanceName, named.options.port]).toEqual([
      'db',
      'PROD',
      undefined,
    ]);
    const { options } = driverOf({ ...password, HOST: 'db\\PROD', PORT: '1444' });
    expect([options.instanceName, options.port]).toEqual([undefined, 1444]);
  });

  it.each([
    ['variables', { ...password, HOST: '10.0.0.7', HOST_NAME_IN_CERTIFICATE: 'db.corp' }],
    ['a connection string', odbc('PWD=p;HostNameInCertificate=db.corp')],
  ])('checks the certificate for the name that %s give', (_, given: Given) => {
    expect(driverOf(given).options).toMatchObject({
      trustServerCertificate: false,
      serverName: 'db.corp',
    });
  });

  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['::1', true],
    ['localhost.corp', false],
    ['sql2025', false],
    ['db.database.windows.net', false],
  ])('trusts a certificate unseen on %s: %s', (host, trusted) => {
    const settings = settingsOf({ ...password, HOST: host });
    expect(driverOf({ ...password, HOST: host }).options.trustServerCertificate).toBe(trusted);
    expect(Object.fromEntries(describeSettings(settings))['Certificate']).toBe(
      trusted ? 'trusted unseen' : `checked for ${host}`,
    );
    expect(settings.notes).toEqual([]);
  });

  it('says so where a stranger could stand between', () => {
    const given = { ...password, HOST: 'db', TRUST_SERVER_CERTIFICATE: 'yes' };
    expect(settingsOf(given).notes).toEqual([
      'INGEST_SQLSERVER_TRUST_SERVER_CERTIFICATE: the certificate of db is trusted unseen.',
    ]);
    // TDS 8 checks it whatever is said.
    expect(settingsOf({ ...given, ENCRYPT: 'strict' }).notes).toEqual([]);
  });

  it('says so where the way is not encrypted', () => {
    const given = { ...password, HOST: 'db', ENCRYPT: 'no' };
    expect(settingsOf(given).notes).toEqual([
      'INGEST_SQLSERVER_ENCRYPT: the password and all rows travel to db in clear.',
    ]);
    expect(settingsOf({ ...given, HOST: '127.0.0.1' }).notes).toEqual([]);
  });

  it('trusts no copy elsewhere for the database being here', () => {
    const { trustServerCertificate } = settingsOf({ ...password, REPLICA_HOST: 'copy' });
    expect(trustServerCertificate).toBe(false);
  });
});

describe('what a session is told first', () => {
  it('lets a console wait three seconds for a lock, and the others as long as the statement may take', () => {
    expect(sessionOptions({ role: 'console' })).toContain('set lock_timeout 3000');
    for (const role of ['worker', 'command'] as const)
      expect(sessionOptions({ role })).toContain('set lock_timeout -1');
  });
});
