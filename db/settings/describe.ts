/** The settings as a person may see them. */
import path from 'node:path';
import type { DatabaseSettings } from './model.ts';

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
  ];
}

function yesNo(flag: boolean): string {
  return flag ? 'yes' : 'no';
}

/** Relative where that is shorter to read: a file below the working directory. */
export function displayPath(file: string): string {
  const relative = path.relative('', file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}
