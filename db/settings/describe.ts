/** The settings as a person may see them. */
import path from 'node:path';
import type { DatabaseSettings, SqlServerSettings } from './model.ts';
import { settingsOfReplica } from './replica-settings.ts';

/** Label and value of each setting, in order, the password masked. */
export function describeSettings(settings: DatabaseSettings): (readonly [string, string])[] {
  if (settings.engine === 'sqlite') {
    return [
      ['Engine', 'SQLite (embedded)'],
      ['File', displayPath(settings.path)],
    ];
  }
  const { host, port, instanceName, database, user, schema, encrypt } = settings;
  return [
    ['Engine', 'SQL Server'],
    ['Host', host],
    instanceName === undefined ? ['Port', String(port)] : ['Instance', instanceName],
    ['Database', database],
    ['Sign-in', signInWords(settings)],
    ...(user === '' ? [] : [['Username', user] as const]),
    ['Schema', schema],
    ['Encrypt', encrypt === 'strict' ? 'strict' : yesNo(encrypt)],
    ['Certificate', certificateWords(settings)],
    ...(settings.password === '' ? [] : [['Password', '***'] as const]),
    ...(settings.replica ? [['Read from', replicaPlace(settings)] as const] : []),
  ];
}

/** As in `Authentication=`, with what is no secret. */
function signInWords({ authentication }: SqlServerSettings): string {
  switch (authentication?.kind) {
    case undefined:
      return 'SQL login';
    case 'ntlm':
      return `Windows account of ${authentication.domain} (NTLM)`;
    case 'service-principal':
      return `Entra ID application in ${authentication.tenantId}`;
    case 'managed-identity':
      return 'Entra ID managed identity';
    case 'default-credential':
      return 'Entra ID default credential';
    case 'access-token':
      return 'Entra ID access token';
  }
}

function certificateWords(settings: SqlServerSettings): string {
  const { encrypt, trustServerCertificate, hostNameInCertificate, host } = settings;
  if (encrypt === false) return 'none asked for';
  // TDS 8 checks it whatever is said.
  if (trustServerCertificate && encrypt !== 'strict') return 'trusted unseen';
  return `checked for ${hostNameInCertificate ?? host}`;
}

/** The database in a few words: `SQLite data/holocron.db`, `SQL Server host:1433/Holocron`. */
export function labelOf(settings: DatabaseSettings): string {
  if (settings.engine === 'sqlite') return `SQLite ${displayPath(settings.path)}`;
  const { host, port, instanceName, database } = settings;
  const at = instanceName === undefined ? `${host}:${port}` : `${host}\\${instanceName}`;
  return `SQL Server ${at}/${database}`;
}

function replicaPlace(settings: SqlServerSettings): string {
  const replica = settingsOfReplica(settings) ?? settings;
  const { host, port, instanceName, database, user } = replica;
  const at = instanceName === undefined ? `${host}:${port}` : `${host}\\${instanceName}`;
  return `${at}/${database}${user === '' ? '' : ` as ${user}`}`;
}

function yesNo(flag: boolean): string {
  return flag ? 'yes' : 'no';
}

/** Relative where that is shorter to read: a file below the working directory. */
export function displayPath(file: string): string {
  const relative = path.relative('', file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}
