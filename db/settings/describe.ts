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
    ['Username', user],
    ['Schema', schema],
    ['Encrypt', encrypt === 'strict' ? 'strict' : yesNo(encrypt)],
    ['Trust certificate', yesNo(settings.trustServerCertificate)],
    ['Password', '***'],
    ...(settings.replica ? [['Read from', replicaPlace(settings)] as const] : []),
  ];
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
  return `${replica.host}:${replica.port}/${replica.database} as ${replica.user}`;
}

function yesNo(flag: boolean): string {
  return flag ? 'yes' : 'no';
}

/** Relative where that is shorter to read: a file below the working directory. */
export function displayPath(file: string): string {
  const relative = path.relative('', file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}
